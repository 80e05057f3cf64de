import { createHash } from 'node:crypto'
import type { Account } from './account.ts'
import { signRetell } from './retell/sign.ts'
import type { RetellEvent } from './retell/webhook.ts'
import { signStandard } from './standard/sign.ts'
import { signStripe } from './stripe/sign.ts'
import type { StripeEvent } from './stripe/webhook.ts'
import type { TelnyxEvent } from './telnyx/call.ts'
import { signTelnyx } from './telnyx/sign.ts'
import { signedUrl, signTwilio } from './twilio/sign.ts'

export type RetellDraft = { provider: 'retell'; path: string; at: number; payload: RetellEvent }

export type TwilioDraft = {
  provider: 'twilio'
  channel: 'voice' | 'sms'
  path: string
  at: number
  params: Record<string, string>
  /** What Twilio knows of the message but does not tell in this request. */
  message?: { body: string; direction: 'inbound' | 'outbound-api'; sentAt: number }
}

export type TelnyxDraft = { provider: 'telnyx'; path: string; at: number; payload: TelnyxEvent }

/** Whoever signs by Standard Webhooks; `id` is his name of the message. */
export type StandardDraft = { provider: 'standard'; path: string; at: number; id: string; payload: object }

export type StripeDraft = { provider: 'stripe'; path: string; at: number; payload: StripeEvent }

/** Something that a provider has to tell; `at` is when it happened. */
export type Draft = RetellDraft | TwilioDraft | StripeDraft | TelnyxDraft | StandardDraft

export type SignedRequest = {
  provider: Draft['provider']
  path: string
  headers: Record<string, string>
  body: string
  at: number
}

/** Signs a draft as the provider does at the moment of sending. */
export function signDraft(draft: Draft, account: Account, atMs: number): SignedRequest {
  if (draft.provider === 'stripe') return signStripeDraft(draft, account, atMs)
  if (draft.provider === 'telnyx') return signTelnyxDraft(draft, account, atMs)
  if (draft.provider === 'standard') return signStandardDraft(draft, account, atMs)
  return draft.provider === 'retell' ? signRetellDraft(draft, account, atMs) : signTwilioDraft(draft, account)
}

function signRetellDraft(draft: RetellDraft, account: Account, atMs: number): SignedRequest {
  const body = JSON.stringify(draft.payload)
  return {
    provider: 'retell',
    path: draft.path,
    at: draft.at,
    headers: retellHeaders(signRetell(body, account.retellApiKey, atMs)),
    body,
  }
}

function signStripeDraft(draft: StripeDraft, account: Account, atMs: number): SignedRequest {
  const body = JSON.stringify(draft.payload, null, 2)
  return {
    provider: 'stripe',
    path: draft.path,
    at: draft.at,
    headers: {
      accept: '*/*; q=0.5, application/json',
      'cache-control': 'no-cache',
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'stripe-signature': signStripe(body, account.stripeWebhookSecret, atMs),
    },
    body,
  }
}

function signTelnyxDraft(draft: TelnyxDraft, account: Account, atMs: number): SignedRequest {
  const body = JSON.stringify(draft.payload)
  const atSeconds = Math.floor(atMs / 1000)
  if (account.telnyxSigningKey === undefined) throw new Error('The account has no key that Telnyx signs with')
  return {
    provider: 'telnyx',
    path: draft.path,
    at: draft.at,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'telnyx-webhooks',
      'telnyx-timestamp': String(atSeconds),
      'telnyx-signature-ed25519': signTelnyx(body, account.telnyxSigningKey, atSeconds),
    },
    body,
  }
}

function signStandardDraft(draft: StandardDraft, account: Account, atMs: number): SignedRequest {
  const body = JSON.stringify(draft.payload)
  const atSeconds = Math.floor(atMs / 1000)
  if (account.calendarSecret === undefined) throw new Error('The account has no secret that its calendar signs with')
  return {
    provider: 'standard',
    path: draft.path,
    at: draft.at,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'calendar/1.0',
      'webhook-id': draft.id,
      'webhook-timestamp': String(atSeconds),
      'webhook-signature': signStandard(body, account.calendarSecret, { id: draft.id, atSeconds }),
    },
    body,
  }
}

export function retellHeaders(signature: string) {
  return {
    accept: 'application/json, text/plain, */*',
    'content-type': 'application/json',
    'user-agent': 'axios/1.15.2',
    'accept-encoding': 'gzip, compress, deflate, br',
    'x-retell-signature': signature,
  }
}

function signTwilioDraft(draft: TwilioDraft, account: Account): SignedRequest {
  return signForm(draft, `${account.publicUrl}${draft.path}`, account)
}

/** Signs a Twilio request for an address that differs from the account's own doors. */
export function signForm(draft: TwilioDraft, url: string, account: Account): SignedRequest {
  const isInboundText = draft.params.SmsStatus === 'received'
  const body = new URLSearchParams(draft.params).toString()
  return {
    provider: 'twilio',
    path: draft.path,
    at: draft.at,
    headers: {
      accept: '*/*',
      connection: 'close',
      'content-type': `application/x-www-form-urlencoded${isInboundText ? '' : '; charset=utf-8'}`,
      'i-twilio-idempotency-token': tokenOf(body),
      'user-agent': 'TwilioProxy/1.1',
      'x-home-region': 'us1',
      'x-twilio-signature': signTwilio(signedUrl(url, draft.channel), draft.params, account.twilioAuthToken),
    },
    body,
  }
}

function tokenOf(body: string) {
  const digits = createHash('sha256').update(body).digest('hex')
  const variant = '89ab'[Number.parseInt(digits.charAt(16), 16) % 4]
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `${variant}${digits.slice(17, 20)}`,
    digits.slice(20, 32),
  ].join('-')
}
