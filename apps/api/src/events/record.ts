import type { CallEvent } from '@trunkline/core/events/call'
import type { MessageEvent } from '@trunkline/core/events/message'
import type { Meter } from '@trunkline/core/usage/meter'
import type { Ctx } from '../platform/context.ts'
import { recordCalls } from './record-calls.ts'
import { recordMessages } from './record-messages.ts'

export type Said<Event> = { webhookId: string; eventType: string; receivedAt: string; event: Event }

/** What a call or message now is: whose, and how much of which meter it owes in all. */
export type Recorded = {
  kind: 'call' | 'message'
  eventId: string
  customerId: string | undefined
  /** The numbers that may be its line, and the name under which it waits for an owner where it has none. */
  numbers: readonly string[]
  waitsAs: string | undefined
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

/** Merges what a batch of webhooks says into `call_events` and `sms_events`, in any order and however often it is said. */
export async function recordEvents(ctx: Ctx, said: readonly Said<CallEvent | MessageEvent>[]): Promise<Recorded[]> {
  const calls = said.filter((one): one is Said<CallEvent> => one.event.kind === 'call')
  const messages = said.filter((one): one is Said<MessageEvent> => one.event.kind === 'message')
  return [
    ...(calls.length === 0 ? [] : await recordCalls(ctx, calls)),
    ...(messages.length === 0 ? [] : await recordMessages(ctx, messages)),
  ]
}
