import { toWireId } from '@trunkline/core/platform/wire-id'
import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { gatherOn } from '../platform/gather.ts'
import { newId } from '../platform/id.ts'
import { step } from '../platform/step.ts'
import { type Admission, isDatabaseAway } from './admission.ts'

export const meterOf = { call: 'call_seconds', sms: 'sms_segments' } as const satisfies Record<string, Meter>
export const callKinds = ['call', 'sms'] as const

export type Question = {
  customerId: string
  kind: 'call' | 'sms'
  quantity: number
  direction?: 'inbound' | 'outbound' | undefined
  /** The provider's id of the call, where it has one already: whoever frees the hold asks for it first. */
  providerId?: string | undefined
}

/** How long units stay promised: twice the length asked for a call, ten minutes for a text. */
const holdSeconds = (kind: 'call' | 'sms', quantity: number) => (kind === 'call' ? Math.max(120, quantity * 2) : 600)

type Reserved = {
  hold_id: string
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

/**
 * Units, holds and the figures that the answers are given by, in one statement: of them nothing is there without the others. Of one
 * customer's questions each fits beside those before it; the customers come in one order. Who asks alone waits for his counter; of
 * those that ask together, who would have to wait for it is left out, and asks again alone, so that nobody waits for a counter that
 * is not his.
 */
function reservingOf(kind: Question['kind'], isAlone: boolean): string {
  const { used, reserved, base, grace } = columnsOf[kind]
  return `with asked as materialized (
      select customer_id::uuid, quantity::bigint, at::timestamptz, hold_id::uuid, seconds::float8, nullif(provider_id, '') as provider_id, place,
        sum(quantity::bigint) over (partition by customer_id order by place)::bigint as so_far
      from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        with ordinality as asked (customer_id, quantity, at, hold_id, seconds, provider_id, place)
    ), counter as materialized (
      select customer_id, ${used} as used, ${reserved} as reserved, ${base} as base, ${base} + ${grace} as hard_limit, period_end,
        next_change_at, limit_revision, tier_snapshot_id
      from usage_limits where customer_id = any (($1::text[])::uuid[]) and not force_pause
        and (select status from customers where id = usage_limits.customer_id) = 'active'
      order by customer_id for update ${isAlone ? '' : 'skip locked'}
    ), fitting as materialized (
      select *, (now() + make_interval(secs => seconds))::timestamptz(3) as expires_at from asked join counter using (customer_id)
      where period_end > at and (next_change_at is null or next_change_at > at) and used + reserved + so_far <= hard_limit
    ), moved as (
      update usage_limits set ${reserved} = ${reserved} + sum.quantity, updated_at = now()
      from (select customer_id, sum(quantity)::bigint as quantity from fitting group by 1) as sum
      where usage_limits.customer_id = sum.customer_id
    ), held as (
      insert into usage_holds (id, customer_id, meter, quantity, expires_at, provider_id)
      select hold_id, customer_id, '${meterOf[kind]}', quantity, expires_at, provider_id from fitting
    )
    select hold_id, used, reserved + so_far as reserved, base, hard_limit, period_end, limit_revision, tier.tier, tier.version, expires_at,
      row_number() over (partition by customer_id order by place) + (select count(*) from usage_holds
        where usage_holds.customer_id = fitting.customer_id and meter = '${meterOf[kind]}' and state = 'open') as open_holds
    from fitting join tier_snapshots as tier on tier.id = tier_snapshot_id`
}

const reserving = {
  call: { alone: reservingOf('call', true), together: reservingOf('call', false) },
  sms: { alone: reservingOf('sms', true), together: reservingOf('sms', false) },
} as const

type Asked = { input: Question; at: Date; holdId: string }

/** What is reserved for each, in the order of the questions. */
async function reserve(
  db: Ctx['db'],
  how: { kind: Question['kind']; isAlone?: boolean },
  questions: readonly Asked[],
): Promise<(Reserved | undefined)[]> {
  const rows = await statement<Reserved>(db, reserving[how.kind][how.isAlone ? 'alone' : 'together'], [
    questions.map(({ input }) => input.customerId),
    questions.map(({ input }) => String(input.quantity)),
    questions.map(({ at }) => at.toISOString()),
    questions.map(({ holdId }) => holdId),
    questions.map(({ input }) => String(holdSeconds(how.kind, input.quantity))),
    questions.map(({ input }) => input.providerId ?? ''),
  ])
  const rowOf = new Map(rows.map((row) => [row.hold_id, row]))
  return questions.map(({ holdId }) => rowOf.get(holdId))
}

/** Nobody waits longer for his answer: who has is not asked for any more. */
const gatheredMs = 10_000

/** Many that ask at the same moment share a statement and its commit. */
const gathered = {
  call: gatherOn((db, questions: readonly Asked[]) => reserve(db, { kind: 'call' }, questions), gatheredMs),
  sms: gatherOn((db, questions: readonly Asked[]) => reserve(db, { kind: 'sms' }, questions), gatheredMs),
}

/** Undefined where it does not fit, where something else stands against it, and where it has to be asked alone. */
export async function reserveTogether(ctx: Ctx, input: Question): Promise<Admission | undefined> {
  const asked = { input, at: ctx.now, holdId: newId() }
  step('usage.reserving')
  try {
    return admissionOf(asked, await gathered[input.kind](ctx.db)(asked))
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    // whatever is wrong with one of them is told to him alone
    ctx.log.warn({ error }, 'usage was not reserved together with others')
    return undefined
  }
}

/** Undefined where it does not fit, or where something else stands against it. */
export async function reserveAlone(ctx: Ctx, input: Question): Promise<Admission | undefined> {
  const asked = { input, at: ctx.now, holdId: newId() }
  step('usage.reserving')
  const [row] = await reserve(ctx.db, { kind: input.kind, isAlone: true }, [asked])
  return admissionOf(asked, row)
}

function admissionOf({ at, holdId }: Asked, row: Reserved | undefined): Admission | undefined {
  if (row === undefined) return undefined
  step('usage.reserved')
  return {
    allowed: true,
    reason: 'within_limit',
    holdId: toWireId('hold', holdId),
    expiresAt: new Date(row.expires_at).toISOString(),
    flagged: false,
    evidence: {
      at: at.toISOString(),
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
