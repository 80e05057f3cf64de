import type { Meter } from '@trunkline/core/usage/meter'
import { customers } from '@trunkline/db/schema/customers'
import { eq } from 'drizzle-orm'
import { raiseAlerts } from '../alerts/raise.ts'
import { settleAlerts } from '../alerts/settle.ts'
import { notifyOwners } from '../customers/notify-owner.ts'
import type { Ctx } from '../platform/context.ts'
import { amount, dayIn, noun, seriesOf, shownUse } from './announce-crossings.ts'
import { type LimitsRow, standingsOf } from './refresh-limits.ts'

/**
 * Levels that are behind: their alerts are settled, and who was told of the trouble is told that it is over. A new month needs no
 * telling: everybody's begins.
 */
export async function announceRecovery(
  ctx: Ctx,
  recovery: {
    meter: Meter
    before: LimitsRow
    after: LimitsRow
    over: readonly { limitRevision: number; level: number }[]
    isRenewed: boolean
  },
): Promise<void> {
  const { meter, before, after, over, isRenewed } = recovery
  const { customerId, periodStart } = before
  const keyOf = (limitRevision: number) => seriesOf({ customerId, meter, periodStart, limitRevision })
  const settled = await settleAlerts(ctx, {
    dedupKeys: over.map(({ limitRevision, level }) => `${keyOf(limitRevision)}:${level}`),
    by: 'system:usage',
  })
  const [customer] = await ctx.db.select().from(customers).where(eq(customers.id, customerId))
  const wasStopped = over.some(({ level }) => level >= 100)
  if (wasStopped && customer !== undefined) await tellOwner(ctx, recovery, customer)
  if (isRenewed || settled === 0) return
  const { used, base } = standingsOf(after)[meter]
  const series = keyOf(after.limitRevision)
  await raiseAlerts(ctx, [
    {
      type: 'usage_recovered',
      severity: 'info',
      customerId,
      dedupKey: `${series}:recovered`,
      series: `${series}:recovered`,
      rank: 0,
      title: `${customer?.businessName ?? 'A customer'}: ${noun[meter]} are available again`,
      message: `${shownUse(meter, used, base)} used after the allowance changed.`,
      runbook: 'docs/runbooks/usage.md#recovered',
      metadata: { meter, used, cap: base, limitRevision: after.limitRevision },
    },
  ])
}

/** An owner who was told that nothing is left is told that there is again. */
async function tellOwner(
  ctx: Ctx,
  recovery: { meter: Meter; before: LimitsRow; after: LimitsRow },
  customer: { businessName: string; timezone: string },
): Promise<void> {
  const { meter, before, after } = recovery
  const { customerId, periodStart, limitRevision } = before
  await notifyOwners(ctx, [
    {
      customerId,
      kind: 'usage_renewed',
      noticeKey: `${seriesOf({ customerId, meter, periodStart, limitRevision })}:usage_renewed`,
      facts: {
        business: customer.businessName,
        noun: noun[meter],
        base: amount[meter](standingsOf(after)[meter].base),
        ends: dayIn(customer.timezone, after.periodEnd),
      },
    },
  ])
}
