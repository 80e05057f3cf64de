import type { EntryKind } from '@trunkline/core/usage/meter'
import { type Account, isClosed, type Period, placeUsage } from '@trunkline/core/usage/period'
import { statement } from '@trunkline/db/connect'
import { customers } from '@trunkline/db/schema/customers'
import { usageLimits, usagePeriods } from '@trunkline/db/schema/usage'
import { eq, inArray } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { burnLate } from './burn-late.ts'
import {
  entryArrays,
  entryColumns,
  entryFields,
  entryTypes,
  entryValues,
  rowsOf,
  type Sum,
  sumArrays,
  sumByHour,
  sumTypes,
} from './ledger-rows.ts'
import type { Charge } from './meter.ts'
import { openPeriods } from './open-periods.ts'

/** A difference to be booked. `period` is the one its key belongs to, where that is known; else `at` will tell. */
export type Entry = Charge & {
  id: string
  kind: EntryKind
  delta: number
  at: string
  period: string | null
  /** The entry before it under the same key, or the one that a person corrects. */
  correctsId: string | null
  reason?: string
}
export type Placed = Entry & { period: string }

/** An open counter after it was moved by so many seconds and texts. */
export type Counter = {
  customer_id: string
  call_used_seconds: string
  call_base: string
  sms_used: string
  sms_base: string
  grace_seconds: string
  sms_grace: string
  limit_revision: number
  period_start: string
  calls: number
  texts: number
}

/**
 * Writes the entries into the ledger and moves the counter of the period that each belongs to: the open one, or that of a
 * period that is over. Answers the open counters that moved, and the entries with their periods.
 */
export async function bookEntries(
  ctx: Ctx,
  entries: readonly Entry[],
): Promise<{ counters: Counter[]; placed: Placed[] }> {
  const isPlaced = (entry: Entry): entry is Placed => entry.period !== null
  const locks = entries.map(({ customerId }) => customerId)
  const counters = await bookInOpen(ctx, { entries: entries.filter(isPlaced), locks })
  const moved = new Set(counters.map((row) => nameOf(row.customer_id, row.period_start)))
  const hasMoved = (entry: Entry): entry is Placed =>
    isPlaced(entry) && moved.has(nameOf(entry.customerId, entry.period))
  const left = entries.filter((entry) => !hasMoved(entry))
  const late = left.length === 0 ? { counters: [], placed: [] } : await bookLate(ctx, left)
  return { counters: [...counters, ...late.counters], placed: [...entries.filter(hasMoved), ...late.placed] }
}

const nameOf = (customerId: string, period: string) => `${customerId} ${period}`

function sumsOf(entries: readonly Placed[]): Sum[] {
  const sums = new Map<string, Sum>()
  for (const { customerId, meter, delta, period } of entries) {
    const sum = sums.get(nameOf(customerId, period)) ?? { customerId, period, calls: 0, texts: 0 }
    if (meter === 'call_seconds') sum.calls += delta
    else sum.texts += delta
    sums.set(nameOf(customerId, period), sum)
  }
  return [...sums.values()]
}

/**
 * Books what belongs to an open period that still runs, ledger and counter in one statement; the rest is left alone. The
 * counter's row is the lock: customers in one order, those of the rest too.
 */
async function bookInOpen(
  ctx: Ctx,
  work: { entries: readonly Placed[]; locks: readonly string[] },
): Promise<Counter[]> {
  const sums = sumsOf(work.entries)
  if (sums.length === 0) return []
  const placeOf = new Map(sums.map((sum, place) => [nameOf(sum.customerId, sum.period), String(place + 1)]))
  const rows = await statement<Omit<Counter, 'calls' | 'texts' | 'period_start'> & { place: string }>(
    ctx.db,
    `with locked as materialized (
       select customer_id from usage_limits where customer_id = any (($1::text[])::uuid[]) order by customer_id for update
     ), sum as materialized (
       select sum.* from ${rowsOf(3, sumTypes)} with ordinality as sum (customer, period, calls, texts, place)
         join locked on locked.customer_id = sum.customer
     ), moved as (
       update usage_limits as counter set call_used_seconds = call_used_seconds + sum.calls,
         sms_used = sms_used + sum.texts, updated_at = now()
       from sum where counter.customer_id = sum.customer and counter.period_start = sum.period
         and counter.period_end > $2::text::timestamptz
         and (counter.next_change_at is null or counter.next_change_at > $2::text::timestamptz)
       returning sum.place, counter.customer_id, call_used_seconds, call_cap_seconds + call_credit_seconds + rollover_seconds as call_base,
         sms_used, sms_cap + sms_credit as sms_base, grace_seconds, sms_grace, limit_revision
     ), entry as materialized (
       select entry.* from ${rowsOf(7, [...entryTypes, 'bigint'])} as entry (${entryFields}, place) join moved using (place)
     ), written as (
       insert into usage_entries (${entryColumns}) select ${entryValues} from entry
     ), summed as (
       ${sumByHour('entry')}
     )
     select * from moved`,
    [
      [...new Set(work.locks)],
      ctx.now.toISOString(),
      ...sumArrays(sums),
      ...entryArrays(work.entries),
      work.entries.map(({ customerId, period }) => placeOf.get(nameOf(customerId, period)) ?? ''),
    ],
  )
  return rows.flatMap(({ place, ...row }) => {
    const sum = sums[Number(place) - 1]
    return sum === undefined ? [] : [{ ...row, period_start: sum.period, calls: sum.calls, texts: sum.texts }]
  })
}

/** Books what does not belong to a period that is known to be open: rolls what is due and looks for the period of each. */
async function bookLate(ctx: Ctx, entries: readonly Entry[]): Promise<{ counters: Counter[]; placed: Placed[] }> {
  const customerIds = [...new Set(entries.map(({ customerId }) => customerId))]
  const limits = await openPeriods(ctx, customerIds)
  const accounts = await loadAccounts(ctx, customerIds)
  const open: Placed[] = []
  const over: Placed[] = []
  for (const entry of entries) {
    const account = accounts.get(entry.customerId)
    if (account === undefined) throw new Error('A customer has no usage limits to count against')
    const { period, standing } = placeUsage(account, { zone: account.zone, at: new Date(entry.period ?? entry.at) })
    if (standing === 'unrecorded') {
      await recordPeriod(ctx, { customerId: entry.customerId, tierSnapshotId: account.tierSnapshotId, period })
      account.over = [...account.over, period].sort((a, b) => a.start.getTime() - b.start.getTime())
    }
    const kind = standing !== 'open' && isClosed(period, ctx.now) ? 'adjustment' : entry.kind
    const placed = { ...entry, kind, period: period.start.toISOString() } as const
    if (standing === 'open') open.push(placed)
    else over.push(placed)
  }
  await bookInOver(ctx, over)
  await burnLate(ctx, { limits, periods: sumsOf(over) })
  const counters = await bookInOpen(ctx, { entries: open, locks: customerIds })
  if (counters.length !== sumsOf(open).length) throw new Error('An open counter was not there to be moved')
  return { counters, placed: [...open, ...over] }
}

type Held = Account & { zone: string; tierSnapshotId: string; over: readonly Period[] }

async function loadAccounts(ctx: Ctx, customerIds: readonly string[]): Promise<Map<string, Held>> {
  const limits = await ctx.db
    .select({
      customerId: usageLimits.customerId,
      tierSnapshotId: usageLimits.tierSnapshotId,
      open: { start: usageLimits.periodStart, end: usageLimits.periodEnd },
      zone: customers.timezone,
    })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .where(inArray(usageLimits.customerId, [...customerIds]))
  const over = await ctx.db
    .select({ customerId: usagePeriods.customerId, start: usagePeriods.periodStart, end: usagePeriods.periodEnd })
    .from(usagePeriods)
    .where(inArray(usagePeriods.customerId, [...customerIds]))
    .orderBy(usagePeriods.periodStart)
  return new Map(
    limits.map((row) => [
      row.customerId,
      { ...row, over: over.filter(({ customerId }) => customerId === row.customerId) },
    ]),
  )
}

/** Puts a period on record that nobody has rolled, with what the ledger holds for it already. */
async function recordPeriod(
  ctx: Ctx,
  input: { customerId: string; tierSnapshotId: string; period: Period },
): Promise<void> {
  await statement(
    ctx.db,
    `insert into usage_periods (customer_id, period_start, period_end, tier_snapshot_id, call_cap_seconds, sms_cap, call_used_seconds, sms_used)
     select $1::text::uuid, $2::text::timestamptz, $3::text::timestamptz, $4::text::uuid,
       (select call_cap_seconds from tier_snapshots where id = $4::text::uuid), (select sms_cap_segments from tier_snapshots where id = $4::text::uuid),
       coalesce(sum(quantity) filter (where meter = 'call_seconds'), 0), coalesce(sum(quantity) filter (where meter = 'sms_segments'), 0)
     from usage_entries where customer_id = $1::text::uuid and period_start >= $2::text::timestamptz and period_start < $3::text::timestamptz`,
    [input.customerId, input.period.start.toISOString(), input.period.end.toISOString(), input.tierSnapshotId],
  )
}

/** Books what belongs to periods that are over. The customers' open counters are locked. */
async function bookInOver(ctx: Ctx, entries: readonly Placed[]): Promise<void> {
  if (entries.length === 0) return
  await statement(
    ctx.db,
    `update usage_periods as counter set call_used_seconds = call_used_seconds + sum.calls, sms_used = sms_used + sum.texts
     from ${rowsOf(1, sumTypes)} as sum (customer, period, calls, texts)
     where counter.customer_id = sum.customer and counter.period_start = sum.period`,
    sumArrays(sumsOf(entries)),
  )
  await statement(
    ctx.db,
    `with entry as materialized (
       select * from ${rowsOf(1, entryTypes)} as entry (${entryFields})
     ), written as (
       insert into usage_entries (${entryColumns}) select ${entryValues} from entry
     )
     ${sumByHour('entry')}`,
    entryArrays(entries),
  )
}
