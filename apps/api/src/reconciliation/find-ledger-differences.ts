import type { Meter } from '@trunkline/core/usage/meter'
import { usageEntries, usageLimits, usagePeriods } from '@trunkline/db/schema/usage'
import { sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'

type LedgerDifference = { customerId: string; periodStart: Date; meter: Meter; ledger: number; counter: number }
type Row = { customer_id: string; period_start: string; meter: Meter; ledger: string; counter: string }

/**
 * Where the ledger's sum is not the counter, over open and closed periods: exactly none, ever. One statement, so that both
 * sides are of the same moment; what has no counter, or no entry, counts as 0.
 */
export async function findLedgerDifferences(ctx: Ctx): Promise<LedgerDifference[]> {
  const rows = await asApplication(ctx, (ctx) =>
    ctx.db.execute<Row>(sql`
      with ledger as (
        select customer_id, period_start, meter, sum(quantity)::bigint as quantity
        from ${usageEntries} group by customer_id, period_start, meter
      ), counters as (
        select customer_id, period_start, call_used_seconds, sms_used from ${usageLimits}
        union all
        select customer_id, period_start, call_used_seconds, sms_used from ${usagePeriods}
      ), counter as (
        select customer_id, period_start, 'call_seconds' as meter, call_used_seconds as quantity from counters
        union all
        select customer_id, period_start, 'sms_segments', sms_used from counters
      )
      select customer_id, to_char(period_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as period_start, meter,
        coalesce(ledger.quantity, 0) as ledger, coalesce(counter.quantity, 0) as counter
      from ledger full join counter using (customer_id, period_start, meter)
      where coalesce(ledger.quantity, 0) <> coalesce(counter.quantity, 0)
      order by customer_id, period_start, meter`),
  )
  return [...rows].map((row) => ({
    customerId: row.customer_id,
    periodStart: new Date(row.period_start),
    meter: row.meter,
    ledger: Number(row.ledger),
    counter: Number(row.counter),
  }))
}
