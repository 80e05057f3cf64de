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
import { statement } from '@trunkline/db/connect'
import { customers } from '@trunkline/db/schema/customers'
import { tierSnapshots, usageHolds, usageLimits } from '@trunkline/db/schema/usage'
import { usagePauses } from '@trunkline/db/schema/usage-credits'
import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { asApplication, isOfOneCustomer } from '../platform/customer-reach.ts'
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
  return await askOrAdmit(ctx, { isInbound, withinMs: patience }, async () => {
    // most are admitted: by one statement, which is whole by itself. An owner's is within his own transaction
    const isTried = !isOfOneCustomer(ctx.actor)
    const admitted = isTried ? await reserve(ctx, input) : undefined
    return admitted ?? (await asApplication(ctx, (ctx) => reserveOrRefuse(ctx, input, { isTried })))
  })
}

async function reserveOrRefuse(ctx: Ctx, input: Question, { isTried }: { isTried: boolean }): Promise<Admission> {
  const { customerId } = input
  const admitted = isTried ? undefined : await reserve(ctx, input)
  if (admitted !== undefined) return admitted
  const found = await findLimits(ctx, input)
  // who is refused for good waits for no lock: of many that ask at once for what is nearly used up, each is answered at once
  const isOver = isOvertaken(found.limits, ctx.now)
  if (!isOver && found.reason !== 'within_limit') return await refuse(ctx, input, found)
  if (isOver) await openPeriods(ctx, [customerId])
  return (await reserve(ctx, input)) ?? (await refuse(ctx, input, await findLimits(ctx, input)))
}

type Reserved = {
  used: string
  reserved: string
  base: string
  hard_limit: string
  period_end: string
  limit_revision: number
  tier: string
  version: number
  open_holds: string
  expires_at: string
}

const columnsOf = {
  call: {
    used: 'call_used_seconds',
    reserved: 'call_reserved_seconds',
    base: 'call_cap_seconds + call_credit_seconds + rollover_seconds',
    grace: 'grace_seconds',
  },
  sms: { used: 'sms_used', reserved: 'sms_reserved', base: 'sms_cap + sms_credit', grace: 'sms_grace' },
} as const

/** Units, hold and the figures that the answer was given by, in one statement: of them nothing is there without the others. */
const reserving = Object.fromEntries(
  callKinds.map((kind) => {
    const { used, reserved, base, grace } = columnsOf[kind]
    return [
      kind,
      `with reserved as (
         update usage_limits set ${reserved} = ${reserved} + $2::text::bigint, updated_at = now()
         where customer_id = $1::text::uuid and not force_pause and period_end > $3::text::timestamptz
           and (next_change_at is null or next_change_at > $3::text::timestamptz)
           and ${used} + ${reserved} + $2::text::bigint <= ${base} + ${grace}
           and exists (select from customers where id = $1::text::uuid and status = 'active')
         returning customer_id, ${used} as used, ${reserved} as reserved, ${base} as base, ${base} + ${grace} as hard_limit,
           period_end, limit_revision, tier_snapshot_id
       ), held as (
         insert into usage_holds (id, customer_id, meter, quantity, expires_at, provider_id)
         select $4::text::uuid, customer_id, '${meterOf[kind]}', $2::text::bigint, now() + make_interval(secs => $5::text::float8),
           nullif($6::text, '')
         from reserved returning expires_at
       )
       select reserved.*, tier.tier, tier.version, held.expires_at, 1 + (select count(*) from usage_holds
         where usage_holds.customer_id = reserved.customer_id and meter = '${meterOf[kind]}' and state = 'open') as open_holds
       from reserved cross join held join tier_snapshots as tier on tier.id = reserved.tier_snapshot_id`,
    ]
  }),
) as Record<Question['kind'], string>

/** Undefined where it does not fit, or where something else stands against it. */
async function reserve(ctx: Ctx, input: Question): Promise<Admission | undefined> {
  const { customerId, kind, quantity } = input
  const holdId = newId()
  step('usage.reserving')
  const [row] = await statement<Reserved>(ctx.db, reserving[kind], [
    customerId,
    String(quantity),
    ctx.now.toISOString(),
    holdId,
    String(holdSeconds(kind, quantity)),
    input.providerId ?? '',
  ])
  if (row === undefined) return undefined
  step('usage.reserved')
  return {
    allowed: true,
    reason: 'within_limit',
    holdId: toWireId('hold', holdId),
    expiresAt: new Date(row.expires_at).toISOString(),
    flagged: false,
    evidence: {
      at: ctx.now.toISOString(),
      tier: row.tier,
      tierVersion: row.version,
      periodEnd: new Date(row.period_end).toISOString(),
      limitRevision: row.limit_revision,
      used: Number(row.used),
      reserved: Number(row.reserved),
      base: Number(row.base),
      hardLimit: Number(row.hard_limit),
      openHolds: Number(row.open_holds),
      // whoever is paused is not admitted
      pausedFor: [],
    },
  }
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
