import { toWireId } from '@trunkline/core/platform/wire-id'
import { admissionReason, callAllowance, smsAllowance } from '@trunkline/core/usage/limit'
import type { Meter } from '@trunkline/core/usage/meter'
import { usageHolds, usageLimits } from '@trunkline/db/schema/usage'
import { and, eq, gt, isNull, lte, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { openPeriods } from './open-periods.ts'

export const meterOf = { call: 'call_seconds', sms: 'sms_segments' } as const satisfies Record<string, Meter>
export const callKinds = ['call', 'sms'] as const

/** How long units stay promised: twice the length asked for a call, ten minutes for a text. */
const holdSeconds = (kind: 'call' | 'sms', quantity: number) => (kind === 'call' ? Math.max(120, quantity * 2) : 600)

/**
 * May this customer place this call or send this text now? Yes means the units are reserved: one conditional UPDATE, so
 * that used + reserved never passes the hard limit however many ask at once.
 */
export async function checkUsage(ctx: Ctx, input: { customerId: string; kind: 'call' | 'sms'; quantity: number }) {
  const { customerId, kind, quantity } = input
  const isCall = kind === 'call'
  const { callUsedSeconds, callReservedSeconds, callCapSeconds, callCreditSeconds, rolloverSeconds, graceSeconds } =
    usageLimits
  const fits = isCall
    ? lte(
        sql`${callUsedSeconds} + ${callReservedSeconds} + ${quantity}`,
        sql`${callCapSeconds} + ${callCreditSeconds} + ${rolloverSeconds} + ${graceSeconds}`,
      )
    : lte(
        sql`${usageLimits.smsUsed} + ${usageLimits.smsReserved} + ${quantity}`,
        sql`${usageLimits.smsCap} + ${usageLimits.smsCredit} + ${usageLimits.smsGrace}`,
      )
  const reserve = isCall
    ? { callReservedSeconds: sql`${callReservedSeconds} + ${quantity}` }
    : { smsReserved: sql`${usageLimits.smsReserved} + ${quantity}` }
  return await asApplication(ctx, async (ctx) => {
    const tryToReserve = async () => {
      const reserved = await ctx.db
        .update(usageLimits)
        .set({ ...reserve, updatedAt: sql`now()` })
        .where(
          and(
            eq(usageLimits.customerId, customerId),
            eq(usageLimits.forcePause, false),
            gt(usageLimits.periodEnd, ctx.now),
            or(isNull(usageLimits.nextChangeAt), gt(usageLimits.nextChangeAt, ctx.now)),
            fits,
          ),
        )
        .returning({ customerId: usageLimits.customerId })
      return reserved.length === 1
    }
    if (!(await tryToReserve())) {
      // refused, or the month is over: under the lock the answer is exact
      await openPeriods(ctx, [customerId])
      if (!(await tryToReserve())) return { allowed: false, reason: await whyNot(ctx, input), holdId: null }
    }
    const holdId = newId()
    await ctx.db.insert(usageHolds).values({
      id: holdId,
      customerId,
      meter: meterOf[kind],
      quantity,
      expiresAt: sql`now() + make_interval(secs => ${holdSeconds(kind, quantity)})`,
    })
    return { allowed: true, reason: 'within_limit' as const, holdId: toWireId('hold', holdId) }
  })
}

async function whyNot(ctx: Ctx, input: { customerId: string; kind: 'call' | 'sms'; quantity: number }) {
  const [limits] = await ctx.db.select().from(usageLimits).where(eq(usageLimits.customerId, input.customerId))
  if (limits === undefined) throw new DomainError('not_found', 'There is no such customer')
  const reason = admissionReason(input.kind === 'call' ? callAllowance(limits) : smsAllowance(limits), input.quantity)
  return reason === 'within_limit' ? 'insufficient_allowance' : reason
}
