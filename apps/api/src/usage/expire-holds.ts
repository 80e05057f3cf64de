import { longestCallSeconds } from '@trunkline/core/usage/limit'
import { usageHolds } from '@trunkline/db/schema/usage'
import { and, eq, lt, sql } from 'drizzle-orm'
import { raiseAlerts } from '../alerts/raise.ts'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { eachApart } from '../platform/each-apart.ts'
import { step } from '../platform/step.ts'
import { type CallState, findCallState } from '../providers/find-call-state.ts'
import { openPeriods } from './open-periods.ts'
import { freeHold, type Hold } from './settle.ts'

/** How many are looked at in one go, and for how long a provider that does not answer is asked again. */
const batch = 200
const askedForSeconds = 3600

/**
 * Frees what was promised and never settled. A hold that names a call is freed only when its provider says that the call is over: while it is
 * under way it is promised for longer, up to what any call may last. Asking happens outside any transaction.
 */
export async function expireHolds(ctx: NetCtx): Promise<void> {
  const due = await ctx.db
    .select()
    .from(usageHolds)
    .where(and(eq(usageHolds.state, 'open'), lt(usageHolds.expiresAt, sql`now()`)))
    .orderBy(usageHolds.expiresAt)
    .limit(batch)
  await eachApart(due, (hold) => lookAt(ctx, hold), { failed: 'holds were neither freed nor promised for longer' })
}

async function lookAt(ctx: NetCtx, hold: Hold): Promise<void> {
  const isAskable = hold.meter === 'call_seconds' && hold.providerId !== null
  const state = isAskable ? await findCallState(ctx, hold.providerId ?? '') : 'over'
  step('usage.hold_asked')
  await inTransaction(ctx, (ctx) => endOrExtend(ctx, hold, state))
}

async function endOrExtend(ctx: Ctx, seen: Hold, state: CallState): Promise<void> {
  const [hold] = await ctx.db
    .select()
    .from(usageHolds)
    .where(and(eq(usageHolds.id, seen.id), eq(usageHolds.state, 'open'), lt(usageHolds.expiresAt, sql`now()`)))
    .for('update', { skipLocked: true })
  if (hold === undefined) return
  const [age] = await ctx.db
    .select({
      held: sql<number>`extract(epoch from now() - ${usageHolds.createdAt})::int`,
      late: sql<number>`extract(epoch from now() - coalesce(${usageHolds.askedAt}, now()))::int`,
    })
    .from(usageHolds)
    .where(eq(usageHolds.id, hold.id))
  const isOutrun = state === 'under_way' && (age?.held ?? 0) >= longestCallSeconds
  const isGivenUp = state === 'unknown' && (age?.late ?? 0) >= askedForSeconds
  if (state !== 'over' && !isOutrun && !isGivenUp) {
    const forSeconds = state === 'under_way' ? 120 : 60
    await ctx.db
      .update(usageHolds)
      .set({
        expiresAt: sql`now() + make_interval(secs => ${forSeconds})`,
        // since when nobody knows how it stands
        askedAt: state === 'under_way' ? null : sql`coalesce(${usageHolds.askedAt}, now())`,
      })
      .where(eq(usageHolds.id, hold.id))
    return
  }
  await openPeriods(ctx, [hold.customerId])
  await freeHold(ctx, hold)
  await ctx.db.update(usageHolds).set({ state: 'expired', endedAt: sql`now()` }).where(eq(usageHolds.id, hold.id))
  if (isOutrun) await tellOutrun(ctx, hold)
}

async function tellOutrun(ctx: Ctx, hold: Hold): Promise<void> {
  const key = `usage:outrun:${hold.id}`
  await raiseAlerts(ctx, [
    {
      type: 'usage_call_outran',
      severity: 'medium',
      customerId: hold.customerId,
      dedupKey: key,
      series: key,
      rank: 0,
      title: `A call has been under way for more than ${Math.floor(longestCallSeconds / 60)} min`,
      message:
        'Its hold was freed; what it lasts is charged when the provider reports it. End it there if nobody speaks.',
      runbook: 'docs/runbooks/usage.md#outran',
      metadata: { holdId: hold.id, heldSeconds: hold.quantity },
    },
  ])
}
