export const meters = ['call_seconds', 'sms_segments'] as const
export type Meter = (typeof meters)[number]

export const entryKinds = ['usage', 'revision', 'void', 'adjustment'] as const
export type EntryKind = (typeof entryKinds)[number]

/**
 * The ledger entry that makes what is booked equal to what is now known, or undefined where it is equal already.
 * Quantities are whole seconds or segments; a revision may be negative.
 */
export function entryFor(known: {
  booked: number
  entries: number
  quantity: number
}): { kind: EntryKind; quantity: number } | undefined {
  const { booked, entries, quantity } = known
  if (booked === quantity) return undefined
  if (entries === 0) return { kind: 'usage', quantity }
  return { kind: quantity === 0 ? 'void' : 'revision', quantity: quantity - booked }
}

/** The key under which a call or message is booked that was settled by its hold alone. */
export const holdKey = (holdId: string): string => `hold:${holdId}`

/** The key under which a call or message is booked that was settled by its provider's id, before the provider reported it. */
export const settledKey = (providerId: string): string => `provider:${providerId}`

/** The provider's id that a key of `settledKey` names. */
export const providerIdOfKey = (key: string): string => key.slice('provider:'.length)

/** The hold that a key of `holdKey` names. */
export const holdOfKey = (key: string): string | undefined =>
  key.startsWith('hold:') ? key.slice('hold:'.length) : undefined

/** The key under which a person's adjustment is booked. */
export const adjustmentKey = (name: string): string => `adjustment:${name}`
