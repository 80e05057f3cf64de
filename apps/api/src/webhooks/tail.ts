import { setTimeout as wait } from 'node:timers/promises'
import { soughtNumber } from '@trunkline/core/numbers/phone'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { customers } from '@trunkline/db/schema/customers'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { and, asc, eq, getTableColumns, lt, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import type { Topic } from '../platform/live.ts'
import { duplicatesOf } from './list.ts'
import { holds } from './sought.ts'
import { type tailEvent, toWebhookRow } from './wire.ts'

type Wanted = {
  provider?: WebhookProvider | undefined
  phone?: string | undefined
  eventType?: string | undefined
  /** What was refused at the door as well. */
  refused?: boolean | undefined
  /** With address, headers and body. */
  bytes?: boolean | undefined
}

/** A place in the order in which webhooks were stored, behind the row of this id. */
type Place = { position: number; id: string }

const firstId = '00000000-0000-0000-0000-000000000000'
const cursorOf = ({ position, id }: Place): string => `${position}-${id.replaceAll('-', '')}`
export const cursorPattern = /^\d{1,15}-[0-9a-f]{32}$/

function placeOf(cursor: string): Place {
  const [position = '', hex = ''] = cursor.split('-')
  return { position: Number(position), id: hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') }
}

/**
 * Up to where the order is complete: whatever was stored by a transaction below it has been committed, or never will be. Ids do not tell
 * that, because a commit may be overtaken. `isSettled`: nothing has been stored beyond it.
 */
async function horizonOf(ctx: Ctx): Promise<{ horizon: number; isSettled: boolean }> {
  const [now] = await statement<{ horizon: string; is_settled: boolean }>(
    ctx.db,
    `select horizon, not exists (select from webhook_queue where position >= horizon) as is_settled
     from (select (pg_snapshot_xmin(pg_current_snapshot())::text)::bigint as horizon) as snapshot`,
    [],
  )
  if (now === undefined) throw new Error('a select without a table answers one row')
  return { horizon: Number(now.horizon), isSettled: now.is_settled }
}

const { body, headers, url, ...listed } = getTableColumns(webhooks)

async function storedBetween(ctx: Ctx, range: { after: Place; horizon: number; limit: number }, wanted: Wanted) {
  const { after, horizon, limit } = range
  const rows = await ctx.db
    .select({
      webhook: listed,
      // a body stands outside of its row: it is fetched only where somebody wants it
      bytes: { url, headers, body: wanted.bytes ? body : sql<string>`''` },
      businessName: customers.businessName,
    })
    .from(webhooks)
    .leftJoin(customers, eq(customers.id, webhooks.customerId))
    .where(
      and(
        sql`(${webhooks.position}, ${webhooks.id}) > (${after.position}, ${after.id}::uuid)`,
        lt(webhooks.position, horizon),
        wanted.refused ? undefined : eq(webhooks.verdict, 'verified'),
        wanted.provider && eq(webhooks.provider, wanted.provider),
        wanted.phone ? eq(webhooks.phoneNumber, soughtNumber(wanted.phone)) : undefined,
        wanted.eventType ? holds(webhooks.eventType, wanted.eventType) : undefined,
      ),
    )
    .orderBy(asc(webhooks.position), asc(webhooks.id))
    .limit(limit)
  const duplicates = await duplicatesOf(
    ctx,
    rows.map(({ webhook }) => webhook.id),
  )
  return rows.map(({ webhook, bytes, businessName }) => ({
    cursor: cursorOf({ position: webhook.position ?? 0, id: webhook.id }),
    webhook: {
      ...toWebhookRow({ webhook, businessName, duplicates: duplicates.get(webhook.id) ?? 0 }),
      bytes: wanted.bytes ? { ...bytes, bodyEncoding: webhook.bodyEncoding } : null,
    },
  }))
}

/** How long a row is waited for that was stored behind one whose transaction is still under way. */
const unsettledMs = 100
/** A notice may be swallowed by another one just before it. */
const unheardMs = 1000

/**
 * Webhooks in the order in which they were stored, each once, from a place on and then as they come in. First of all it says
 * where it begins, so that whoever loses the connection before anything came can go on from there.
 */
export async function* tailWebhooks(
  ctx: Ctx,
  input: Wanted & { after?: string | undefined },
  heard: { changes: AsyncIterable<readonly Topic[]>; expectStill(): Promise<void> },
): AsyncGenerator<z.infer<typeof tailEvent>> {
  let now = await horizonOf(ctx)
  let after: Place = input.after === undefined ? { position: now.horizon, id: firstId } : placeOf(input.after)
  if (after.position > now.horizon)
    throw new DomainError('invalid', 'This cursor is of another database', { fields: { after: 'is not known here' } })
  yield { cursor: cursorOf(after), webhook: null }
  const limit = input.bytes ? 10 : 100
  const changes = heard.changes[Symbol.asyncIterator]()
  let change: Promise<IteratorResult<readonly Topic[]>> | undefined
  for (;;) {
    const stored = await storedBetween(ctx, { after, horizon: now.horizon, limit }, input)
    yield* stored
    const last = stored.at(-1)
    if (stored.length === limit && last !== undefined) {
      after = placeOf(last.cursor)
      continue
    }
    after = { position: now.horizon, id: firstId }
    change ??= changes.next()
    const said = await Promise.race([change, wait(now.isSettled ? unheardMs : unsettledMs, null, { ref: false })])
    if (said?.done) return
    if (said !== null) {
      change = undefined
      const topics = said.value
      if (topics.length === 0 || topics.includes('sessions') || topics.includes('resync')) await heard.expectStill()
    }
    now = await horizonOf(ctx)
  }
}
