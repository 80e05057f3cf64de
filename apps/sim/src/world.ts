import type { Account } from './account.ts'
import type { Draft, TwilioDraft } from './draft.ts'
import { type Faults, openFaults } from './faults.ts'
import type { RetellCall } from './retell/call.ts'
import type { Invoice, Session, Subscription } from './stripe/objects.ts'
import type { StripeEvent } from './stripe/webhook.ts'
import { countSegments } from './twilio/segments.ts'
import type { VoiceStatus } from './twilio/voice.ts'

export type StoredMessage = {
  sid: string
  from: string
  to: string
  body: string
  segments: number
  direction: 'inbound' | 'outbound-api'
  status: string
  errorCode: number | null
  createdAt: number
  updatedAt: number
}

export type StoredCall = {
  sid: string
  from: string
  to: string
  direction: 'inbound' | 'outbound-api'
  status: VoiceStatus
  startedAt: number
  endedAt: number | null
  seconds: number | null
}

/** A message that was sent through Telnyx. */
export type TelnyxMessage = {
  id: string
  from: string
  to: string
  text: string
  parts: number
  sentAt: number
  status: 'queued' | 'sent' | 'delivered' | 'delivery_failed'
}

/** What Stripe remembers: pages, subscriptions, invoices, events, and what it answered under each idempotency key. */
type StripeMemory = {
  sessions: Map<string, Session>
  subscriptions: Map<string, Subscription>
  /** What will be subscribed to once the page is paid. */
  waiting: Map<string, Subscription>
  invoices: Map<string, Invoice>
  events: Map<string, StripeEvent>
  answers: Map<string, object>
}

/** What the providers remember. */
export type World = {
  account: Account
  /** Numbers that the account may send from; undefined lets any number send. */
  ownNumbers?: ReadonlySet<string>
  messages: Map<string, StoredMessage>
  carrierCalls: Map<string, StoredCall>
  retellCalls: Map<string, Partial<RetellCall>>
  telnyxMessages: Map<string, TelnyxMessage>
  stripe: StripeMemory
  /** Pairs `from>to` that may not be texted; `*` stands for every sender. */
  blocked: Set<string>
  /** Recipients that no carrier reaches. */
  unreachable: Set<string>
  faults: Faults
  /** By how many milliseconds Retell lists a call longer than it told. */
  listedLonger: Map<string, number>
}

/** Providers forget the oldest first, so that memory stays bounded. */
const remembered = 20_000

export function openWorld(options: { account: Account; ownNumbers?: Iterable<string> }): World {
  return {
    account: options.account,
    ...(options.ownNumbers ? { ownNumbers: new Set(options.ownNumbers) } : {}),
    messages: new Map(),
    carrierCalls: new Map(),
    retellCalls: new Map(),
    telnyxMessages: new Map(),
    stripe: {
      sessions: new Map(),
      subscriptions: new Map(),
      waiting: new Map(),
      invoices: new Map(),
      events: new Map(),
      answers: new Map(),
    },
    blocked: new Set(),
    unreachable: new Set(),
    faults: openFaults(),
    listedLonger: new Map(),
  }
}

export function remember<Item>(items: Map<string, Item>, id: string, item: Item) {
  items.set(id, item)
  if (items.size <= remembered) return
  const oldest = items.keys().next()
  if (!oldest.done) items.delete(oldest.value)
}

/** A provider knows a thing before it tells it, whether or not the telling succeeds. */
export function recordDraft(world: World, draft: Draft) {
  if (draft.provider === 'retell') {
    const { call } = draft.payload
    if (call.call_id) remember(world.retellCalls, call.call_id, { ...world.retellCalls.get(call.call_id), ...call })
  } else if (draft.provider === 'stripe') {
    recordStripe(world, draft.payload)
  } else if (draft.provider !== 'twilio') {
    // Telnyx keeps no record of calls, and a calendar is asked nothing
    return
  } else if (draft.message) {
    recordMessage(world, draft, draft.message)
  } else if (draft.params.CallSid) {
    recordCarrierCall(world, draft)
  }
}

function recordStripe({ stripe }: World, event: StripeEvent) {
  remember(stripe.events, event.id, event)
  const { object } = event.data
  if (object.object === 'invoice') remember(stripe.invoices, object.id, object as Invoice)
  if (object.object === 'subscription') remember(stripe.subscriptions, object.id, object as Subscription)
  if (object.object === 'checkout.session') remember(stripe.sessions, object.id, object as Session)
}

const stopWords = new Set(['STOP', 'STOPALL', 'UNSUBSCRIBE', 'END', 'QUIT', 'CANCEL', 'REVOKE', 'OPTOUT'])
const startWords = new Set(['START', 'YES', 'UNSTOP'])

function recordMessage(world: World, draft: TwilioDraft, message: NonNullable<TwilioDraft['message']>) {
  const { MessageSid: sid = '', From: from = '', To: to = '', SmsStatus: status = '', ErrorCode } = draft.params
  remember(world.messages, sid, {
    sid,
    from,
    to,
    body: message.body,
    segments: countSegments(message.body),
    direction: message.direction,
    status,
    errorCode: ErrorCode ? Number(ErrorCode) : null,
    createdAt: message.sentAt,
    updatedAt: draft.at,
  })
  if (message.direction === 'inbound') obeyKeyword(world, { business: to, caller: from, word: message.body })
}

function obeyKeyword(world: World, said: { business: string; caller: string; word: string }) {
  const word = said.word.trim().toUpperCase()
  if (stopWords.has(word)) world.blocked.add(`${said.business}>${said.caller}`)
  else if (startWords.has(word)) world.blocked.delete(`${said.business}>${said.caller}`)
}

export function isBlocked(world: World, from: string, to: string) {
  return world.blocked.has(`${from}>${to}`) || world.blocked.has(`*>${to}`)
}

function recordCarrierCall(world: World, { params, at }: TwilioDraft) {
  const { CallSid: sid = '', From: from = '', To: to = '', CallStatus, Direction, CallDuration } = params
  const known = world.carrierCalls.get(sid)
  const seconds = CallDuration === undefined ? null : Number(CallDuration)
  remember(world.carrierCalls, sid, {
    sid,
    from,
    to,
    direction: Direction === 'inbound' ? 'inbound' : 'outbound-api',
    status: CallStatus as VoiceStatus,
    startedAt: CallStatus === 'in-progress' ? at : (known?.startedAt ?? at - (seconds ?? 0) * 1000),
    endedAt: seconds === null ? null : at,
    seconds,
  })
}
