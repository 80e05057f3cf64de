export const meters = ['call_seconds', 'sms_segments'] as const
export type Meter = (typeof meters)[number]

export const entryKinds = ['usage', 'revision', 'void'] as const
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
