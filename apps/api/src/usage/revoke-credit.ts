import { toWireId } from '@trunkline/core/platform/wire-id'
import { usageCredits } from '@trunkline/db/schema/usage-credits'
import { eq } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { endCredit } from './burn-credits.ts'
import { openPeriods } from './open-periods.ts'
import { refreshLimits } from './refresh-limits.ts'

/** Takes back what is left of a grant. What was spent of it, or is promised to a call under way, stays. */
export async function revokeCredit(ctx: Ctx, input: { creditId: string; reason: string }): Promise<{ lost: number }> {
  return await inTransaction(ctx, async (ctx) => {
    const find = () => ctx.db.select().from(usageCredits).where(eq(usageCredits.id, input.creditId))
    const [seen] = await find()
    if (seen === undefined) throw new DomainError('not_found', 'There is no such credit')
    const [limits] = await openPeriods(ctx, [seen.customerId])
    const [credit] = await find()
    if (limits === undefined || credit === undefined || credit.endedAt !== null)
      throw new DomainError('conflict', 'This credit has ended already')
    const lost = await endCredit(ctx, limits, credit, 'revoked')
    await refreshLimits(ctx, limits)
    await audit(ctx, {
      action: 'usage.revokeCredit',
      subject: toWireId('credit', credit.id),
      customerId: credit.customerId,
      before: { meter: credit.meter, quantity: credit.quantity, source: credit.source },
      after: { lost, reason: input.reason },
    })
    return { lost }
  })
}
