import { networkOf } from '@trunkline/core/sessions/attempts'
import { statement } from '@trunkline/db/connect'
import { type Ctx, inTransaction } from '../platform/context.ts'

/** Refused deliveries that are kept each minute: from one address (of IPv6 one network), and from all together. */
const perAddress = { rows: 30, bytes: 4 * 1024 * 1024 }
const perMinute = { rows: 300, bytes: 16 * 1024 * 1024 }
const addressesRemembered = 10_000

/** Refused rows kept in all, of one address, and for how long. One that sends without end, or much, displaces nobody else’s. */
const kept = { rows: 10_000, bytes: 512 * 1024 * 1024, ofOneAddress: { rows: 2000, bytes: 64 * 1024 * 1024 }, days: 30 }

/** Decides which refused deliveries are kept, so that a stranger cannot fill the disk. Verified ones never ask. */
export function quarantineBudget() {
  let minute = 0
  let total = { rows: 0, bytes: 0 }
  let byNetwork = new Map<string, { rows: number; bytes: number }>()
  return (address: string, now: number, bytes: number): boolean => {
    const current = Math.floor(now / 60_000)
    if (current !== minute) {
      minute = current
      total = { rows: 0, bytes: 0 }
      byNetwork = new Map()
    }
    const network = networkOf(address)
    const used = byNetwork.get(network) ?? { rows: 0, bytes: 0 }
    const isOver = (spent: typeof used, limit: typeof used) =>
      spent.rows >= limit.rows || spent.bytes + bytes > limit.bytes
    if (isOver(total, perMinute) || isOver(used, perAddress) || byNetwork.size >= addressesRemembered) return false
    total = { rows: total.rows + 1, bytes: total.bytes + bytes }
    byNetwork.set(network, { rows: used.rows + 1, bytes: used.bytes + bytes })
    return true
  }
}

/** Drops the oldest refused rows beyond the bound. */
export async function trimQuarantine(ctx: Ctx): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const dropped = await statement<{ id: string }>(
      ctx.db,
      `delete from webhook_queue where id in (
         select id from (
           select *, count(*) filter (where not is_too_much) over newest as place, sum(bytes) filter (where not is_too_much) over newest as all_bytes
           from (
             select id, received_at, bytes, row_number() over own > $4::text::bigint or sum(bytes) over own > $5::text::bigint as is_too_much
             from (
               select id, received_at, remote_address, case when verdict = 'too_large' then 0 else body_bytes end as bytes
               from webhook_queue where state = 'quarantined'
             ) as refused window own as (partition by remote_address order by id desc)
           ) as refused window newest as (order by id desc)
         ) as refused
         where is_too_much or received_at < now() - make_interval(days => $1::text::integer) or place > $2::text::bigint
           or all_bytes > $3::text::bigint
       ) and state = 'quarantined' returning id`,
      [kept.days, kept.rows, kept.bytes, kept.ofOneAddress.rows, kept.ofOneAddress.bytes].map(String),
    )
    if (dropped.length > 0) ctx.log.info({ dropped: dropped.length }, 'quarantine trimmed')
  })
}
