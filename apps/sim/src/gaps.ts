import type { Delivery } from './delivery/dispatch.ts'
import type { Draft } from './draft.ts'
import { recordDraft, type World } from './world.ts'

/**
 * Ways in which what a provider lists and what it told differ: a call that it never told of, one that it told twice, and one
 * that it lists longer than it told.
 */
export const gaps = ['unsent', 'told_twice', 'longer_in_list'] as const
export type Gap = (typeof gaps)[number]

const longerByMs = 75_000

/** Plants a gap with a call's drafts: what of it is still to be told. */
export function plantGap(world: World, gap: Gap, drafts: readonly Draft[]): Delivery[] {
  if (gap === 'unsent') {
    for (const draft of drafts) recordDraft(world, draft)
    return []
  }
  if (gap === 'longer_in_list') {
    for (const draft of drafts)
      if (draft.provider === 'retell' && draft.payload.call.call_id)
        world.listedLonger.set(draft.payload.call.call_id, longerByMs)
    return drafts.map((draft) => ({ at: draft.at, draft }))
  }
  return drafts.map((draft) => ({ at: draft.at, draft, copies: 2 }))
}
