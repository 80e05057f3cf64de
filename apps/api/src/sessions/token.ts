import { hash, randomBytes } from 'node:crypto'

/** A session, a browser that is known again, a password that waits for its second factor, a reset link, an invitation. */
const prefixes = { session: 'tls', device: 'tld', ticket: 'tlt', reset: 'tlr', invitation: 'tli' } as const
type TokenKind = keyof typeof prefixes

/** 32 random bytes. The database knows only its hash. */
export const newToken = (kind: TokenKind = 'session'): string =>
  `${prefixes[kind]}_${randomBytes(32).toString('base64url')}`

/** The token where it is one of this kind, so that none stands in for another. */
export const tokenOfKind = (kind: TokenKind, token: string | undefined): string | undefined =>
  token?.startsWith(`${prefixes[kind]}_`) ? token : undefined

export const hashToken = (token: string): Buffer => hash('sha256', token, 'buffer')
