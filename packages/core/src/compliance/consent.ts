export const channels = ['sms', 'voice'] as const
export type Channel = (typeof channels)[number]

/** `restore` takes back what a keyword revoked; `grant` is a person's word, and takes back everything. */
export const consentActions = ['grant', 'revoke', 'restore'] as const
export const consentMethods = ['keyword', 'phrase', 'provider', 'staff'] as const

/** `service`: what a customer relation needs to be told. `marketing` needs a grant. */
export const purposes = ['service', 'marketing'] as const
export type Purpose = (typeof purposes)[number]

/** When each was last said, in epoch milliseconds; undefined where never. */
export type Consents = {
  /** By the person's own text. */
  revokedByText?: number | undefined
  /** By a provider's block list or a person of ours. */
  revokedOtherwise?: number | undefined
  restored?: number | undefined
  granted?: number | undefined
}

export type ContactDecision = { allowed: true } | { allowed: false; reason: 'revoked' | 'no_consent' }

/** Whether somebody may be contacted. Of two statements of one moment the revocation counts; what is older never takes back what is newer. */
export function decideContact(input: { consents: Consents; purpose: Purpose }): ContactDecision {
  const { consents, purpose } = input
  const never = Number.NEGATIVE_INFINITY
  const { revokedByText = never, revokedOtherwise = never, restored = never, granted = never } = consents
  const isRevoked =
    (revokedByText > never && revokedByText >= Math.max(restored, granted)) ||
    (revokedOtherwise > never && revokedOtherwise >= granted)
  if (isRevoked) return { allowed: false, reason: 'revoked' }
  if (purpose === 'marketing' && granted === never) return { allowed: false, reason: 'no_consent' }
  return { allowed: true }
}
