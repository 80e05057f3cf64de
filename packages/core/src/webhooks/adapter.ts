import type { BillingEvent } from '../billing/event.ts'
import type { TextKind } from '../compliance/classify.ts'
import type { CallEvent } from '../events/call.ts'
import type { MessageEvent } from '../events/message.ts'
import type { Verdict, WebhookProvider } from './state.ts'

/** One HTTP delivery as it came. `url` is the public one, which is what Twilio signs; header names are lower-case. */
export type Delivery = {
  door: string
  url: string
  headers: Readonly<Record<string, string | undefined>>
  body: Uint8Array
  receivedAt: number
}

/** What a provider signs when it sends: `at` in milliseconds, `id` where it gives each message one. */
export type Signable = { url: string; body: Uint8Array; at: number; id: string }

/** A secret that may have signed a delivery. */
export type SigningSecret = {
  id: string
  text: string
  /** Whose it is, where one provider stands for several senders. */
  source?: string
}

export type Verification = { verdict: Verdict; secretId?: string }

/** `isAnswered`: the provider has answered a keyword itself; `keyword`: as which; `saidAt`: when it was said, where the
 * provider says so; `isElsewhere`: it is no text message, so it brings nobody back to these. */
export type InboundText = {
  from: string
  to: string
  body: string
  isAnswered: boolean
  keyword?: TextKind | undefined
  saidAt?: string | undefined
  isElsewhere?: boolean
}

/** `agentId` is the vendor's agent of the number, `providerId` the call's name, `forwardedFrom` the phone that sent it on, where they are said. */
export type InboundCall = {
  phoneNumber: string | undefined
  from: string | undefined
  forwardedFrom?: string | undefined
  agentId?: string | undefined
  providerId?: string | undefined
}

/** What the door must know of a delivery, read once. `identity` undefined: never deduplicated. */
export type Reading =
  | {
      readable: true
      identity: string | undefined
      eventType: string
      phoneNumber: string | undefined
      /** What the event says without what differs between two tries of one delivery, where something does. */
      content?: string
      /** A text that somebody sent us. */
      inboundText?: InboundText | undefined
      /** A call that waits for our answer. */
      inboundCall?: InboundCall | undefined
    }
  | { readable: false; reason: string }

export type VendorEvent = CallEvent | MessageEvent | BillingEvent

/** What whoever comes to a door waits for: words for a caller, an agent for a call, the reply to a text. */
export type Asked = 'call' | 'agent' | 'text'

/** Where deliveries come in: the address, and the names by which the first customers know it. Asked nothing, it gives a receipt. */
export type Door = { paths: readonly [string, ...string[]]; asks?: Asked }

/** An event that says nothing of a call, a message or money, so that nobody is charged for it. `type`: of its body, where that is not JSON. */
export type TestEvent = { door: string; type?: string; body: string }

/** A provider's webhooks: who sent it, what is it called, what does it say. Pure but for the HMAC; no clock, no network. */
export type WebhookAdapter = {
  provider: WebhookProvider
  /** Every door by its name; `:source` stands for a sender's own. */
  doors: Readonly<Record<string, Door>>
  /** True where the delivery came from the provider: bytes as received, constant time, time window. */
  verify(delivery: Delivery, secrets: readonly SigningSecret[]): Verification
  read(delivery: Delivery, bodySha256: string): Reading
  /** What the delivery says in our words; an empty list where it says nothing about calls, messages or money. */
  events(delivery: Delivery, webhookId: string): VendorEvent[]
  /**
   * Which version of `events` this is; 1 where it says nothing. Raise it when `events` learns a field or reads one otherwise:
   * a replay's facts then take the place of those that an earlier version made of the same bytes.
   */
  reading?: number
  /** Of this moment (milliseconds); absent where what we hold cannot sign. */
  testEvent?(by: { id: string; now: number }): TestEvent
}

/** Longer names of a call or message are none: no provider gives them, and no index could hold them. */
export const longestId = 255
