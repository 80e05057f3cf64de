import { type Booked, type Difference, differences, isFlagged } from '@trunkline/core/reconciliation/difference'
import {
  type DifferenceUnit,
  type LevelSums,
  type ListedKind,
  type RunLevel,
  settlingSeconds,
} from '@trunkline/core/reconciliation/run'
import { statement } from '@trunkline/db/connect'
import { findOwners } from '../customers/find-owner.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { firstIdAt } from '../platform/id.ts'
import { step } from '../platform/step.ts'
import { differenceId } from './compare-ledger.ts'
import { learnPrices } from './learn-prices.ts'
import { moveOn, type Run } from './lease.ts'
import { type Compared, loadListed, loadUnlisted } from './load-compared.ts'

type Found = Difference & { of: Compared; kind: ListedKind; provider: string; level: RunLevel; unit: DifferenceUnit }
/** `apart`: how far each lies from its list, added up, so that what is missing and what is too much do not hide each other. */
type Sum = { customerId: string | null; unit: DifferenceUnit; ours: number; theirs: number; apart: number }

const chunk = 1000
const zero = '00000000-0000-0000-0000-000000000000'

/**
 * Each call and message against its provider's list, which is whole by now, portion by portion; who takes the run up again finds
 * the same and writes nothing twice. A difference of quantities or prices is flagged where those of its customer add up to too much.
 */
export async function compareListed(ctx: Ctx, leased: Run): Promise<Run | undefined> {
  let run: Run | undefined = leased
  const tally = openTally()
  for (const { provider, kind, state } of leased.sources) {
    if (state !== 'read') continue
    const list = { run: leased, provider, kind, limit: chunk }
    for (let after: string | undefined = ''; after !== undefined && run !== undefined; ) {
      const page: { compared: Compared[]; last: string | undefined } = await loadListed(ctx, { ...list, after })
      run = await compareChunk(ctx, run, { ...list, compared: page.compared, tally })
      after = page.last
    }
    const firstId = firstIdAt(new Date(leased.windowFrom.getTime() - 86_400_000))
    for (let after: string | undefined = firstId; after !== undefined && run !== undefined; ) {
      const page: { compared: Compared[]; last: string | undefined } = await loadUnlisted(ctx, { ...list, after })
      run = await compareChunk(ctx, run, { ...list, compared: page.compared, tally })
      after = page.last
    }
  }
  if (run === undefined) return undefined
  const compared = run
  return await inTransaction(ctx, async (ctx) => {
    const sums = tally.sums()
    await flag(
      ctx,
      compared,
      sums.filter(({ unit, ours, apart }) => isFlagged(floorOf[unit], ours, ours + apart)),
    )
    const levels = await levelsOf(ctx, compared, { sums, checked: tally.checked() })
    return await moveOn(ctx, compared, { phase: 'money', levels })
  })
}

type Tally = ReturnType<typeof openTally>

/** Sums by customer and unit, of everything that was compared. */
function openTally() {
  const sums = new Map<string, Sum>()
  let checked = 0
  return {
    checked: () => checked,
    sums: () => [...sums.values()],
    add(one: { customerId: string | null; unit: DifferenceUnit; ours: number; theirs: number }) {
      const name = `${one.customerId} ${one.unit}`
      const sum = sums.get(name) ?? { customerId: one.customerId, unit: one.unit, ours: 0, theirs: 0, apart: 0 }
      sums.set(name, {
        ...sum,
        ours: sum.ours + one.ours,
        theirs: sum.theirs + one.theirs,
        apart: sum.apart + Math.abs(one.ours - one.theirs),
      })
      if (one.unit !== 'micros') checked++
    },
  }
}

const floorOf = { seconds: 'call_seconds', segments: 'sms_segments', micros: 'money', cents: 'money' } as const

async function compareChunk(
  ctx: Ctx,
  run: Run,
  work: { provider: string; kind: ListedKind; compared: readonly Compared[]; tally: Tally },
): Promise<Run | undefined> {
  const { provider, kind, tally } = work
  const compared = await withOwners(ctx, work.compared)
  const unit = kind === 'call' ? ('seconds' as const) : ('segments' as const)
  const byId = new Map(compared.map((one) => [one.providerId, one]))
  const found = differences(
    compared.flatMap(({ booked }) => booked),
    compared.flatMap(({ listed }) => listed ?? []),
    { settledBefore: run.windowTo, lateAfterSeconds: settlingSeconds },
  ).flatMap((difference): Found[] => {
    const of = byId.get(difference.providerId)
    if (of === undefined) return []
    const isMoney = difference.class === 'price_differs'
    const counted = isMoney ? ('micros' as const) : difference.class === 'late' ? ('seconds' as const) : unit
    return [{ ...difference, of, kind, provider, level: isMoney ? 2 : 1, unit: counted }]
  })
  for (const { customerId, booked, listed } of compared) {
    if (listed !== undefined && (listed.endedAt === undefined || listed.endedAt >= run.windowTo)) continue
    const total = (pick: (one: Booked) => number | undefined) => booked.reduce((sum, one) => sum + (pick(one) ?? 0), 0)
    tally.add({ customerId, unit, ours: total(({ quantity }) => quantity), theirs: listed?.quantity ?? 0 })
    const [first] = booked
    if (first?.price !== undefined && listed?.price !== undefined)
      tally.add({ customerId, unit: 'micros', ours: first.price, theirs: listed.price })
  }
  return await inTransaction(ctx, async (ctx) => {
    await write(ctx, run, found)
    await learnPrices(ctx, run, { provider, kind, compared })
    const moved = await moveOn(ctx, run, {})
    step('reconciliation.chunk_compared')
    return moved
  })
}

/** What nothing here knows of belongs to whoever has its line. */
async function withOwners(ctx: Ctx, compared: readonly Compared[]): Promise<Compared[]> {
  const missing = compared.filter(({ booked }) => booked.length === 0)
  if (missing.length === 0) return [...compared]
  const owners = await findOwners(
    ctx,
    missing.map(({ numbers, agentId }) => ({ numbers, agentId, customerId: undefined, waitsAs: undefined })),
  )
  const ownerOf = new Map(missing.map(({ providerId }, index) => [providerId, owners[index]?.customerId ?? null]))
  return compared.map((one) => ({ ...one, customerId: ownerOf.get(one.providerId) ?? one.customerId }))
}

async function write(ctx: Ctx, run: Run, found: readonly Found[]): Promise<void> {
  if (found.length === 0) return
  const name = "concat_ws(' ', class, provider, kind, provider_id)"
  await statement(
    ctx.db,
    `insert into reconciliation_differences (id, run_id, level, class, customer_id, provider, kind, provider_id, unit, ours, theirs, delta,
       flagged, occurred_at, event_id, record)
     select ${differenceId('$1::text', name)}, $1::text::uuid, level::integer, class, customer::uuid, provider, kind, provider_id, unit,
       ours::bigint, theirs::bigint, ours::bigint - theirs::bigint, false, occurred::timestamptz, event::uuid, record
     from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
       $11::text[], $12::text[], $13::text[])
       as found (level, class, customer, provider, kind, provider_id, unit, ours, theirs, occurred, event, record)
     on conflict do nothing`,
    [
      run.id,
      found.map(({ level }) => String(level)),
      found.map((one) => one.class),
      found.map(({ of }) => of.customerId),
      found.map(({ provider }) => provider),
      found.map(({ kind }) => kind),
      found.map(({ providerId }) => providerId),
      found.map(({ unit }) => unit),
      found.map(({ ours }) => String(ours)),
      found.map(({ theirs }) => String(theirs)),
      found.map(({ of }) => of.occurredAt.toISOString()),
      found.map(({ of }) => of.eventId),
      found.map((one) => (one.class === 'missing_here' ? one.of.record : null)),
    ],
  )
}

async function flag(ctx: Ctx, run: Run, apart: readonly Sum[]): Promise<void> {
  if (apart.length === 0) return
  await statement(
    ctx.db,
    `update reconciliation_differences as difference set flagged = true
     from unnest($2::text[], $3::text[]) as apart (customer, unit)
     where run_id = $1::text::uuid and level > 0 and class <> 'late' and difference.unit = apart.unit
       and coalesce(customer_id, '${zero}'::uuid) = apart.customer::uuid`,
    [run.id, apart.map(({ customerId }) => customerId ?? zero), apart.map(({ unit }) => unit)],
  )
}

async function levelsOf(ctx: Ctx, run: Run, compared: { sums: readonly Sum[]; checked: number }): Promise<LevelSums[]> {
  const counts = await statement<{ level: number; differences: number; flagged: number }>(
    ctx.db,
    `select level, count(*)::integer as differences, (count(*) filter (where flagged))::integer as flagged
     from reconciliation_differences where run_id = $1::text::uuid group by level`,
    [run.id],
  )
  const countOf = (level: RunLevel) => counts.find((one) => one.level === level)
  const sumsOf = (units: readonly DifferenceUnit[]) =>
    units.flatMap((unit) => {
      const own = compared.sums.filter((one) => one.unit === unit)
      if (own.length === 0) return []
      const sum = (pick: (one: Sum) => number) => own.reduce((all, one) => all + pick(one), 0)
      return [{ unit, ours: sum(({ ours }) => ours), theirs: sum(({ theirs }) => theirs) }]
    })
  const level = (level: RunLevel, checked: number, units: readonly DifferenceUnit[]): LevelSums => ({
    level,
    checked,
    differences: countOf(level)?.differences ?? 0,
    flagged: countOf(level)?.flagged ?? 0,
    sums: sumsOf(units),
  })
  return [
    ...run.levels.filter((one) => one.level === 0),
    level(1, compared.checked, ['seconds', 'segments']),
    level(2, 0, ['micros']),
  ]
}
