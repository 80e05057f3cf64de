import { splitCents } from '@trunkline/core/billing/rating'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { statement } from '@trunkline/db/connect'
import { billingEvents, billingPayments } from '@trunkline/db/schema/billing'
import { billingLineEntries, billingLineItems } from '@trunkline/db/schema/billing-lines'
import { tierSnapshots, usageEntries } from '@trunkline/db/schema/usage'
import { asc, eq, inArray, sql } from 'drizzle-orm'
import type { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import type { explainSchema } from './views.ts'
import { toLine, toPayment } from './wire.ts'

type Explained = z.infer<typeof explainSchema>
type Line = typeof billingLineItems.$inferSelect
/** More are counted and not shown; the shares of those that are shown come from all. */
const shownEntries = 500

/** Why a line says what it says: its ledger entries with their shares, events and webhooks; or its payment, with Stripe's words. */
export async function explainLine(ctx: Ctx, input: { lineId: string }): Promise<Explained> {
  const [found] = await ctx.db
    .select({ line: billingLineItems, tier: tierSnapshots.tier })
    .from(billingLineItems)
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, billingLineItems.tierSnapshotId))
    .where(eq(billingLineItems.id, input.lineId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such line')
  const { line } = found
  const corrections = await ctx.db
    .select({ id: billingLineItems.id })
    .from(billingLineItems)
    .where(eq(billingLineItems.correctsLineId, line.id))
    .orderBy(asc(billingLineItems.id))
  const entries = await entriesOf(ctx, line)
  return {
    line: toLine(line, { tier: found.tier, withCost: true }),
    correctedBy: corrections.map(({ id }) => toWireId('line', id)),
    entryCount: entries.length,
    entries: entries.slice(0, shownEntries),
    ...(await moneyOf(ctx, line)),
  }
}

async function entriesOf(ctx: Ctx, line: Line): Promise<Explained['entries']> {
  const rows = await statement<{
    id: string
    kind: string
    quantity: string
    occurred_at: string
    event_id: string
    webhook_id: string | null
    reason: string | null
    cost_micros: string | null
  }>(
    ctx.db,
    `select entry.id, entry.kind, entry.quantity, entry.occurred_at, entry.event_id, entry.webhook_id, entry.reason,
       coalesce(call.cost_micros, call.listed_cost_micros, message.listed_cost_micros) as cost_micros
     from billing_line_entries as rated join usage_entries as entry on entry.id = rated.entry_id
       left join call_events as call on entry.meter = 'call_seconds' and call.id = entry.event_id and call.customer_id = entry.customer_id
       left join sms_events as message on entry.meter = 'sms_segments' and message.id = entry.event_id and message.customer_id = entry.customer_id
     where rated.line_id = $1::text::uuid order by entry.occurred_at, entry.id`,
    [line.id],
  )
  const shares = splitCents(
    line.amountCents,
    rows.map(({ quantity }) => Number(quantity)),
  )
  const kind = line.meter === 'sms_segments' ? 'message' : 'call'
  return rows.map((row, index) => ({
    id: toWireId('usageEntry', row.id),
    kind: row.kind,
    quantity: Number(row.quantity),
    amountCents: shares[index] ?? 0,
    occurredAt: new Date(row.occurred_at).toISOString(),
    eventId: toWireId(kind, row.event_id),
    providerCostMicros: row.cost_micros === null ? null : Number(row.cost_micros),
    webhookId: row.webhook_id === null ? null : toWireId('webhook', row.webhook_id),
    reason: row.reason,
  }))
}

async function moneyOf(ctx: Ctx, line: Line): Promise<Pick<Explained, 'payment' | 'statements'>> {
  if (line.paymentId === null) return { payment: null, statements: [] }
  const [payment] = await ctx.db.select().from(billingPayments).where(eq(billingPayments.id, line.paymentId))
  if (payment === undefined) return { payment: null, statements: [] }
  const names = [payment.checkoutSessionId, payment.paymentIntentId].flatMap((id) =>
    id === null ? [] : [`stripe:${id}`],
  )
  const said = await ctx.db
    .select()
    .from(billingEvents)
    .where(
      sql`${billingEvents.customerId} = ${line.customerId} and ${billingEvents.names} && ${sql.param(names, billingEvents.names)}`,
    )
    .orderBy(asc(billingEvents.at), asc(billingEvents.id))
  return {
    payment: toPayment(payment),
    statements: said.map(({ eventId, type, at, webhookId }) => ({
      eventId,
      type,
      at: at.toISOString(),
      webhookId: webhookId === null ? null : toWireId('webhook', webhookId),
    })),
  }
}

/** The line that a ledger entry went into; null while it is not rated yet. */
export async function findLineOfEntry(ctx: Ctx, input: { entryId: string }) {
  const [entry] = await ctx.db
    .select({ id: usageEntries.id })
    .from(usageEntries)
    .where(eq(usageEntries.id, input.entryId))
  if (entry === undefined) throw new DomainError('not_found', 'There is no such ledger entry')
  const [found] = await ctx.db
    .select({ line: billingLineItems, tier: tierSnapshots.tier })
    .from(billingLineEntries)
    .innerJoin(billingLineItems, eq(billingLineItems.id, billingLineEntries.lineId))
    .innerJoin(tierSnapshots, eq(tierSnapshots.id, billingLineItems.tierSnapshotId))
    .where(inArray(billingLineEntries.entryId, [entry.id]))
  return { line: found === undefined ? null : toLine(found.line, { tier: found.tier, withCost: true }) }
}
