import { toWireId } from '@trunkline/core/platform/wire-id'
import {
  type AdmissionReason,
  admissionReason,
  baseOf,
  callAllowance,
  hardLimitOf,
  smsAllowance,
} from '@trunkline/core/usage/limit'
import type { Meter } from '@trunkline/core/usage/meter'
import { customers } from '@trunkline/db/schema/customers'
import { tierSnapshots, usageHolds, usageLimits } from '@trunkline/db/schema/usage'
import { usagePauses } from '@trunkline/db/schema/usage-credits'
import { and, eq, exists, gt, isNull, lte, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { step } from '../platform/step.ts'
import { type Admission, askOrAdmit, type Evidence } from './admission.ts'
import { isOvertaken, openPeriods } from './open-periods.ts'
import type { LimitsRow } from './refresh-limits.ts'

export const meterOf = { call: 'call_seconds', sms: 'sms_segments' } as const satisfies Record<string, Meter>
export const callKinds = ['call', 'sms'] as const
export const callDirections = ['inbound', 'outbound'] as const

type Question = {
  customerId: string
  kind: 'call' | 'sms'
  quantity: number
  direction?: 'inbound' | 'outbound' | undefined
  /** The provider's id of the call, where it has one already: whoever frees the hold asks for it first. */
  providerId?: string | undefined
}

/** How long units stay promised: twice the length asked for a call, ten minutes for a text. */
const holdSeconds = (kind: 'call' | 'sms', quantity: number) => (kind === 'call' ? Math.max(120, quantity * 2) : 600)

/** How long whoever asks may wait for the answer. */
const withinMs = { inbound: 2000, outbound: 10_000 } as const

/**
 * May this customer place this call or send this text now? Yes means the units are reserved: one conditional UPDATE, so
 * that used + reserved never passes the hard limit however many ask at once. The answer says by which figures it was given.
 */
export async function checkUsage(ctx: Ctx, input: Question): Promise<Admission> {
  const isInbound = input.kind === 'call' && input.direction === 'inbound'
  const patience = withinMs[isInbound ? 'inbound' : 'outbound']
  return await askOrAdmit(ctx, { isInbound, withinMs: patience }, () =>
    asApplication(ctx, (ctx) => reserveOrRefuse(ctx, input)),
  )
}

async function reserveOrRefuse(ctx: Ctx, input: Question): Promise<Admission> {
  const { customerId, kind, quantity } = input
  let limits = await tryToReserve(ctx, input)
  if (limits === undefined) {
    const found = await findLimits(ctx, input)
    // who is refused for good waits for no lock: of many that ask at once for what is nearly used up, each is answered at once
    const isOver = isOvertaken(found.limits, ctx.now)
    if (!isOver && found.reason !== 'within_limit') return await refuse(ctx, input, found)
    if (isOver) await openPeriods(ctx, [customerId])
    limits = await tryToReserve(ctx, input)
    if (limits === undefined) return await refuse(ctx, input, await findLimits(ctx, input))
  }
  const hold = {
    id: newId(),
    customerId,
    meter: meterOf[kind],
    quantity,
    expiresAt: sql<Date>`now() + make_interval(secs => ${holdSeconds(kind, quantity)})`,
    providerId: input.providerId ?? null,
  }
  step('usage.reserved')
  const [held] = await ctx.db.insert(usageHolds).values(hold).returning({ expiresAt: usageHolds.expiresAt })
  return {
    allowed: true,
    reason: 'within_limit',
    holdId: toWireId('hold', hold.id),
    expiresAt: held?.expiresAt.toISOString() ?? null,
    flagged: false,
    evidence: await evidenceOf(ctx, input, limits),
  }
}

async function tryToReserve(ctx: Ctx, input: Question): Promise<LimitsRow | undefined> {
  const { customerId, kind, quantity } = input
  const { callUsedSeconds, callReservedSeconds, callCapSeconds, callCreditSeconds, rolloverSeconds, graceSeconds } =
    usageLimits
  const fits =
    kind === 'call'
      ? lte(
          sql`${callUsedSeconds} + ${callReservedSeconds} + ${quantity}`,
          sql`${callCapSeconds} + ${callCreditSeconds} + ${rolloverSeconds} + ${graceSeconds}`,
        )
      : lte(
          sql`${usageLimits.smsUsed} + ${usageLimits.smsReserved} + ${quantity}`,
          sql`${usageLimits.smsCap} + ${usageLimits.smsCredit} + ${usageLimits.smsGrace}`,
        )
  const reserve =
    kind === 'call'
      ? { callReservedSeconds: sql`${callReservedSeconds} + ${quantity}` }
      : { smsReserved: sql`${usageLimits.smsReserved} + ${quantity}` }
  const isActive = ctx.db
    .select({ one: sql`1` })
    .from(customers)
    .where(and(eq(customers.id, customerId), eq(customers.status, 'active')))
  const [reserved] = await ctx.db
    .update(usageLimits)
    .set({ ...reserve, updatedAt: sql`now()` })
    .where(
      and(
        eq(usageLimits.customerId, customerId),
        eq(usageLimits.forcePause, false),
        gt(usageLimits.periodEnd, ctx.now),
        or(isNull(usageLimits.nextChangeAt), gt(usageLimits.nextChangeAt, ctx.now)),
        fits,
        exists(isActive),
      ),
    )
    .returning()
  return reserved
}

type Found = { limits: LimitsRow; reason: AdmissionReason }

/** The counter as it stands, and what that says of the question. */
async function findLimits(ctx: Ctx, input: Question): Promise<Found> {
  const [found] = await ctx.db
    .select({ limits: usageLimits, status: customers.status })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .where(eq(usageLimits.customerId, input.customerId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such customer')
  const { limits, status } = found
  if (status !== 'active') return { limits, reason: status === 'closed' ? 'closed' : 'paused' }
  const allowance = input.kind === 'call' ? callAllowance(limits) : smsAllowance(limits)
  return { limits, reason: admissionReason(allowance, input.quantity) }
}

async function refuse(ctx: Ctx, input: Question, { limits, reason }: Found): Promise<Admission> {
  return {
    allowed: false,
    // it would fit by now, and did not when it was tried
    reason: reason === 'within_limit' ? 'insufficient_allowance' : reason,
    holdId: null,
    expiresAt: null,
    flagged: false,
    evidence: await evidenceOf(ctx, input, limits),
  }
}

async function evidenceOf(ctx: Ctx, input: Question, limits: LimitsRow): Promise<Evidence> {
  const allowance = input.kind === 'call' ? callAllowance(limits) : smsAllowance(limits)
  const openHolds = ctx.db
    .select({ holds: sql<number>`count(*)::int` })
    .from(usageHolds)
    .where(
      and(
        eq(usageHolds.customerId, limits.customerId),
        eq(usageHolds.meter, meterOf[input.kind]),
        eq(usageHolds.state, 'open'),
      ),
    )
  const causes = ctx.db
    .select({ causes: sql<string[]>`coalesce(array_agg(${usagePauses.cause} order by ${usagePauses.cause}), '{}')` })
    .from(usagePauses)
    .where(and(eq(usagePauses.customerId, limits.customerId), isNull(usagePauses.endedAt)))
  const [known] = await ctx.db
    .select({
      tier: tierSnapshots.tier,
      version: tierSnapshots.version,
      openHolds: sql<number>`(${openHolds})`,
      causes: sql<string[]>`(${causes})`,
    })
    .from(tierSnapshots)
    .where(eq(tierSnapshots.id, limits.tierSnapshotId))
  if (known === undefined) throw new Error('A counter names a tier version that does not exist')
  return {
    at: ctx.now.toISOString(),
    tier: known.tier,
    tierVersion: known.version,
    periodEnd: limits.periodEnd.toISOString(),
    limitRevision: limits.limitRevision,
    used: allowance.used,
    reserved: allowance.reserved,
    base: baseOf(allowance),
    hardLimit: hardLimitOf(allowance),
    openHolds: Number(known.openHolds),
    pausedFor: known.causes,
  }
}
