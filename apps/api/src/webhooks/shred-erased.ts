import { lineOf } from '@trunkline/core/numbers/phone'
import type { VendorEvent } from '@trunkline/core/webhooks/adapter'
import { statement } from '@trunkline/db/connect'
import type { Recorded, Said } from '../events/record.ts'
import { shredEvents } from '../events/shred.ts'
import type { Ctx } from '../platform/context.ts'
import { shredding } from './holdings.ts'

/** The two ends of a call or message, as E.164 where they are numbers. */
export const endsOf = (event: VendorEvent): string[] =>
  event.kind === 'call' || event.kind === 'message'
    ? [lineOf(event.fact.from), lineOf(event.fact.to)].filter((line) => line !== undefined)
    : []

/** What speaks of somebody who was erased has been counted and charged; nothing else of it is kept. */
export async function shredErased(
  ctx: Ctx,
  said: readonly Said<VendorEvent>[],
  found: { recorded: readonly Recorded[]; erased: ReadonlyMap<string, string> },
): Promise<void> {
  if (found.erased.size === 0) return
  const ofThem = said.filter(({ event }) => endsOf(event).some((line) => found.erased.has(line)))
  const ids = [...new Set(ofThem.map(({ webhookId }) => webhookId))]
  if (ids.length === 0) return
  await shredEvents(
    ctx,
    found.recorded.filter(({ webhooks }) => webhooks.some(({ webhookId }) => ids.includes(webhookId))),
  )
  await statement(ctx.db, `update webhook_queue set ${shredding} where id = any (($1::text[])::uuid[])`, [ids])
}
