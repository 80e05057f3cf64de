import type { Terms } from '@trunkline/core/billing/rating'
import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'

export type PeriodTerms = Terms & { start: Date; end: Date; tierSnapshotId: string }

export type FoundTerms = {
  period_start: string
  period_end: string
  tier_snapshot_id: string
  included: string
  unit_price_micros: string
}

/** The terms of one period and meter, each of them as the statement around it names it. */
export const termsIn = ({ customerId, periodStart, meter }: Record<'customerId' | 'periodStart' | 'meter', string>) => `
  select period.*, coalesce(rate.unit_price_micros, 0) as unit_price_micros
  from (
    select period_start, period_end, tier_snapshot_id,
      case when ${meter} = 'call_seconds' then call_cap_seconds + call_credit_seconds + rollover_seconds else sms_cap + sms_credit end as included
    from usage_limits where customer_id = ${customerId} and period_start = ${periodStart}
    union all
    select period_start, period_end, tier_snapshot_id,
      case when ${meter} = 'call_seconds' then call_cap_seconds else sms_cap end + (
        select coalesce(sum(burn.quantity), 0) from usage_burns as burn join usage_credits as credit on credit.id = burn.credit_id
        where burn.customer_id = ${customerId} and burn.period_start = ${periodStart} and credit.meter = ${meter})
    from usage_periods where customer_id = ${customerId} and period_start = ${periodStart}
  ) as period
  left join billing_rates as rate on rate.tier_snapshot_id = period.tier_snapshot_id and rate.meter = ${meter}`

const terms = termsIn({ customerId: '$1::text::uuid', periodStart: '$2::text::timestamptz', meter: '$3' })

export const toTerms = (found: Pick<FoundTerms, 'included' | 'unit_price_micros'>): Terms => ({
  included: Number(found.included),
  unitPriceMicros: Number(found.unit_price_micros),
})

/** What units of one meter cost a customer in one of its periods: what is included, bought units among it, and the price beyond. */
export async function termsOf(
  ctx: Ctx,
  key: { customerId: string; meter: Meter; periodStart: string },
): Promise<PeriodTerms> {
  const [found] = await statement<FoundTerms>(ctx.db, terms, [key.customerId, key.periodStart, key.meter])
  if (found === undefined) throw new Error('A ledger entry belongs to a period that is not on record')
  return {
    start: new Date(found.period_start),
    end: new Date(found.period_end),
    tierSnapshotId: found.tier_snapshot_id,
    ...toTerms(found),
  }
}
