import type { CallStatus } from '@trunkline/core/events/call'
import type { MessageStatus } from '@trunkline/core/events/message'
import { soughtNumber } from '@trunkline/core/numbers/phone'
import { toPage } from '@trunkline/core/platform/page'
import { customers } from '@trunkline/db/schema/customers'
import { callEvents, smsEvents } from '@trunkline/db/schema/events'
import { and, desc, eq, gte, isNotNull, lt, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { firstIdAt } from '../platform/id.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { shownNumber, shownWords } from '../platform/reading.ts'
import { toCallRow, toMessageRow } from './wire.ts'

type Input<Status> = {
  customerId?: string | undefined
  phone?: string | undefined
  provider?: 'retell' | 'twilio' | 'telnyx' | undefined
  status?: Status | undefined
  from?: string | undefined
  to?: string | undefined
  cursor?: string | undefined
  limit: number
}

// rows are ordered by id, which is when we first heard of them: a time range is a range of ids
const since = (text: string | undefined) => (text === undefined ? undefined : firstIdAt(new Date(text)))

/** Calls, the last heard of first. `from` and `to` bound when we first heard of a call. */
export async function listCalls(ctx: Ctx, input: Input<CallStatus>) {
  const [after, from, to] = [idOfCursor(input.cursor), since(input.from), since(input.to)]
  const phone = input.phone && soughtNumber(input.phone)
  const rows = await ctx.db
    .select({ call: callEvents, businessName: customers.businessName })
    .from(callEvents)
    .leftJoin(customers, eq(customers.id, callEvents.customerId))
    .where(
      and(
        input.customerId ? eq(callEvents.customerId, input.customerId) : undefined,
        phone
          ? or(eq(callEvents.phoneNumber, phone), eq(callEvents.fromNumber, phone), eq(callEvents.toNumber, phone))
          : undefined,
        input.status && eq(callEvents.status, input.status),
        input.provider === 'retell' ? isNotNull(callEvents.retellCallId) : undefined,
        input.provider === 'twilio' ? isNotNull(callEvents.twilioCallSid) : undefined,
        input.provider === 'telnyx' ? isNotNull(callEvents.telnyxCallId) : undefined,
        from ? gte(callEvents.id, from) : undefined,
        to ? lt(callEvents.id, to) : undefined,
        after ? lt(callEvents.id, after) : undefined,
      ),
    )
    .orderBy(desc(callEvents.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ call }) => cursorOfId(call.id),
    toItem: ({ call, businessName }) => {
      const row = toCallRow(call, businessName)
      return {
        ...row,
        fromNumber: shownNumber(ctx, row.fromNumber, call.phoneNumber),
        toNumber: shownNumber(ctx, row.toNumber, call.phoneNumber),
        summary: shownWords(ctx, row.summary),
      }
    },
  })
}

const uuidStart = '^[0-9a-f]{8}-'

/** Messages, the last heard of first. */
export async function listMessages(ctx: Ctx, input: Input<MessageStatus>) {
  const [after, from, to] = [idOfCursor(input.cursor), since(input.from), since(input.to)]
  const phone = input.phone && soughtNumber(input.phone)
  const rows = await ctx.db
    .select({ message: smsEvents, businessName: customers.businessName })
    .from(smsEvents)
    .leftJoin(customers, eq(customers.id, smsEvents.customerId))
    .where(
      and(
        input.customerId ? eq(smsEvents.customerId, input.customerId) : undefined,
        phone
          ? or(eq(smsEvents.phoneNumber, phone), eq(smsEvents.fromNumber, phone), eq(smsEvents.toNumber, phone))
          : undefined,
        // Telnyx names a message by a uuid, Twilio never does
        input.provider === 'telnyx' ? sql`${smsEvents.messageSid} ~ ${uuidStart}` : undefined,
        input.provider === 'twilio' ? sql`${smsEvents.messageSid} !~ ${uuidStart}` : undefined,
        input.status && eq(smsEvents.status, input.status),
        from ? gte(smsEvents.id, from) : undefined,
        to ? lt(smsEvents.id, to) : undefined,
        after ? lt(smsEvents.id, after) : undefined,
      ),
    )
    .orderBy(desc(smsEvents.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ message }) => cursorOfId(message.id),
    toItem: ({ message, businessName }) => {
      const row = toMessageRow(message, businessName)
      return {
        ...row,
        fromNumber: shownNumber(ctx, row.fromNumber, message.phoneNumber),
        toNumber: shownNumber(ctx, row.toNumber, message.phoneNumber),
        body: shownWords(ctx, row.body),
      }
    },
  })
}
