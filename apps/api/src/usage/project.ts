import { projectExhaustion } from '@trunkline/core/usage/projection'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { loadPresentLimits } from './load-status.ts'
import { standingsOf } from './refresh-limits.ts'

const lookBackDays = 14

/** When each meter will be used up, if it goes on as in the last two weeks. */
export async function projectUsage(ctx: Ctx, input: { customerId: string }) {
  const limits = await loadPresentLimits(ctx, input.customerId)
  const since = new Date(ctx.now.getTime() - lookBackDays * 86_400_000)
  const sums = await statement<{ meter: string; quantity: string; first: Date | string }>(
    ctx.db,
    `select meter, sum(quantity) as quantity, min(hour) as first from usage_hours
     where customer_id = $1::text::uuid and hour >= $2::text::timestamptz and hour < $3::text::timestamptz and provider <> 'adjustment'
     group by meter`,
    [input.customerId, since.toISOString(), ctx.now.toISOString()],
  )
  const standings = standingsOf(limits)
  const project = (meter: 'call_seconds' | 'sms_segments') => {
    const sum = sums.find((one) => one.meter === meter)
    return projectExhaustion({
      standing: standings[meter],
      recent: {
        quantity: Number(sum?.quantity ?? 0),
        since: sum === undefined ? since : new Date(Math.max(since.getTime(), new Date(sum.first).getTime())),
      },
      periodEnd: limits.periodEnd,
      now: ctx.now,
    })
  }
  return {
    method: `The mean of the last ${lookBackDays} days, or of all days since the first use where that is less, carried on evenly`,
    periodEnd: limits.periodEnd.toISOString(),
    calls: project('call_seconds'),
    sms: project('sms_segments'),
  }
}
