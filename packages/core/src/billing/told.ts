import type { BillingFact, BillingSaid } from './event.ts'
import { disputeEnds, invoiceStatuses, subscriptionStatuses } from './words.ts'

export type Of<Word extends BillingSaid['of']> = Extract<BillingSaid, { of: Word }>
export type Told<Word extends BillingSaid['of']> = { fact: BillingFact; said: Of<Word> }

export function tell<Word extends BillingSaid['of']>(facts: readonly BillingFact[], word: Word): Told<Word>[] {
  return inTime(
    facts.flatMap((fact) => (fact.said.of === word ? [{ fact, said: fact.said as unknown as Of<Word> }] : [])),
  )
}

/** The rank of a dispute's end; -1 while it is open. */
export const endOf = (status: string): number => (disputeEnds as readonly string[]).indexOf(status)

const rankOf = (said: BillingSaid): number => {
  if (said.of === 'invoice') return invoiceStatuses.indexOf(said.status) * 1000 + Math.min(said.attempts, 999)
  if (said.of === 'subscription') return subscriptionStatuses.indexOf(said.status)
  if (said.of === 'checkout')
    return said.isPaid ? 3 : said.status === 'complete' ? 2 : said.status === 'expired' ? 1 : 0
  if (said.of === 'dispute') return endOf(said.status)
  return 0
}

export function inTime<Item extends { fact: BillingFact }>(items: readonly Item[]): Item[] {
  return [...items].sort(
    ({ fact: a }, { fact: b }) =>
      a.at - b.at || rankOf(a.said) - rankOf(b.said) || (a.eventId < b.eventId ? -1 : a.eventId > b.eventId ? 1 : 0),
  )
}

export const last = <Item extends { fact: BillingFact }>(items: readonly Item[]): Item | undefined =>
  inTime(items).at(-1)

/** The last of several statements about one thing: there is one, or nobody would have spoken of it. */
export function newestOf<Item>(told: readonly Item[]): Item {
  const newest = told.at(-1)
  if (newest === undefined) throw new RangeError('Nothing was said of it')
  return newest
}

export function byId<Item extends { said: { id: string } }>(items: readonly Item[]): Item[][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) groups.set(item.said.id, [...(groups.get(item.said.id) ?? []), item])
  return [...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group)
}
