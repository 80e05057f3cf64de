import type { CallEvent } from '../events/call.ts'
import { type Facts, joinFacts } from '../events/facts.ts'
import type { MessageEvent } from '../events/message.ts'
import { openGroups } from './name-groups.ts'

/**
 * A webhook that was tried. `names` are those of the call or message of each thing that it says; `isFirst`: by it one came to
 * be, got its owner or its first figure.
 */
export type Tried = {
  webhookId: string
  said: readonly { names: readonly string[]; event: CallEvent | MessageEvent }[]
  isFirst: boolean
}

/**
 * Which of them, tried again in this order, leave every call and message as all of them did: who brought the newest fact of a
 * register, who was the first to say a name or that two are one, and who was first in the sense of `isFirst`. However many
 * speak of one call, few are.
 */
export function stillNeeded(tried: readonly Tried[]): Set<string> {
  const needed = new Set<string>()
  const groups = openGroups()
  for (const { webhookId, said, isFirst } of tried) {
    if (isFirst) needed.add(webhookId)
    for (const { names } of said) if (groups.join(names)) needed.add(webhookId)
  }
  const newest = new Map<string, Facts<Fact>>()
  for (const { names, event } of tried.flatMap(({ said }) => said)) {
    const root = groups.rootOf(names[0] ?? '')
    newest.set(root, joinFacts(newest.get(root) ?? {}, factsOf(event)))
  }
  for (const facts of newest.values()) for (const { webhookId } of Object.values(facts)) needed.add(webhookId)
  return needed
}

type Fact = (CallEvent | MessageEvent)['fact']

/** In its register, and for a hold that a call names in one of its own: that stays freed whatever is said later. */
function factsOf({ kind, register, fact }: CallEvent | MessageEvent): Facts<Fact> {
  return { [register]: fact, ...(kind === 'call' && fact.holdId !== undefined && { [`hold ${fact.holdId}`]: fact }) }
}
