import { type CallFacts, callStatuses, directions } from '@trunkline/core/events/call'
import { type MessageFacts, messageStatuses } from '@trunkline/core/events/message'
import { sql } from 'drizzle-orm'
import { bigint, check, index, integer, jsonb, pgTable, primaryKey, text, uuid } from 'drizzle-orm/pg-core'
import { at, created, id, oneOf, quantity } from '../columns.ts'

/**
 * One row a call, merged from whatever its providers say, in any order. `facts` is what is known; every other column is
 * computed from it by `summarizeCall`. `customer_id` once set stays; null while nobody owns the number.
 */
export const callEvents = pgTable(
  'call_events',
  {
    id: id(),
    customerId: uuid(),
    phoneNumber: text(),
    direction: text({ enum: directions }),
    fromNumber: text(),
    toNumber: text(),
    agentId: text(),
    status: text({ enum: callStatuses }).notNull(),
    startedAt: at(),
    endedAt: at(),
    occurredAt: at().notNull(),
    seconds: integer(),
    secondsSource: text({ enum: ['retell', 'twilio', 'telnyx'] }),
    costMicros: bigint({ mode: 'number' }),
    /** What the provider's list asks, which no webhook says: beside the facts, and used where they name no cost. */
    listedCostMicros: bigint({ mode: 'number' }),
    disconnectReason: text(),
    recordingUrl: text(),
    summary: text(),
    sentiment: text(),
    transcript: text(),
    retellCallId: text(),
    twilioCallSid: text(),
    /** Telnyx's `call_control_id`. */
    telnyxCallId: text(),
    facts: jsonb().$type<CallFacts>().notNull(),
    ...created,
    updatedAt: at().notNull(),
    /** Since when numbers and words are gone. What is charged stays. */
    shreddedAt: at(),
  },
  (call) => [
    check('call_events_status_is_known', oneOf(call.status, callStatuses)),
    check('call_events_seconds_are_not_negative', sql`${call.seconds} >= 0`),
    index('call_events_by_customer').on(call.customerId, call.id),
    index('call_events_by_phone').on(call.phoneNumber, call.id),
  ],
)

/** Every name of a call (`retell:call_…`, `twilio:CA…`): the row that is locked to change the call, and where uniqueness stands. */
export const callKeys = pgTable('call_keys', { key: text().primaryKey(), callId: uuid().notNull() }, (key) => [
  index('call_keys_by_call').on(key.callId),
])

/** One row a message, as `call_events` is for calls. */
export const smsEvents = pgTable(
  'sms_events',
  {
    id: id(),
    customerId: uuid(),
    phoneNumber: text(),
    direction: text({ enum: directions }).notNull(),
    fromNumber: text(),
    toNumber: text(),
    status: text({ enum: messageStatuses }).notNull(),
    segments: integer(),
    body: text(),
    errorCode: text(),
    messageSid: text(),
    /** What the provider's list asks, which no webhook says: null until it does. */
    listedCostMicros: bigint({ mode: 'number' }),
    occurredAt: at().notNull(),
    facts: jsonb().$type<MessageFacts>().notNull(),
    ...created,
    updatedAt: at().notNull(),
    /** Since when numbers and words are gone. What is charged stays. */
    shreddedAt: at(),
  },
  (message) => [
    check('sms_events_status_is_known', oneOf(message.status, messageStatuses)),
    index('sms_events_by_customer').on(message.customerId, message.id),
    index('sms_events_by_phone').on(message.phoneNumber, message.id),
    index('sms_events_by_sid').on(message.messageSid),
  ],
)

export const smsKeys = pgTable('sms_keys', { key: text().primaryKey(), smsId: uuid().notNull() })

/**
 * Calls and messages counted by the hour they happened in, kept as changes of the rows they count. Several slots an hour,
 * so that two workers need not wait for each other; a reader adds them up.
 */
export const trafficHours = pgTable(
  'traffic_hours',
  {
    hour: at().notNull(),
    outcome: text().notNull(),
    slot: integer().notNull(),
    count: quantity().notNull(),
    seconds: quantity().notNull(),
  },
  (traffic) => [primaryKey({ columns: [traffic.hour, traffic.outcome, traffic.slot] })],
)
