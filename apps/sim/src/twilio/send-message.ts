import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import { deliver } from '../delivery/deliver.ts'
import { readTwilioPolicy } from '../delivery/policy.ts'
import type { Tally } from '../delivery/tally.ts'
import { signForm } from '../draft.ts'
import { isLoopback } from '../loopback.ts'
import { waitUntil } from '../time.ts'
import { isBlocked, remember, type StoredMessage, type World } from '../world.ts'
import { countSegments } from './segments.ts'
import { draftMessageStatus, type MessageStatus, type TextMessage } from './sms.ts'

export type MessageForm = Record<string, string | undefined>

const requestSchema = z.object({
  To: z.string(),
  From: z.string().optional(),
  MessagingServiceSid: z.string().optional(),
  Body: z.string(),
  StatusCallback: z.string().optional(),
})

export type MessageRequest = z.infer<typeof requestSchema>

export type Rejection = { code: number; message: string }

const isPhoneNumber = (text: string) => /^\+[1-9]\d{6,14}$/.test(text)

/** What Twilio has against a message before it takes it. */
export function refuseMessage(world: World, form: MessageForm): Rejection | undefined {
  const { To: to, From: from, Body: body, MessagingServiceSid: service } = form
  if (!to) return { code: 21604, message: "A 'To' phone number is required." }
  if (!from && !service) return { code: 21603, message: "A 'From' phone number is required." }
  if (!body) return { code: 21602, message: 'Message body is required.' }
  if (body.length > 1600)
    return { code: 21617, message: 'The concatenated message body exceeds the 1600 character limit' }
  if (!isPhoneNumber(to)) return { code: 21211, message: `Invalid 'To' Phone Number: ${to}` }
  if (from && !isPhoneNumber(from)) return { code: 21212, message: `Invalid 'From' Phone Number: ${from}` }
  if (from && world.ownNumbers && !world.ownNumbers.has(from)) {
    return {
      code: 21606,
      message: `The 'From' phone number provided (${from}) is not a valid message-capable Twilio phone number for this destination/account`,
    }
  }
  if (from && from === to) return { code: 21266, message: "'To' and 'From' number cannot be the same" }
  if (isBlocked(world, from ?? '', to)) return { code: 21610, message: 'Attempt to send to unsubscribed recipient' }
  return undefined
}

export function acceptMessage(world: World, form: MessageForm): { message: StoredMessage; request: MessageRequest } {
  const request = requestSchema.parse(form)
  const at = Date.now()
  const message: StoredMessage = {
    sid: `SM${randomBytes(16).toString('hex')}`,
    from: request.From ?? request.MessagingServiceSid ?? '',
    to: request.To,
    body: request.Body,
    segments: countSegments(request.Body),
    direction: 'outbound-api',
    status: 'queued',
    errorCode: null,
    createdAt: at,
    updatedAt: at,
  }
  remember(world.messages, message.sid, message)
  return { message, request }
}

export type CallbackRoute = { trunklineUrl?: string; tally: Tally; signal: AbortSignal }

/** Carries an accepted message to its end and reports each step; the first state is never reported. */
export async function carryMessage(
  world: World,
  message: StoredMessage,
  callback: string | undefined,
  route: CallbackRoute,
) {
  const steps: { status: MessageStatus; afterMs: number; errorCode?: number }[] = [
    { status: 'sent', afterMs: 250 },
    world.unreachable.has(message.to)
      ? { status: 'undelivered', afterMs: 600, errorCode: 30003 }
      : { status: 'delivered', afterMs: 600 },
  ]
  for (const { status, afterMs, errorCode } of steps) {
    await waitUntil(message.createdAt + afterMs, route.signal)
    message.status = status
    message.errorCode = errorCode ?? null
    message.updatedAt = Date.now()
    if (callback) await reportStatus(world, message, { status, callback, route, ...(errorCode ? { errorCode } : {}) })
  }
}

async function reportStatus(
  world: World,
  message: StoredMessage,
  step: { status: MessageStatus; callback: string; errorCode?: number; route: CallbackRoute },
) {
  const { callback, route, status, errorCode } = step
  const address = addressOf(callback, world.account.publicUrl, route.trunklineUrl)
  if (!address) return
  const text: TextMessage = {
    messageSid: message.sid,
    accountSid: world.account.twilioAccountSid,
    from: message.from,
    to: message.to,
    body: message.body,
    sentAt: message.createdAt,
  }
  const draft = draftMessageStatus(text, { status, at: Date.now(), ...(errorCode ? { errorCode } : {}) })
  await deliver(address, () => signForm(draft, callback, world.account), {
    policy: readTwilioPolicy(callback),
    signal: route.signal,
    tally: route.tally,
  })
}

/** Where a callback really goes: the public address is this machine's own door, and nothing else is called. */
export function addressOf(callback: string, publicUrl: string, trunklineUrl: string | undefined) {
  const [address = ''] = callback.split('#')
  if (!URL.canParse(address)) return undefined
  const { origin, hostname, pathname, search } = new URL(address)
  if (trunklineUrl && origin === new URL(publicUrl).origin) return `${new URL(trunklineUrl).origin}${pathname}${search}`
  return isLoopback(hostname) ? address : undefined
}
