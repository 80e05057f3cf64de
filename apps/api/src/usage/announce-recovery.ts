import type { Meter } from '@trunkline/core/usage/meter'
import { customers } from '@trunkline/db/schema/customers'
import { eq } from 'drizzle-orm'
import { raiseAlerts } from '../alerts/raise.ts'
import { settleAlerts } from '../alerts/settle.ts'
import type { Ctx } from '../platform/context.ts'
import { noun, seriesOf, shownUse } from './announce-crossings.ts'
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
  if (isRenewed || settled === 0) return
  const [customer] = await ctx.db
    .select({ name: customers.businessName })
    .from(customers)
    .where(eq(customers.id, customerId))
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
      title: `${customer?.name ?? 'A customer'}: ${noun[meter]} are available again`,
      message: `${shownUse(meter, used, base)} used after the allowance changed.`,
      runbook: 'docs/runbooks/usage.md#recovered',
      metadata: { meter, used, cap: base, limitRevision: after.limitRevision },
    },
  ])
}
