import { statement } from '@trunkline/db/connect'
import { z } from 'zod'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { isHeld } from './claim.ts'

export const releasePausedSpec = jobSpec({ name: 'webhooks.releasePaused', input: z.object({}), attempts: 20 })

const piece = 5000

const standing = `pause as materialized (
  select provider, door, customer_id from webhook_pauses where ended_at is null and (expires_at is null or expires_at > now())
), line as materialized (
  select phone_number from agents where customer_id in (select customer_id from pause where customer_id is not null)
)`
const isFree = `not exists (select from pause where ${isHeld('kept')}) and (kept.phone_number in (select phone_number from line)) is not true`
const isAside = `state in ('received', 'failed') and next_attempt_at is null`

const releasePiece = `
with ${standing}, kept as materialized (
  select id, provider, door, phone_number, customer_id from webhook_queue
  where ${isAside} and id > $1::text::uuid
  order by next_attempt_at, id limit ${piece} for update
), released as (
  update webhook_queue set next_attempt_at = case when attempts = 0 then least(webhook_queue.received_at, now()) else now() end
  from kept where webhook_queue.id = kept.id and ${isFree}
  returning kept.id
)
select (select id from kept order by id desc limit 1) as last, (select count(*)::int from kept) as looked,
  (select count(*)::int from released) as released`

/** Gives back to the worker whatever was laid aside and is paused no more, piece by piece; doing it twice changes nothing more. */
export async function releasePaused(ctx: Ctx): Promise<void> {
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const looked = await inTransaction(ctx, async (ctx) => {
      const [found] = await statement<{ last: string | null; looked: number; released: number }>(ctx.db, releasePiece, [
        after,
      ])
      after = found?.last ?? after
      if ((found?.released ?? 0) > 0) await announce(ctx, ['inbox', 'webhooks'])
      step('webhooks.released')
      return found?.looked ?? 0
    })
    step('webhooks.release_committed')
    if (looked < piece) return
  }
}

/** A resume has left a job that gives back; after so long it is not waited for. */
const jobPatienceSeconds = 30
const lookedThrough = 100_000

const findForgotten = `
with ${standing}, kept as (
  select provider, door, phone_number, customer_id from webhook_queue where ${isAside} order by next_attempt_at, id limit ${lookedThrough}
)
select exists (select from kept where ${isFree}) as is_forgotten
where not exists (select from webhook_pauses where ended_at > now() - make_interval(secs => ${jobPatienceSeconds}))`

/** Gives back what no pause holds and nobody has given back: the job was lost, or the line has gone from a customer who stands still. */
export async function releaseForgotten(ctx: Ctx): Promise<void> {
  const [found] = await statement<{ is_forgotten: boolean }>(ctx.db, findForgotten, [])
  if (found?.is_forgotten !== true) return
  ctx.log.warn('webhooks were laid aside that are not paused; they are given back')
  await releasePaused(ctx)
}
