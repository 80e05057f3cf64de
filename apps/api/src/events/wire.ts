import { callStatuses, directions } from '@trunkline/core/events/call'
import { messageStatuses } from '@trunkline/core/events/message'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { callEvents, smsEvents } from '@trunkline/db/schema/events'
import { z } from 'zod'
import { customerRef, toCustomerRef } from '../customers/wire.ts'

export const callRow = z.object({
  id: z.string(),
  customer: customerRef.nullable(),
  direction: z.enum(directions).nullable(),
  fromNumber: z.string().nullable(),
  toNumber: z.string().nullable(),
  status: z.enum(callStatuses),
  startedAt: z.string().nullable(),
  endedAt: z.string().nullable(),
  occurredAt: z.string(),
  seconds: z.number().nullable(),
  secondsSource: z.enum(['retell', 'twilio', 'telnyx']).nullable(),
  costMicros: z.number().nullable(),
  disconnectReason: z.string().nullable(),
  sentiment: z.string().nullable(),
  summary: z.string().nullable(),
  retellCallId: z.string().nullable(),
  twilioCallSid: z.string().nullable(),
  updatedAt: z.string(),
})

export const messageRow = z.object({
  id: z.string(),
  customer: customerRef.nullable(),
  direction: z.enum(directions),
  fromNumber: z.string().nullable(),
  toNumber: z.string().nullable(),
  status: z.enum(messageStatuses),
  segments: z.number().nullable(),
  body: z.string().nullable(),
  errorCode: z.string().nullable(),
  messageSid: z.string().nullable(),
  occurredAt: z.string(),
  updatedAt: z.string(),
})

export const toCallRow = (
  call: typeof callEvents.$inferSelect,
  businessName: string | null,
): z.infer<typeof callRow> => ({
  id: toWireId('call', call.id),
  customer: toCustomerRef(call.customerId, businessName),
  direction: call.direction,
  fromNumber: call.fromNumber,
  toNumber: call.toNumber,
  status: call.status,
  startedAt: call.startedAt?.toISOString() ?? null,
  endedAt: call.endedAt?.toISOString() ?? null,
  occurredAt: call.occurredAt.toISOString(),
  seconds: call.seconds,
  secondsSource: call.secondsSource,
  costMicros: call.costMicros,
  disconnectReason: call.disconnectReason,
  sentiment: call.sentiment,
  summary: call.summary,
  retellCallId: call.retellCallId,
  twilioCallSid: call.twilioCallSid,
  updatedAt: call.updatedAt.toISOString(),
})

export const toMessageRow = (
  message: typeof smsEvents.$inferSelect,
  businessName: string | null,
): z.infer<typeof messageRow> => ({
  id: toWireId('message', message.id),
  customer: toCustomerRef(message.customerId, businessName),
  direction: message.direction,
  fromNumber: message.fromNumber,
  toNumber: message.toNumber,
  status: message.status,
  segments: message.segments,
  body: message.body,
  errorCode: message.errorCode,
  messageSid: message.messageSid,
  occurredAt: message.occurredAt.toISOString(),
  updatedAt: message.updatedAt.toISOString(),
})
