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
  place: string
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
 * Units, holds and the figures that the answers are given by, in one statement: of them nothing is there without the others. One
 * question of a customer, the customers in one order. Who is alone waits for his counter; of many, who would have to wait for it
 * is left out, and asks again alone, so that nobody waits for a counter that is not his.
 */
function reservingOf(kind: Question['kind'], isAlone: boolean): string {
  const { used, reserved, base, grace } = columnsOf[kind]
  return `with asked as materialized (
      select customer_id::uuid, quantity::bigint, at::timestamptz, hold_id::uuid, seconds::float8, nullif(provider_id, '') as provider_id, place
      from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
        with ordinality as asked (customer_id, quantity, at, hold_id, seconds, provider_id, place)
    ), locked as materialized (
      select customer_id from usage_limits where customer_id = any (($1::text[])::uuid[]) order by customer_id
      for update ${isAlone ? '' : 'skip locked'}
    ), reserved as (
      update usage_limits as counter set ${reserved} = ${reserved} + asked.quantity, updated_at = now()
      from asked join locked using (customer_id)
      where counter.customer_id = any (($1::text[])::uuid[]) and counter.customer_id = asked.customer_id
        and not force_pause and period_end > asked.at and (next_change_at is null or next_change_at > asked.at)
        and ${used} + ${reserved} + asked.quantity <= ${base} + ${grace}
        and exists (select from customers where id = counter.customer_id and status = 'active')
      returning counter.customer_id, ${used} as used, ${reserved} as reserved, ${base} as base, ${base} + ${grace} as hard_limit,
        period_end, limit_revision, tier_snapshot_id
    ), held as (
      insert into usage_holds (id, customer_id, meter, quantity, expires_at, provider_id)
      select hold_id, customer_id, '${meterOf[kind]}', quantity, now() + make_interval(secs => seconds), provider_id
      from asked join reserved using (customer_id) returning customer_id, expires_at
    )
    select asked.place, reserved.*, tier.tier, tier.version, held.expires_at, 1 + (select count(*) from usage_holds
      where usage_holds.customer_id = reserved.customer_id and meter = '${meterOf[kind]}' and state = 'open') as open_holds
    from reserved join asked using (customer_id) join held using (customer_id)
      join tier_snapshots as tier on tier.id = reserved.tier_snapshot_id`
}

const reserving = {
  call: { alone: reservingOf('call', true), together: reservingOf('call', false) },
  sms: { alone: reservingOf('sms', true), together: reservingOf('sms', false) },
} as const

type Asked = { input: Question; at: Date; holdId: string }

/** What is reserved for each, in the order of the questions; of several of one customer only the first is asked. */
async function reserve(
  db: Ctx['db'],
  kind: Question['kind'],
  questions: readonly Asked[],
): Promise<(Reserved | undefined)[]> {
  const firsts = new Map<string, Asked>()
  for (const asked of questions) if (!firsts.has(asked.input.customerId)) firsts.set(asked.input.customerId, asked)
  const asked = [...firsts.values()]
  const rows = await statement<Reserved>(db, reserving[kind][asked.length === 1 ? 'alone' : 'together'], [
    asked.map(({ input }) => input.customerId),
    asked.map(({ input }) => String(input.quantity)),
    asked.map(({ at }) => at.toISOString()),
    asked.map(({ holdId }) => holdId),
    asked.map(({ input }) => String(holdSeconds(kind, input.quantity))),
    asked.map(({ input }) => input.providerId ?? ''),
  ])
  const rowOf = new Map(rows.map((row) => [asked[Number(row.place) - 1]?.holdId, row]))
  return questions.map(({ holdId }) => rowOf.get(holdId))
}

/** Nobody waits longer for his answer: who has is not asked for any more. */
const gatheredMs = 10_000

/** Many that ask at the same moment share a statement and its commit. */
const gathered = {
  call: gatherOn((db, questions: readonly Asked[]) => reserve(db, 'call', questions), gatheredMs),
  sms: gatherOn((db, questions: readonly Asked[]) => reserve(db, 'sms', questions), gatheredMs),
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
  const [row] = await reserve(ctx.db, input.kind, [asked])
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
