import { hash, randomBytes } from 'node:crypto'

/** 32 random bytes. The database knows only its hash. */
export const newToken = (): string => `tls_${randomBytes(32).toString('base64url')}`

export const hashToken = (token: string): Buffer => hash('sha256', token, 'buffer')
