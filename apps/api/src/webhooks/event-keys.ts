import { callKeys, smsKeys } from '@trunkline/db/schema/events'
import type { webhooks } from '@trunkline/db/schema/webhooks'
import { inArray } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { eventsOf } from './fetched.ts'

type Webhook = Pick<
  typeof webhooks.$inferSelect,
  'id' | 'provider' | 'door' | 'url' | 'body' | 'bodyEncoding' | 'receivedAt'
>

/** `billingIds` are Stripe's own. */
export type EventIds = { callIds: string[]; messageIds: string[]; billingIds: string[] }

/** The rows of calls and messages, and the events of Stripe's, that stored webhooks speak of, in the order of the webhooks. */
export async function eventIdsOf(ctx: Ctx, webhooks: readonly Webhook[]): Promise<EventIds[]> {
  const keysOf = (webhook: Webhook) => {
    const events = spokenOf(webhook)
    const keys = (kind: 'call' | 'message') => events.filter((event) => event.kind === kind).flatMap(({ keys }) => keys)
    const billingIds = events.flatMap((event) => (event.kind === 'billing' ? [event.fact.eventId] : []))
    return { calls: keys('call'), messages: keys('message'), billingIds }
  }
  const keys = webhooks.map(keysOf)
  const calls = keys.flatMap(({ calls }) => calls)
  const messages = keys.flatMap(({ messages }) => messages)
  const callRows = calls.length === 0 ? [] : await ctx.db.select().from(callKeys).where(inArray(callKeys.key, calls))
  const messageRows =
    messages.length === 0 ? [] : await ctx.db.select().from(smsKeys).where(inArray(smsKeys.key, messages))
  const callOf = new Map(callRows.map(({ key, callId }) => [key, callId]))
  const messageOf = new Map(messageRows.map(({ key, smsId }) => [key, smsId]))
  return keys.map(({ calls, messages, billingIds }) => ({
    billingIds,
    callIds: [...new Set(calls.flatMap((key) => callOf.get(key) ?? []))],
    messageIds: [...new Set(messages.flatMap((key) => messageOf.get(key) ?? []))],
  }))
}

/** What a stored webhook says; nothing where it cannot be read. */
export function spokenOf(webhook: Webhook) {
  try {
    return eventsOf(webhook)
  } catch (error) {
    if (error instanceof SyntaxError) return []
    throw error
  }
}
