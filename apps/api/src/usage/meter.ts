import { entryFor, type Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announceCrossings } from './announce-crossings.ts'
import { bookEntries, type Entry, type Placed } from './book-entries.ts'
import { waivedElsewhere, waiveToo } from './carry-waiver.ts'
import { freeReported } from './free-reported.ts'
import { findWaived, type Key, lockKeys, lockSettled, nameOf } from './keys.ts'
import { recordCrossings } from './record-crossings.ts'

/** What one call or message owes in all: whole seconds or segments. `idemKey` names it for ever. */
export type Charge = {
  meter: Meter
  idemKey: string
  customerId: string
  quantity: number
  occurredAt: string
  eventId: string
  webhookId: string | undefined
  /** Who reported it and which way it went, for the sums by the hour. */
  provider?: string | undefined
  direction?: string | null | undefined
  /** Other keys under which the same may have been booked: what stands there is taken back. */
  aliases?: readonly string[]
}

/** A charge with the id that its entry will have. */
type Named = Charge & { id: string }

/**
 * Books what is owed: a ledger entry for each difference, the counters of the periods, the levels they crossed and the
 * alerts about them, all on the caller's transaction. Charging the same thing again books nothing.
 */
export async function meterUsage(ctx: Ctx, charges: readonly Charge[]): Promise<{ booked: number }> {
  if (charges.length === 0) return { booked: 0 }
  const { entries, known } = await differences(ctx, charges)
  if (entries.length > 0) await book(ctx, entries, known)
  await freeReported(ctx, charges)
  return { booked: entries.length }
}

async function book(ctx: Ctx, entries: readonly Entry[], known: ReadonlyMap<string, Key>): Promise<void> {
  const { counters, placed } = await bookEntries(ctx, entries)
  await revise(
    ctx,
    placed.filter((entry) => known.has(nameOf(entry))),
  )
  await announceCrossings(ctx, await recordCrossings(ctx, counters))
}

/** Takes the keys that are new with their figure, locks what is booked under the others, in one order, and compares. */
async function differences(
  ctx: Ctx,
  charges: readonly Charge[],
): Promise<{ entries: Entry[]; known: ReadonlyMap<string, Key> }> {
  const sorted = charges.map((charge) => ({ ...charge, id: newId() })).sort((a, b) => (a.idemKey < b.idemKey ? -1 : 1))
  const aliases = sorted.flatMap(({ meter, aliases = [] }) => aliases.map((idemKey) => ({ meter, idemKey })))
  // sent together, carried out one after the other
  const [taken, settled, waived] = await Promise.all([
    takeKeys(ctx, sorted),
    lockSettled(
      ctx,
      aliases.map(({ idemKey }) => idemKey),
    ),
    findWaived(ctx, aliases),
  ])
  const others = await lockKeys(
    ctx,
    sorted.filter((charge) => !taken.has(nameOf(charge))),
  )
  const known = new Map([...settled, ...others])
  const waivers = waivedElsewhere(sorted, [...waived, ...others.values()])
  if (waivers.length > 0) await waiveToo(ctx, waivers, taken)
  const entries = sorted.flatMap((charge): Entry[] => [
    ...differenceOf(ctx, waivers.includes(charge) ? { ...charge, quantity: 0 } : charge, {
      period: taken.get(nameOf(charge)),
      key: known.get(nameOf(charge)),
    }),
    ...(charge.aliases ?? []).flatMap((idemKey) => {
      const key = known.get(nameOf({ meter: charge.meter, idemKey }))
      return key === undefined ? [] : takenBack({ ...charge, idemKey }, key)
    }),
  ])
  return { entries, known }
}

/**
 * Takes the keys that nobody has, in one order, each in the open period that holds what happened. A key whose period is not
 * the open one is taken with nothing booked: its period is to be found. Whoever settles by a provider's id waits, and is
 * waited for, from here on: what follows sees what it did.
 */
async function takeKeys(ctx: Ctx, charges: readonly Named[]): Promise<Map<string, string>> {
  const taken = await statement<Pick<Key, 'meter' | 'idem_key' | 'period_start'>>(
    ctx.db,
    `insert into usage_keys (meter, idem_key, customer_id, period_start, booked, entries, last_entry_id)
     select meter, key, customer::uuid, period_start, case when period_start is null then 0 else quantity::bigint end,
       case when period_start is null or quantity = '0' then 0 else 1 end,
       case when period_start is null or quantity = '0' then null else entry::uuid end
     from (
       select *, (select period_start from usage_limits where customer_id = customer::uuid and at::timestamptz >= period_start
         and at::timestamptz < period_end) as period_start
       from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
         as charge (meter, key, customer, quantity, at, entry)
       where pg_advisory_xact_lock_shared(hashtextextended(customer, 0)) is not null offset 0
     ) as charge
     order by key on conflict do nothing returning meter, idem_key, period_start`,
    [
      charges.map(({ meter }) => meter),
      charges.map(({ idemKey }) => idemKey),
      charges.map(({ customerId }) => customerId),
      charges.map(({ quantity }) => String(quantity)),
      charges.map((charge) => momentOf(ctx, charge)),
      charges.map(({ id }) => id),
    ],
  )
  return new Map(
    taken.flatMap(({ meter, idem_key, period_start }) =>
      period_start === null ? [] : [[nameOf({ meter, idemKey: idem_key }), period_start]],
    ),
  )
}

/** When it counts as having happened: a provider's clock that is ahead of ours opens no period before its time. */
function momentOf(ctx: Ctx, charge: Charge): string {
  return new Date(Math.min(Date.parse(charge.occurredAt), ctx.now.getTime())).toISOString()
}

/**
 * The entries that make what is booked equal to what is owed. What somebody else was charged for is taken back from him, but
 * not by a charge of nothing: it has nobody else to charge.
 */
function differenceOf(ctx: Ctx, stated: Named, found: { period: string | undefined; key: Key | undefined }): Entry[] {
  const { period, key } = found
  const isWaived = key !== undefined && key.waived_at !== null
  const charge = isWaived ? { ...stated, quantity: 0 } : stated
  const isTheirs = key !== undefined && key.customer_id !== charge.customerId && key.entries > 0
  if (isTheirs && charge.quantity === 0) return []
  const entry = entryFor({
    booked: isTheirs || period !== undefined ? 0 : Number(key?.booked ?? 0),
    entries: isTheirs || period !== undefined ? 0 : (key?.entries ?? 0),
    quantity: charge.quantity,
  })
  const own = {
    ...charge,
    at: momentOf(ctx, charge),
    period: period ?? (isTheirs ? null : (key?.period_start ?? null)),
  }
  return [
    ...(isTheirs ? takenBack(charge, key) : []),
    ...(entry === undefined
      ? []
      : [
          {
            ...own,
            kind: entry.kind,
            delta: entry.quantity,
            correctsId: isTheirs ? null : (key?.last_entry_id ?? null),
          },
        ]),
  ]
}

/** Everything that is booked under this key, taken back from whom it was charged to, in the period it went to. */
function takenBack(charge: Charge, key: Key): Entry[] {
  const { customer_id: customerId, period_start: period, booked } = key
  if (period === null || Number(booked) === 0) return []
  const own = { ...charge, id: newId(), customerId, quantity: 0, at: period, period }
  return [{ ...own, kind: 'void', delta: -Number(booked), correctsId: key.last_entry_id }]
}

async function revise(ctx: Ctx, entries: readonly Placed[]): Promise<void> {
  if (entries.length === 0) return
  const last = [...new Map(entries.map((entry) => [nameOf(entry), entry])).values()]
  const count = (entry: Placed) => entries.filter((other) => nameOf(other) === nameOf(entry)).length
  await statement(
    ctx.db,
    `update usage_keys as known set booked = new.booked::bigint, entries = known.entries + new.entries::integer,
       customer_id = new.customer::uuid, period_start = new.period::timestamptz, last_entry_id = new.entry::uuid
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[])
       as new (meter, key, booked, entries, customer, period, entry)
     where known.meter = new.meter and known.idem_key = new.key`,
    [
      last.map(({ meter }) => meter),
      last.map(({ idemKey }) => idemKey),
      last.map(({ quantity }) => String(quantity)),
      last.map((entry) => String(count(entry))),
      last.map(({ customerId }) => customerId),
      last.map(({ period }) => period),
      last.map(({ id }) => id),
    ],
  )
}
