import type { CallEvent } from '@trunkline/core/events/call'
import type { MessageEvent } from '@trunkline/core/events/message'
import type { Meter } from '@trunkline/core/usage/meter'
import type { Ctx } from '../platform/context.ts'
import { recordCalls } from './record-calls.ts'
import { recordMessages } from './record-messages.ts'
import type { TrafficChange } from './traffic.ts'

export type Said<Event> = { webhookId: string; eventType: string; receivedAt: string; event: Event }

/** What a call or message now is: whose, and how much of which meter it owes in all. */
export type Recorded = {
  kind: 'call' | 'message'
  eventId: string
  customerId: string | undefined
  /** The numbers that may be its line, and the name under which it waits for an owner where it has none. */
  numbers: readonly string[]
  waitsAs: string | undefined
  /** The line that it is known by: its customer's, where it has one. */
  line: string | undefined
  webhooks: { webhookId: string; eventType: string; receivedAt: string }[]
  charges: {
    meter: Meter
    idemKey: string
    eventId: string
    customerId: string
    quantity: number
    occurredAt: string
    provider?: string | undefined
    direction?: string | null | undefined
    /** The row has said so before: this was booked with it. */
    isBooked?: boolean
    aliases?: readonly string[]
  }[]
}

/**
 * Merges what a batch of webhooks says into `call_events` and `sms_events`, in any order and however often it is said.
 * `traffic` is how the hourly counts change: for whoever counts it last, since every worker wants those rows.
 */
export async function recordEvents(
  ctx: Ctx,
  said: readonly Said<CallEvent | MessageEvent>[],
): Promise<{ recorded: Recorded[]; traffic: TrafficChange[] }> {
  const calls = said.filter((one): one is Said<CallEvent> => one.event.kind === 'call')
  const messages = said.filter((one): one is Said<MessageEvent> => one.event.kind === 'message')
  const nothing = { recorded: [], traffic: [] }
  const ofCalls = calls.length === 0 ? nothing : await recordCalls(ctx, calls)
  const ofMessages = messages.length === 0 ? nothing : await recordMessages(ctx, messages)
  return {
    recorded: [...ofCalls.recorded, ...ofMessages.recorded],
    traffic: [...ofCalls.traffic, ...ofMessages.traffic],
  }
}
