import { callKeys, smsKeys } from '@trunkline/db/schema/events'
import type { webhooks } from '@trunkline/db/schema/webhooks'
import { inArray } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { eventsOf } from './fetched.ts'

type Webhook = Pick<
  typeof webhooks.$inferSelect,
  'id' | 'provider' | 'door' | 'url' | 'body' | 'bodyEncoding' | 'receivedAt'
>

/** The rows of calls and messages that a stored webhook speaks of. */
export async function eventKeysOf(ctx: Ctx, webhook: Webhook): Promise<{ callIds: string[]; messageIds: string[] }> {
  const events = spokenOf(webhook)
  const calls = events.filter(({ kind }) => kind === 'call').flatMap(({ keys }) => keys)
  const messages = events.filter(({ kind }) => kind === 'message').flatMap(({ keys }) => keys)
  const callRows = calls.length === 0 ? [] : await ctx.db.select().from(callKeys).where(inArray(callKeys.key, calls))
  const messageRows =
    messages.length === 0 ? [] : await ctx.db.select().from(smsKeys).where(inArray(smsKeys.key, messages))
  return {
    callIds: [...new Set(callRows.map(({ callId }) => callId))],
    messageIds: [...new Set(messageRows.map(({ smsId }) => smsId))],
  }
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
