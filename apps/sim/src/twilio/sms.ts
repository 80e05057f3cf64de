import type { TwilioDraft } from '../draft.ts'
import { toReceiptMinute } from '../time.ts'
import { placeOf } from './places.ts'
import { countSegments } from './segments.ts'

export type MessageStatus = 'queued' | 'sent' | 'delivered' | 'undelivered' | 'failed'

export type TextMessage = {
  messageSid: string
  accountSid: string
  from: string
  to: string
  body: string
  sentAt: number
}

export function draftInboundText(message: TextMessage): TwilioDraft {
  const { messageSid, accountSid, from, to, body, sentAt } = message
  return {
    provider: 'twilio',
    channel: 'sms',
    path: '/webhooks/twilio/sms',
    at: sentAt,
    params: {
      ...placeOf(to, 'To'),
      SmsMessageSid: messageSid,
      NumMedia: '0',
      SmsSid: messageSid,
      SmsStatus: 'received',
      Body: body,
      ...placeOf(from, 'From'),
      To: to,
      NumSegments: String(countSegments(body)),
      MessageSid: messageSid,
      AccountSid: accountSid,
      From: from,
      ApiVersion: '2010-04-01',
    },
    message: { body, direction: 'inbound', sentAt },
  }
}

export function draftMessageStatus(
  message: TextMessage,
  progress: { status: MessageStatus; at: number; errorCode?: number; path?: string },
): TwilioDraft {
  const { messageSid, accountSid, from, to, body, sentAt } = message
  const { status, at, errorCode, path = '/webhooks/twilio/sms-status' } = progress
  const hasReceipt = status === 'delivered' || status === 'undelivered'
  return {
    provider: 'twilio',
    channel: 'sms',
    path,
    at,
    params: {
      SmsSid: messageSid,
      SmsStatus: status,
      MessageStatus: status,
      To: to,
      MessageSid: messageSid,
      AccountSid: accountSid,
      From: from,
      ApiVersion: '2010-04-01',
      ...(errorCode === undefined ? {} : { ErrorCode: String(errorCode) }),
      ...(hasReceipt ? { RawDlrDoneDate: toReceiptMinute(at) } : {}),
    },
    message: { body, direction: 'outbound-api', sentAt },
  }
}
