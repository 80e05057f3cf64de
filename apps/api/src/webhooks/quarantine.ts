import { type Ctx, inTransaction } from '../platform/context.ts'
import { statement } from '@trunkline/db/connect'

/** Refused deliveries that are kept: a minute's worth from one address, and from all together. */
const perAddress = 30
const perMinute = 300
const addressesRemembered = 10_000

/** Refused rows kept in all, and for how long. */
const keptRows = 10_000
const keptDays = 30

/** Decides which refused deliveries are kept, so that a stranger cannot fill the disk. Verified ones never ask. */
export function quarantineBudget() {
  let minute = 0
  let total = 0
  let byAddress = new Map<string, number>()
  return (address: string, now: number): boolean => {
    const current = Math.floor(now / 60_000)
    if (current !== minute) {
      minute = current
      total = 0
      byAddress = new Map()
    }
    const used = byAddress.get(address) ?? 0
    if (total >= perMinute || used >= perAddress || byAddress.size >= addressesRemembered) return false
    total++
    byAddress.set(address, used + 1)
    return true
  }
}

/** Drops the oldest refused rows beyond the bound. */
export async function trimQuarantine(ctx: Ctx): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const dropped = await statement<{ id: string }>(
      ctx.db,
      `delete from webhook_queue where id in (
         select id from webhook_queue where state = 'quarantined' and received_at < now() - make_interval(days => $1::integer)
         union all
         (select id from webhook_queue where state = 'quarantined' order by id desc offset $2::integer)
       ) and state = 'quarantined' returning id`,
      [keptDays, keptRows],
    )
    if (dropped.length > 0) ctx.log.info({ dropped: dropped.length }, 'quarantine trimmed')
  })
}
