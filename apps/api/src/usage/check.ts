import type { Purpose } from '@trunkline/core/compliance/consent'
import {
  type AdmissionReason,
  admissionReason,
  baseOf,
  callAllowance,
  hardLimitOf,
  smsAllowance,
} from '@trunkline/core/usage/limit'
import { customers } from '@trunkline/db/schema/customers'
import { tierSnapshots, usageHolds, usageLimits } from '@trunkline/db/schema/usage'
import { usagePauses } from '@trunkline/db/schema/usage-credits'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { checkContact } from '../compliance/check-contact.ts'
import type { Ctx } from '../platform/context.ts'
import { asApplication, isOfOneCustomer } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { type Admission, askOrAdmit, type Evidence } from './admission.ts'
import { isOvertaken, openPeriods } from './open-periods.ts'
import type { LimitsRow } from './refresh-limits.ts'
import { meterOf, type Question, reserveAlone, reserveTogether } from './reserve.ts'

export const callDirections = ['inbound', 'outbound'] as const

/** How long whoever asks may wait for the answer. */
const withinMs = { inbound: 2000, outbound: 10_000 } as const

/** `to`: whoever is called or texted, E.164; a question without it is about units alone. `purpose` is service where nothing is said. */
type Outreach = { to?: string | undefined; purpose?: Purpose | undefined }

/**
 * May this customer place this call or send this text now? Yes means the units are reserved: one conditional UPDATE, so
 * that used + reserved never passes the hard limit however many ask at once. The answer says by which figures it was given.
 * Who may not be contacted is told first, and reserves nothing.
 */
export async function checkUsage(ctx: Ctx, input: Question & Outreach): Promise<Admission> {
  const isInbound = input.kind === 'call' && input.direction === 'inbound'
  const patience = withinMs[isInbound ? 'inbound' : 'outbound']
  return await askOrAdmit(ctx, { isInbound, withinMs: patience }, async () => {
    const unwanted = await refuseContact(ctx, input)
    if (unwanted !== undefined) return unwanted
    // most are admitted: by one statement, which is whole by itself. An owner's is within his own transaction
    const admitted = isOfOneCustomer(ctx.actor) ? undefined : await reserveTogether(ctx, input)
    return admitted ?? (await asApplication(ctx, (ctx) => reserveOrRefuse(ctx, input)))
  })
}

async function refuseContact(ctx: Ctx, input: Question & Outreach): Promise<Admission | undefined> {
  const { customerId, kind, to: phoneNumber, purpose = 'service' } = input
  if (phoneNumber === undefined) return undefined
  const decision = await checkContact(ctx, { customerId, phoneNumber, channel: channelOf[kind], purpose })
  if (decision.allowed) return undefined
  return { allowed: false, reason: decision.reason, holdId: null, expiresAt: null, flagged: false, evidence: null }
}

const channelOf = { call: 'voice', sms: 'sms' } as const

async function reserveOrRefuse(ctx: Ctx, input: Question): Promise<Admission> {
  const { customerId } = input
  const admitted = isOfOneCustomer(ctx.actor) ? await reserveAlone(ctx, input) : undefined
  if (admitted !== undefined) return admitted
  const found = await findLimits(ctx, input)
  // who is refused for good waits for no lock: of many that ask at once for what is nearly used up, each is answered at once
  const isOver = isOvertaken(found.limits, ctx.now)
  if (!isOver && found.reason !== 'within_limit') return await refuse(ctx, input, found)
  if (isOver) await openPeriods(ctx, [customerId])
  return (await reserveAlone(ctx, input)) ?? (await refuse(ctx, input, await findLimits(ctx, input)))
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
