import { isTransient } from '@trunkline/core/webhooks/retry'
import { statement } from '@trunkline/db/connect'
import type { webhooks } from '@trunkline/db/schema/webhooks'
import { lockSubjects } from '../events/keys.ts'
import type { Recorded } from '../events/record.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { type Stored, storedColumns } from './claim.ts'
import { spokenOf } from './event-keys.ts'
import { digest } from './process.ts'
import { reasonOf } from './record-failure.ts'
import { whyNoBytes } from './replay-together.ts'

/** So many, and so many bytes of them, are tried in one preview: it holds the locks of all that it tries. */
export const mostTried = 300
const mostBytes = 8 * 1024 * 1024
const mostMs = 3000

type Problem = { webhookId: string; problem: string }
export type Waiting = { batch: Stored[]; ids: string[]; inAll: number; problems: Problem[] }
export type Tried = { recorded: Recorded[]; problems: Problem[]; ids: string[] }

/**
 * The oldest that wait for a number, locked in the order of a replay, with the calls and messages of which they speak: whoever
 * is in the midst of one of these is waited for here, before there is anything that he could wait for.
 */
export async function lockWaiting(ctx: Ctx, unknownPhoneId: string): Promise<Waiting> {
  const sizes = await statement<{ id: string; bytes: number | null; in_all: number }>(
    ctx.db,
    `with waiting as materialized (
       select webhook_id from unknown_phone_webhooks where unknown_phone_id = $1::text::uuid
     ), first as materialized (
       select webhook_id from waiting order by webhook_id limit ${mostTried}
     )
     select webhook_id as id, body_bytes as bytes, (select count(*)::int from waiting) as in_all
     from first left join webhook_queue as webhook on webhook.id = webhook_id order by webhook_id`,
    [unknownPhoneId],
  )
  let bytes = 0
  const ids = sizes
    .filter((one, place) => {
      bytes += one.bytes ?? 0
      return place === 0 || bytes <= mostBytes
    })
    .map(({ id }) => id)
  const rows = await statement<Stored & Pick<typeof webhooks.$inferSelect, 'verdict'> & { shredded_at: string | null }>(
    ctx.db,
    `select ${storedColumns}, verdict, shredded_at from webhook_queue where id = any (($1::text[])::uuid[]) order by id for update`,
    [ids],
  )
  const found = new Map(rows.map((row) => [row.id, row]))
  const whyNot = (id: string) => {
    const row = found.get(id)
    if (row === undefined) return 'There is no such webhook'
    const { verdict, shredded_at } = row
    return whyNoBytes({ verdict, shreddedAt: shredded_at === null ? null : new Date(shredded_at) })
  }
  const problems = ids.flatMap((webhookId): Problem[] => {
    const problem = whyNot(webhookId)
    return problem === undefined ? [] : [{ webhookId, problem }]
  })
  const batch = rows.filter(({ id }) => whyNot(id) === undefined)
  const said = batch.flatMap((row) =>
    spokenOf({ ...row, bodyEncoding: row.body_encoding, receivedAt: new Date(row.received_at) }),
  )
  const keysOf = (kind: string) => said.flatMap((event) => (event.kind === kind ? event.keys : []))
  await lockSubjects(ctx, { calls: keysOf('call'), messages: keysOf('message') })
  return { batch, ids, inAll: sizes[0]?.in_all ?? 0, problems }
}

/** What the processor makes of what waits, on the caller's transaction, until the time is over. */
export async function tryWaiting(ctx: Ctx, { batch, ids, problems }: Waiting): Promise<Tried> {
  const tried = await tryAll(ctx, batch, performance.now() + mostMs)
  const last = tried.ids.length === batch.length ? ids.length : ids.indexOf(batch[tried.ids.length]?.id ?? '')
  const looked = new Set(ids.slice(0, last))
  return {
    recorded: tried.recorded,
    problems: [...tried.problems, ...problems.filter(({ webhookId }) => looked.has(webhookId))],
    ids: [...looked],
  }
}

/** All at once, as the processor does; where that cannot be, one half after the other, until what cannot be is alone. */
async function tryAll(ctx: Ctx, batch: readonly Stored[], until: number): Promise<Tried> {
  const [first] = batch
  if (first === undefined || performance.now() > until) return { recorded: [], problems: [], ids: [] }
  const ids = batch.map(({ id }) => id)
  try {
    const { recorded, faults } = await inTransaction(ctx, (ctx) => digest(ctx, batch, { isReplay: true }))
    return { recorded, ids, problems: [...faults].map(([webhookId, problem]) => ({ webhookId, problem })) }
  } catch (error) {
    const { text, sqlState } = reasonOf(error)
    if (isTransient(sqlState)) throw error
    if (batch.length === 1) return { recorded: [], ids, problems: [{ webhookId: first.id, problem: text }] }
  }
  const half = Math.ceil(batch.length / 2)
  const before = await tryAll(ctx, batch.slice(0, half), until)
  if (before.ids.length < half) return before
  const after = await tryAll(ctx, batch.slice(half), until)
  return {
    recorded: [...before.recorded, ...after.recorded],
    problems: [...before.problems, ...after.problems],
    ids: [...before.ids, ...after.ids],
  }
}
