import { usagePeriods } from '@trunkline/db/schema/usage'
import { usageCredits } from '@trunkline/db/schema/usage-credits'
import { and, eq, inArray } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { burnPeriod } from './burn-credits.ts'
import { type LimitsRow, refreshLimits } from './refresh-limits.ts'

/**
 * Late figures and corrections of periods that are over move what those periods spent of the customers' grants, and with it
 * what is left in the open one. The counters are locked.
 */
export async function burnLate(
  ctx: Ctx,
  late: { limits: readonly LimitsRow[]; periods: readonly { customerId: string; period: string }[] },
): Promise<void> {
  const { limits, periods } = late
  if (periods.length === 0) return
  const ids = [...new Set(periods.map(({ customerId }) => customerId))]
  const granted = await ctx.db
    .selectDistinct({ customerId: usageCredits.customerId })
    .from(usageCredits)
    .where(inArray(usageCredits.customerId, ids))
  const isGranted = new Set(granted.map(({ customerId }) => customerId))
  const changed = new Set<string>()
  for (const { customerId, period } of periods.filter((one) => isGranted.has(one.customerId))) {
    const periodStart = new Date(period)
    const [over] = await ctx.db
      .select()
      .from(usagePeriods)
      .where(and(eq(usagePeriods.customerId, customerId), eq(usagePeriods.periodStart, periodStart)))
    if (over === undefined) continue
    const figures = {
      call_seconds: { used: over.callUsedSeconds, cap: over.callCapSeconds },
      sms_segments: { used: over.smsUsed, cap: over.smsCap },
    }
    if ((await burnPeriod(ctx, { customerId, periodStart, figures })).changed) changed.add(customerId)
  }
  for (const row of limits.filter(({ customerId }) => changed.has(customerId))) await refreshLimits(ctx, row)
}
