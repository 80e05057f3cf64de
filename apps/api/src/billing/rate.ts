import { lineFor } from '@trunkline/core/billing/rating'
import type { Meter } from '@trunkline/core/usage/meter'
import { isClosed } from '@trunkline/core/usage/period'
import { statement } from '@trunkline/db/connect'
import { billingLineItems } from '@trunkline/db/schema/billing-lines'
import { and, asc, eq, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { firstIdAt, newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { costOf } from './cost.ts'
import { followTerms } from './follow-terms.ts'
import { openFees } from './open-fees.ts'
import { type PeriodTerms, termsOf } from './terms.ts'

type Unrated = { id: string; customer_id: string; meter: Meter; period_start: string; quantity: string }
type Key = { customerId: string; meter: Meter; periodStart: string }
type Line = typeof billingLineItems.$inferSelect

const atOnce = 2000
/** No transaction that writes the ledger lasts as long: what is older than this is all there. */
const settledMs = 600_000

/**
 * Puts every ledger entry that has no line yet onto one: the open line of its meter and period, or, where that is closed, a line that
 * names the one it corrects. The sum of the lines is the price of what the ledger holds, however often and in whatever portions
 * this runs.
 */
export async function rateLedger(ctx: Ctx): Promise<void> {
  await openFees(ctx)
  const through = await inTransaction(ctx, (ctx) => markOf(ctx))
  let after = through
  for (;;) {
    const last = await inTransaction(ctx, (ctx) => ratePortion(ctx, after))
    if (last === undefined) break
    after = last
  }
  await inTransaction(ctx, moveMark)
  await followTerms(ctx)
}

/** One rater at a time: two would put the same entry on two lines. */
export async function lockRating(ctx: Ctx): Promise<void> {
  await statement(ctx.db, `select pg_advisory_xact_lock(hashtextextended('billing.rate', 0))`, [])
}

async function markOf(ctx: Ctx): Promise<string> {
  const [mark] = await statement<{ through_id: string }>(
    ctx.db,
    `select through_id from billing_marks where name = 'ledger'`,
    [],
  )
  return mark?.through_id ?? '00000000-0000-0000-0000-000000000000'
}

/** By the clock that ids are made by, whatever time the caller has. */
async function moveMark(ctx: Ctx): Promise<void> {
  const [clock] = await statement<{ ms: number }>(ctx.db, 'select extract(epoch from now())::float8 * 1000 as ms', [])
  const throughId = firstIdAt(new Date(Math.floor((clock?.ms ?? 0) - settledMs)))
  await statement(
    ctx.db,
    `insert into billing_marks (name, through_id, updated_at) values ('ledger', $1::text::uuid, now())
     on conflict (name) do update set through_id = greatest(billing_marks.through_id, excluded.through_id), updated_at = now()`,
    [throughId],
  )
}

async function ratePortion(ctx: Ctx, after: string): Promise<string | undefined> {
  await lockRating(ctx)
  const entries = await statement<Unrated>(
    ctx.db,
    `select id, customer_id, meter, period_start, quantity from usage_entries as entry
     where id > $1::text::uuid and not exists (select from billing_line_entries as rated where rated.entry_id = entry.id)
     order by id limit ${atOnce}`,
    [after],
  )
  const groups = new Map<string, Unrated[]>()
  for (const entry of entries) {
    const name = `${entry.customer_id} ${entry.period_start} ${entry.meter}`
    groups.set(name, [...(groups.get(name) ?? []), entry])
  }
  for (const [first, ...others] of groups.values()) {
    if (first === undefined) continue
    const key = { customerId: first.customer_id, meter: first.meter, periodStart: first.period_start }
    await rateEntries(ctx, key, [first, ...others])
  }
  step('billing.rated')
  if (entries.length > 0) await announce(ctx, ['billing'])
  return entries.at(-1)?.id
}

async function rateEntries(ctx: Ctx, key: Key, entries: readonly Unrated[]): Promise<void> {
  const terms = await termsOf(ctx, key)
  const closes = isClosed({ start: terms.start, end: terms.end }, ctx.now)
  if (closes) await followLine(ctx, key, { closes })
  const lines = await linesOf(ctx, key)
  const open = lines.find(({ state }) => state === 'open')
  const lineId = open?.id ?? newId()
  const linked = await statement<{ entry_id: string }>(
    ctx.db,
    `insert into billing_line_entries (entry_id, line_id, customer_id)
     select entry::uuid, $2::text::uuid, $3::text::uuid from unnest($1::text[]) as entry on conflict do nothing returning entry_id`,
    [entries.map(({ id }) => id), lineId, key.customerId],
  )
  const isNew = new Set(linked.map(({ entry_id }) => entry_id))
  const added = entries.filter(({ id }) => isNew.has(id))
  if (added.length === 0) return
  const closed = lines.filter(({ state }) => state === 'closed')
  const quantity = [...lines.map((line) => line.quantity), ...added.map((entry) => Number(entry.quantity))].reduce(
    (sum, one) => sum + one,
    0,
  )
  const cost = await costOf(ctx, { ...key, lineIds: [...lines.map(({ id }) => id), lineId] })
  const figures = lineFor({ quantity, ...cost, terms, lines: closed }) ?? nothing
  const span = spanOf(open, added)
  if (open !== undefined) {
    await ctx.db
      .update(billingLineItems)
      .set({ ...figures, ...span, ...ofTerms(terms), updatedAt: ctx.now })
      .where(eq(billingLineItems.id, open.id))
    return
  }
  await ctx.db.insert(billingLineItems).values({
    id: lineId,
    customerId: key.customerId,
    periodStart: terms.start,
    periodEnd: terms.end,
    kind: 'usage',
    meter: key.meter,
    sourceKey: sourceKeyOf(key, terms.start, lines.length + 1),
    ...figures,
    ...span,
    ...ofTerms(terms),
    state: closes ? 'closed' : 'open',
    correctsLineId: closed.at(-1)?.id ?? null,
    createdAt: ctx.now,
    updatedAt: ctx.now,
    closedAt: closes ? ctx.now : null,
  })
}

const sourceKeyOf = ({ customerId, meter }: Key, start: Date, nth: number) =>
  `usage:${customerId}:${start.toISOString()}:${meter}:${nth}`

const nothing = { quantity: 0, amountCents: 0, providerCostMicros: 0, unpriced: 0 }
const ofTerms = ({ tierSnapshotId, unitPriceMicros }: PeriodTerms) => ({ tierSnapshotId, unitPriceMicros })

function spanOf(open: Line | undefined, added: readonly Unrated[]): { fromEntry: string; toEntry: string } {
  const ids = [...added.map(({ id }) => id), ...[open?.fromEntry, open?.toEntry].filter((id) => id != null)].sort()
  return { fromEntry: ids[0] ?? '', toEntry: ids.at(-1) ?? '' }
}

async function linesOf(ctx: Ctx, key: Key): Promise<Line[]> {
  return await ctx.db
    .select()
    .from(billingLineItems)
    .where(
      and(
        eq(billingLineItems.customerId, key.customerId),
        eq(billingLineItems.periodStart, sql`${key.periodStart}::timestamptz`),
        eq(billingLineItems.kind, 'usage'),
        eq(billingLineItems.meter, key.meter),
      ),
    )
    .orderBy(asc(billingLineItems.id))
    .for('update')
}

/** Brings the open line of a period to the price and cost that are known now, and closes it where the period is closed. */
export async function followLine(ctx: Ctx, key: Key, { closes }: { closes: boolean }): Promise<void> {
  const lines = await linesOf(ctx, key)
  const open = lines.find(({ state }) => state === 'open')
  if (open === undefined) return
  const terms = await termsOf(ctx, key)
  const cost = await costOf(ctx, { ...key, lineIds: lines.map(({ id }) => id) })
  const figures = lineFor({
    quantity: lines.reduce((sum, { quantity }) => sum + quantity, 0),
    ...cost,
    terms,
    lines: lines.filter(({ state }) => state === 'closed'),
  })
  await ctx.db
    .update(billingLineItems)
    .set({
      ...(figures ?? nothing),
      ...ofTerms(terms),
      ...(closes ? { state: 'closed', closedAt: ctx.now } : {}),
      updatedAt: ctx.now,
    })
    .where(eq(billingLineItems.id, open.id))
}

/**
 * Brings the lines of a period to the cost that is known now: the open one, or, where all are closed, one more that bills nothing and
 * names the one whose cost it corrects.
 */
export async function followCost(ctx: Ctx, key: Key): Promise<void> {
  const lines = await linesOf(ctx, key)
  const last = lines.at(-1)
  if (last === undefined || lines.some(({ state }) => state === 'open'))
    return await followLine(ctx, key, { closes: false })
  const cost = await costOf(ctx, { ...key, lineIds: lines.map(({ id }) => id) })
  const providerCostMicros = cost.costMicros - lines.reduce((sum, line) => sum + line.providerCostMicros, 0)
  const unpriced = cost.unpriced - lines.reduce((sum, line) => sum + line.unpriced, 0)
  if (providerCostMicros === 0 && unpriced === 0) return
  const { customerId, periodStart, periodEnd, kind, meter, tierSnapshotId, unitPriceMicros } = last
  await ctx.db.insert(billingLineItems).values({
    ...{ id: newId(), customerId, periodStart, periodEnd, kind, meter, tierSnapshotId, unitPriceMicros },
    ...{ quantity: 0, amountCents: 0, providerCostMicros, unpriced },
    sourceKey: sourceKeyOf(key, periodStart, lines.length + 1),
    state: 'closed',
    correctsLineId: last.id,
    createdAt: ctx.now,
    updatedAt: ctx.now,
    closedAt: ctx.now,
  })
}

/** Closes every line whose period has been closed, after all that its ledger holds is on it. */
export async function closeLines(ctx: Ctx): Promise<void> {
  await rateLedger(ctx)
  const due = await statement<{ customer_id: string; meter: Meter; period_start: string }>(
    ctx.db,
    `select customer_id, meter, period_start from billing_line_items
     where state = 'open' and kind = 'usage' and period_end + interval '72 hours' <= $1::text::timestamptz`,
    [ctx.now.toISOString()],
  )
  for (const row of due) {
    await inTransaction(ctx, async (ctx) => {
      await lockRating(ctx)
      const key = { customerId: row.customer_id, meter: row.meter, periodStart: row.period_start }
      await followLine(ctx, key, { closes: true })
    })
  }
  if (due.length > 0) await announce(ctx, ['billing'])
}
