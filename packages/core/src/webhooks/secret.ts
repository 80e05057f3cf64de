import { providerFacts, type SecretShape } from './provider.ts'
import type { WebhookProvider } from './state.ts'

/** A secret that is replaced counts a day longer, unless another time is asked for. So many of one source count at once. */
export const secretRule = { overlapHours: 24, longestOverlapHours: 7 * 24, atMost: 5, longest: 500 } as const

/** How a source of the generic provider may be called: its name stands in its door's address. */
export const sourceNamePattern = /^[a-z0-9][a-z0-9_-]{0,39}$/

const bytesOf = (base64: string): number =>
  /^[A-Za-z0-9+/]+={0,2}$/.test(base64) ? Math.floor((base64.replaceAll('=', '').length * 3) / 4) : 0

const isWhole = (secret: string): boolean => {
  const [, prefix, text = ''] = /^(wh(?:sec|pk)_)?(.*)$/s.exec(secret) ?? []
  return prefix === 'whpk_' ? bytesOf(text) === 32 : bytesOf(text) >= 16
}

const shapes: Readonly<Record<SecretShape, { is(secret: string): boolean; fault: string }>> = {
  text: {
    is: (secret) => /^[\x21-\x7e]{8,}$/.test(secret),
    fault: 'must be 8 characters or more, without spaces',
  },
  ed25519: { is: (secret) => bytesOf(secret) === 32, fault: 'must be base64 of 32 bytes' },
  stripe: {
    is: (secret) => /^whsec_[\x21-\x7e]{8,}$/.test(secret),
    fault: 'must be whsec_ and what Stripe shows behind it',
  },
  standard: { is: isWhole, fault: 'must be whsec_<base64> of 16 bytes or more, or whpk_<base64> of 32' },
}

/** What is wrong with a text as the secret of a provider, or undefined where it may be one. */
export function secretFault({ provider, secret }: { provider: WebhookProvider; secret: string }): string | undefined {
  const shape = shapes[providerFacts[provider].secret]
  return shape.is(secret) ? undefined : shape.fault
}

type Standing = { id: string; notAfter: Date | null }

/** Whether a secret of a source stays when this one ends: one that has no end itself. */
export const leavesAnother = (ended: string, all: readonly Standing[]): boolean =>
  all.some(({ id, notAfter }) => id !== ended && notAfter === null)
