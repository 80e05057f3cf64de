import { webhookProviders } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

/** A webhook as the processor reads it. */
export type Stored = {
  id: string
  provider: (typeof webhookProviders)[number]
  door: string
  event_type: string | null
  url: string
  body: string
  body_encoding: 'utf8' | 'base64'
  received_at: string
  attempts: number
}

export const storedColumns = 'id, provider, door, event_type, url, body, body_encoding, received_at, attempts'

/** A full batch of a hundred is joined by the first of so many lanes of each provider, and so many of each; a small one by fewer or none. */
const lanesBeside = (limit: number) => Math.min(8, Math.floor(limit / 12))
const eachBeside = 2
/** Where the oldest come from so few lines, one of them floods. */
const fewLines = (limit: number) => Math.floor(limit / 4)
/** Where they come from many, other lanes join only one in so many batches: each that does may meet a batch that has the same calls. */
const seldom = 16

const isDue = `state in ('received', 'failed') and verdict = 'verified' and next_attempt_at <= now()`
const laneOf = `hashtext(coalesce(phone_number, ''))`
const columns = `${storedColumns}, phone_number, customer_id, next_attempt_at`
const providerList = webhookProviders.map((provider) => `('${provider}')`).join(', ')

/** Whether a pause is of the source or customer of a webhook. What was fetched of a provider came by none of his doors, and may be what one of them would have told. */
export const isHeld = (webhook: string): string =>
  `(pause.provider = ${webhook}.provider and (pause.door is null or pause.door = ${webhook}.door or ${webhook}.door like 'fetched/%'))
     or pause.customer_id = ${webhook}.customer_id`

/** The next lane of a provider in which something is due, from one on. */
const laneFrom = (condition: string) =>
  `(select ${laneOf} from webhook_queue where ${isDue} and provider = source.provider ${condition} order by ${laneOf} limit 1)`
const firstLane = laneFrom('')

/**
 * Locks what is due, oldest first. Where that fills the batch there may be a flood: then the heads of a few other lanes (a
 * provider and a line) come along, found through their own index and from a place that changes, so that whoever came after
 * the flood waits for a few batches and not for its end. A flood from many lines at once is waited for a little longer.
 *
 * What is paused loses its due time, once: it stands in nobody's way until `release-paused.ts` gives it back. No pause is lifted for as
 * long as the batch lasts, so whoever lifts one waits for those who still saw it, and none is forgotten.
 *
 * The limit stands in the text and the place behind a subquery: neither is worth a plan of its own each time.
 */
const claimOf = (limit: number) => `
with recursive pause as materialized (
  select provider, door, customer_id from webhook_pauses
  where ended_at is null and (expires_at is null or expires_at > now())
), line as materialized (
  select phone_number from agents where customer_id in (select customer_id from pause where customer_id is not null)
), oldest as materialized (
  select ${columns} from webhook_queue where ${isDue} order by next_attempt_at, id limit ${limit} for update skip locked
), source as materialized (
  select provider, (select $1::text::integer) as place from (values ${providerList}) as known (provider)
  where ${lanesBeside(limit)} > 0 and (select count(*) >= ${limit}
    and (count(distinct phone_number) <= ${fewLines(limit)} or $1::text::integer % ${seldom} = 0) from oldest)
), lane as (
  select provider, lane, lane as start, 1 as place
  from (select provider, coalesce(${laneFrom(`and ${laneOf} >= source.place`)}, ${firstLane}) as lane from source offset 0) as begin
  where lane is not null
  union all
  select provider, next, start, place + 1
  from (select provider, start, place, coalesce(${laneFrom(`and ${laneOf} > source.lane`)}, ${firstLane}) as next from lane as source offset 0) as step
  where place < ${lanesBeside(limit)} and next <> start
), beside as materialized (
  select head.* from lane cross join lateral (
    select ${columns} from webhook_queue
    where ${isDue} and provider = lane.provider and ${laneOf} = lane.lane
    order by next_attempt_at, id limit ${eachBeside} for update skip locked
  ) as head
  where (lane.provider, lane.lane) not in (select provider, ${laneOf} from oldest)
), claimed as materialized (
  select *, exists (
    select from pause where ${isHeld('each')}
  ) or phone_number in (select phone_number from line) as is_paused
  from (select * from oldest union all select * from beside) as each
), parked as (
  update webhook_queue set next_attempt_at = null from claimed where is_paused and webhook_queue.id = claimed.id
)
select ${storedColumns}, is_paused is true as is_paused from claimed`

export type Claimed = { batch: Stored[]; parked: number }

const pausesLock = `hashtextextended('webhooks.pauses', 0)`
const keepPauses = `select pg_advisory_xact_lock_shared(${pausesLock})`

/**
 * Waits for the batches that may have seen a pause, and keeps the next ones from beginning, until the transaction ends. Not the rows of the
 * pauses are locked: of a row that is locked by somebody all the time whoever would change it never gets hold, and PostgreSQL 18 crashes
 * where a statement waits for one of them in the midst of locking webhooks.
 */
export async function lockPauses(ctx: Ctx): Promise<void> {
  await statement(ctx.db, `select pg_advisory_xact_lock(${pausesLock})`, [])
}

/** The oldest that are due, locked until the transaction ends; `parked` says how many of them are paused and were laid aside. */
export async function claimDue(ctx: Ctx, limit: number): Promise<Claimed> {
  const place = Math.floor((Math.random() - 0.5) * 2 ** 32)
  // sent together; the second sees what was committed before the first was granted
  const [, rows] = await Promise.all([
    statement(ctx.db, keepPauses, []),
    statement<Stored & { is_paused: boolean }>(ctx.db, claimOf(limit), [String(place)]),
  ])
  const batch = rows.filter(({ is_paused }) => !is_paused)
  return { batch, parked: rows.length - batch.length }
}
