import { toWireId } from '@trunkline/core/platform/wire-id'
import { billingEvents } from '@trunkline/db/schema/billing'
import { callEvents, smsEvents } from '@trunkline/db/schema/events'
import { usageEntries } from '@trunkline/db/schema/usage'
import type { webhooks } from '@trunkline/db/schema/webhooks'
import { inArray, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import type { Picture } from './describe-change.ts'
import { eventIdsOf } from './event-keys.ts'

/** `eventIds`: the calls and messages that it is of, and those that have become one with them since. */
type OfWebhook = Picture & { eventIds: readonly string[] }

/**
 * What the calls, the messages, Stripe's events and the ledger of these webhooks look like now, in their order; `before` is what they looked like:
 * rows of then may have become one with others.
 */
export async function picturesOf(
  ctx: Ctx,
  stored: readonly (typeof webhooks.$inferSelect)[],
  before: readonly OfWebhook[] = [],
): Promise<OfWebhook[]> {
  const ids = (await eventIdsOf(ctx, stored)).map(({ callIds, messageIds, billingIds }, place) => ({
    callIds,
    messageIds,
    billingIds,
    eventIds: [...new Set([...callIds, ...messageIds, ...(before[place]?.eventIds ?? [])])],
  }))
  const callIds = ids.flatMap(({ callIds }) => callIds)
  const messageIds = ids.flatMap(({ messageIds }) => messageIds)
  const calls = await ctx.db.select().from(callEvents).where(inArray(callEvents.id, callIds))
  const messages = await ctx.db.select().from(smsEvents).where(inArray(smsEvents.id, messageIds))
  const billingIds = ids.flatMap(({ billingIds }) => billingIds)
  const billed =
    billingIds.length === 0
      ? []
      : await ctx.db.select().from(billingEvents).where(inArray(billingEvents.eventId, billingIds))
  const booked = await ctx.db
    .select({
      eventId: usageEntries.eventId,
      meter: usageEntries.meter,
      quantity: sql<number>`sum(${usageEntries.quantity})::int`,
    })
    .from(usageEntries)
    .where(
      inArray(
        usageEntries.eventId,
        ids.flatMap(({ eventIds }) => eventIds),
      ),
    )
    .groupBy(usageEntries.eventId, usageEntries.meter)
  const callOf = new Map(calls.map((call) => [call.id, call]))
  const messageOf = new Map(messages.map((message) => [message.id, message]))
  const billedOf = new Map(billed.map((event) => [event.eventId, event]))
  return ids.map(({ callIds, messageIds, billingIds, eventIds }) => {
    const own = booked.filter(({ eventId }) => eventIds.includes(eventId))
    const sum = (meter: (typeof booked)[number]['meter']) =>
      own.reduce((all, one) => (one.meter === meter ? all + one.quantity : all), 0)
    return {
      eventIds,
      rows: [
        ...callIds.flatMap((id) => {
          const call = callOf.get(id)
          if (call === undefined) return []
          const { status, customerId: customer, seconds, disconnectReason, sentiment, summary } = call
          const facts = { status, customer, seconds, 'ended by': disconnectReason, sentiment, summary }
          return [{ name: `Call ${toWireId('call', id)}`, facts }]
        }),
        ...messageIds.flatMap((id) => {
          const message = messageOf.get(id)
          if (message === undefined) return []
          const { status, customerId: customer, segments } = message
          return [{ name: `Message ${toWireId('message', id)}`, facts: { status, customer, segments } }]
        }),
        ...billingIds.flatMap((id) => {
          const event = billedOf.get(id)
          if (event === undefined) return []
          return [{ name: `Billing event ${id} (${event.type})`, facts: { customer: event.customerId } }]
        }),
      ],
      seconds: sum('call_seconds'),
      segments: sum('sms_segments'),
    }
  })
}
