import { entryFor, type Meter } from '@trunkline/core/usage/meter'
import { crossedThresholds } from '@trunkline/core/usage/threshold'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announceCrossings, type Crossing } from './announce-crossings.ts'

/** What one call or message owes in all: whole seconds or segments. `idemKey` names it for ever. */
export type Charge = {
  meter: Meter
  idemKey: string
  customerId: string
  quantity: number
  occurredAt: string
  eventId: string
  webhookId: string | undefined
}

type Key = { meter: Meter; idem_key: string; booked: string; entries: number }
type Entry = Charge & { kind: string; delta: number }

/**
 * Books what is owed: a ledger entry for each difference, the counters of the customers, the levels they crossed and the
 * alerts about them, all on the caller's transaction. Charging the same thing again books nothing.
 */
export async function meterUsage(ctx: Ctx, charges: readonly Charge[]): Promise<{ booked: number }> {
  if (charges.length === 0) return { booked: 0 }
  const entries = await differences(ctx, charges)
  if (entries.length === 0) return { booked: 0 }
  const counters = await moveCounters(ctx, entries)
  await writeEntries(ctx, entries, counters)
  await announceCrossings(ctx, await recordCrossings(ctx, counters))
  return { booked: entries.length }
}

/** Takes the keys that are new with their figure, locks what is booked under the others, in one order, and compares. */
async function differences(ctx: Ctx, charges: readonly Charge[]): Promise<Entry[]> {
  const sorted = [...charges].sort((a, b) => (a.idemKey < b.idemKey ? -1 : 1))
  const taken = await statement<Pick<Key, 'meter' | 'idem_key'>>(
    ctx.db,
    `insert into usage_keys (meter, idem_key, customer_id, booked, entries)
     select meter, key, customer::uuid, quantity::bigint, case when quantity = '0' then 0 else 1 end
     from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as charge (meter, key, customer, quantity)
     order by key on conflict do nothing returning meter, idem_key`,
    [
      sorted.map(({ meter }) => meter),
      sorted.map(({ idemKey }) => idemKey),
      sorted.map(({ customerId }) => customerId),
      sorted.map(({ quantity }) => String(quantity)),
    ],
  )
  const isNew = new Set(taken.map(({ meter, idem_key }) => `${meter} ${idem_key}`))
  const isKnown = ({ meter, idemKey }: Charge) => !isNew.has(`${meter} ${idemKey}`)
  const known = await lockBooked(ctx, sorted.filter(isKnown))
  const entries = sorted.flatMap((charge) => {
    const row = known.get(`${charge.meter} ${charge.idemKey}`)
    const entry = entryFor({ booked: Number(row?.booked ?? 0), entries: row?.entries ?? 0, quantity: charge.quantity })
    return entry === undefined ? [] : [{ ...charge, kind: entry.kind, delta: entry.quantity }]
  })
  await revise(ctx, entries.filter(isKnown))
  return entries
}

async function lockBooked(ctx: Ctx, charges: readonly Charge[]): Promise<Map<string, Key>> {
  if (charges.length === 0) return new Map()
  const booked = await statement<Key>(
    ctx.db,
    `select meter, idem_key, booked, entries from usage_keys
     where (meter, idem_key) in (select * from unnest($1::text[], $2::text[])) order by idem_key for update`,
    [charges.map(({ meter }) => meter), charges.map(({ idemKey }) => idemKey)],
  )
  return new Map(booked.map((row) => [`${row.meter} ${row.idem_key}`, row]))
}

async function revise(ctx: Ctx, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  await statement(
    ctx.db,
    `update usage_keys as known set booked = new.booked::bigint, entries = known.entries + 1
     from unnest($1::text[], $2::text[], $3::text[]) as new (meter, key, booked) where known.meter = new.meter and known.idem_key = new.key`,
    [
      entries.map(({ meter }) => meter),
      entries.map(({ idemKey }) => idemKey),
      entries.map(({ quantity }) => String(quantity)),
    ],
  )
}

type Counter = {
  customer_id: string
  call_used_seconds: string
  call_base: string
  sms_used: string
  sms_base: string
  limit_revision: number
  period_start: string
  calls: number
  texts: number
}

/** Adds each customer's sum to its counter once. The counter's row is the lock: customers in one order. */
async function moveCounters(ctx: Ctx, entries: readonly Entry[]): Promise<Counter[]> {
  const sums = new Map<string, { calls: number; texts: number }>()
  for (const { customerId, meter, delta } of entries) {
    const sum = sums.get(customerId) ?? { calls: 0, texts: 0 }
    if (meter === 'call_seconds') sum.calls += delta
    else sum.texts += delta
    sums.set(customerId, sum)
  }
  const customers = [...sums.keys()].sort()
  await statement(
    ctx.db,
    'select 1 from usage_limits where customer_id = any (($1::text[])::uuid[]) order by customer_id for update',
    [customers],
  )
  const counters = await statement<Omit<Counter, 'calls' | 'texts'>>(
    ctx.db,
    `update usage_limits as counter set call_used_seconds = call_used_seconds + sum.calls::bigint, sms_used = sms_used + sum.texts::bigint,
       updated_at = now()
     from unnest($1::text[], $2::text[], $3::text[]) as sum (customer, calls, texts) where customer_id = sum.customer::uuid
     returning customer_id, call_used_seconds, call_cap_seconds + call_credit_seconds + rollover_seconds as call_base,
       sms_used, sms_cap + sms_credit as sms_base, limit_revision, period_start`,
    [
      customers,
      customers.map((id) => String(sums.get(id)?.calls ?? 0)),
      customers.map((id) => String(sums.get(id)?.texts ?? 0)),
    ],
  )
  if (counters.length !== customers.length) throw new Error('A customer has no usage limits to count against')
  return counters.map((row) => ({ ...row, ...(sums.get(row.customer_id) ?? { calls: 0, texts: 0 }) }))
}

async function writeEntries(ctx: Ctx, entries: readonly Entry[], counters: readonly Counter[]): Promise<void> {
  const periodOf = new Map(counters.map((row) => [row.customer_id, row.period_start]))
  await statement(
    ctx.db,
    `insert into usage_entries (id, customer_id, meter, idem_key, kind, quantity, occurred_at, period_start, event_id, webhook_id, created_at)
     select id::uuid, customer::uuid, meter, key, kind, quantity::bigint, occurred::timestamptz, period::timestamptz, event::uuid,
       webhook::uuid, now()
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
       as entry (id, customer, meter, key, kind, quantity, occurred, period, event, webhook)`,
    [
      entries.map(() => newId()),
      entries.map(({ customerId }) => customerId),
      entries.map(({ meter }) => meter),
      entries.map(({ idemKey }) => idemKey),
      entries.map(({ kind }) => kind),
      entries.map(({ delta }) => String(delta)),
      entries.map(({ occurredAt }) => occurredAt),
      entries.map(({ customerId }) => periodOf.get(customerId) ?? null),
      entries.map(({ eventId }) => eventId),
      entries.map(({ webhookId }) => webhookId ?? null),
    ],
  )
}

/** Levels that the counters passed, each once a period and limit revision whatever the batches were. */
async function recordCrossings(ctx: Ctx, counters: readonly Counter[]): Promise<Crossing[]> {
  const crossings = counters.flatMap((row) =>
    (
      [
        ['call_seconds', Number(row.call_used_seconds), row.calls, Number(row.call_base)],
        ['sms_segments', Number(row.sms_used), row.texts, Number(row.sms_base)],
      ] as const
    ).flatMap(([meter, after, delta, base]) =>
      crossedThresholds({ before: after - delta, after, base }).map((level) => ({
        id: newId(),
        customerId: row.customer_id,
        meter,
        periodStart: row.period_start,
        limitRevision: row.limit_revision,
        level,
        before: after - delta,
        after,
        base,
      })),
    ),
  )
  if (crossings.length === 0) return []
  const written = await statement<{ id: string }>(
    ctx.db,
    `insert into usage_crossings (id, customer_id, meter, period_start, limit_revision, level, before, after, base, at)
     select id::uuid, customer::uuid, meter, period::timestamptz, revision::integer, level::integer, before::bigint, after::bigint, base::bigint, now()
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])
       as crossing (id, customer, meter, period, revision, level, before, after, base)
     order by customer, meter, level on conflict do nothing returning id`,
    [
      crossings.map(({ id }) => id),
      crossings.map(({ customerId }) => customerId),
      crossings.map(({ meter }) => meter),
      crossings.map(({ periodStart }) => periodStart),
      crossings.map(({ limitRevision }) => String(limitRevision)),
      crossings.map(({ level }) => String(level)),
      crossings.map(({ before }) => String(before)),
      crossings.map(({ after }) => String(after)),
      crossings.map(({ base }) => String(base)),
    ],
  )
  const isNew = new Set(written.map(({ id }) => id))
  return crossings.filter(({ id }) => isNew.has(id))
}
