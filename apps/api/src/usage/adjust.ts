import { toWireId } from '@trunkline/core/platform/wire-id'
import { adjustmentKey, type Meter } from '@trunkline/core/usage/meter'
import { usageEntries, usageKeys, usageLimits, usagePeriods } from '@trunkline/db/schema/usage'
import { and, eq } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { announceCrossings } from './announce-crossings.ts'
import { bookEntries } from './book-entries.ts'
import { openPeriods } from './open-periods.ts'
import { recordCrossings } from './record-crossings.ts'

/**
 * A person corrects the ledger by a difference of his own, with a reason: in the open period, or in that of the entry which it corrects.
 * Once for ever by `sourceKey`, where one is given. A period is never used less than nothing.
 */
export async function adjustUsage(
  ctx: Ctx,
  input: {
    customerId: string
    meter: Meter
    quantity: number
    reason: string
    correctsId?: string | undefined
    sourceKey?: string | undefined
  },
): Promise<{ entryId: string; adjusted: boolean }> {
  const { customerId, meter, quantity, reason } = input
  return await inTransaction(ctx, async (ctx) => {
    const [limits] = await openPeriods(ctx, [customerId])
    if (limits === undefined) throw new DomainError('not_found', 'There is no such customer')
    const corrected =
      input.correctsId === undefined ? undefined : await entryOf(ctx, { ...input, id: input.correctsId })
    const id = newId()
    const idemKey = adjustmentKey(input.sourceKey ?? id)
    const period = corrected?.periodStart ?? limits.periodStart
    const [taken] = await ctx.db
      .insert(usageKeys)
      .values({ meter, idemKey, customerId, periodStart: period, booked: quantity, entries: 1, lastEntryId: id })
      .onConflictDoNothing()
      .returning({ idemKey: usageKeys.idemKey })
    if (taken === undefined) return { entryId: await knownEntry(ctx, { ...input, idemKey }), adjusted: false }
    await expectEnough(ctx, { customerId, meter, quantity, period })
    const at = (corrected?.occurredAt ?? ctx.now).toISOString()
    const { counters } = await bookEntries(ctx, [
      {
        id,
        meter,
        idemKey,
        customerId,
        quantity,
        delta: quantity,
        kind: 'adjustment',
        at,
        occurredAt: at,
        period: period.toISOString(),
        eventId: corrected?.eventId ?? id,
        webhookId: undefined,
        correctsId: corrected?.id ?? null,
        reason,
        provider: 'adjustment',
      },
    ])
    await announceCrossings(ctx, await recordCrossings(ctx, counters))
    step('usage.adjustment_written')
    await audit(ctx, {
      action: 'usage.adjust',
      subject: toWireId('usageEntry', id),
      customerId,
      after: {
        meter,
        quantity,
        reason,
        corrects: corrected === undefined ? null : toWireId('usageEntry', corrected.id),
      },
    })
    await announce(ctx, ['usage'])
    return { entryId: id, adjusted: true }
  })
}

async function entryOf(ctx: Ctx, asked: { id: string; customerId: string; meter: Meter }) {
  const [entry] = await ctx.db
    .select()
    .from(usageEntries)
    .where(
      and(
        eq(usageEntries.id, asked.id),
        eq(usageEntries.customerId, asked.customerId),
        eq(usageEntries.meter, asked.meter),
      ),
    )
  if (entry === undefined)
    throw new DomainError('invalid', 'There is no such entry of this customer and meter', {
      fields: { correctsId: 'names no entry of this customer and meter' },
    })
  return entry
}

async function knownEntry(ctx: Ctx, asked: { customerId: string; meter: Meter; quantity: number; idemKey: string }) {
  const [key] = await ctx.db
    .select()
    .from(usageKeys)
    .where(and(eq(usageKeys.meter, asked.meter), eq(usageKeys.idemKey, asked.idemKey)))
  const isSame = key?.customerId === asked.customerId && key.booked === asked.quantity && key.lastEntryId !== null
  if (!isSame || key.lastEntryId === null)
    throw new DomainError('conflict', 'Another adjustment was booked under this key')
  return key.lastEntryId
}

/** Refuses to take more away than the period was used. The counter is locked, so that it stays true until it is booked. */
async function expectEnough(
  ctx: Ctx,
  change: { customerId: string; meter: Meter; quantity: number; period: Date },
): Promise<void> {
  const { customerId, meter, quantity, period } = change
  const [open] = await ctx.db
    .select({ calls: usageLimits.callUsedSeconds, texts: usageLimits.smsUsed })
    .from(usageLimits)
    .where(and(eq(usageLimits.customerId, customerId), eq(usageLimits.periodStart, period)))
  const [over] = await ctx.db
    .select({ calls: usagePeriods.callUsedSeconds, texts: usagePeriods.smsUsed })
    .from(usagePeriods)
    .where(and(eq(usagePeriods.customerId, customerId), eq(usagePeriods.periodStart, period)))
  const found = open ?? over ?? { calls: 0, texts: 0 }
  const used = meter === 'call_seconds' ? found.calls : found.texts
  if (used + quantity < 0)
    throw new DomainError('invalid', 'This takes away more than was used', {
      fields: { quantity: `must be at least -${used}` },
    })
}
