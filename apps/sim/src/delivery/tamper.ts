import type { Account } from '../account.ts'
import { type Draft, retellHeaders, type SignedRequest, signDraft } from '../draft.ts'
import { signRetell } from '../retell/sign.ts'
import type { Parcel } from './send.ts'

/** Ways in which a request is not what it claims to be; `unreadable` is genuine, but nobody can make sense of it. */
export const forgeries = ['wrong_key', 'no_signature', 'changed_byte', 'stale', 'malformed'] as const
export type Tampering = (typeof forgeries)[number] | 'unreadable'

const staleMs = 6 * 60_000

const signatureHeaders = {
  retell: 'x-retell-signature',
  twilio: 'x-twilio-signature',
  stripe: 'stripe-signature',
  telnyx: 'telnyx-signature-ed25519',
  standard: 'webhook-signature',
} as const satisfies Record<Draft['provider'], string>

export function tamper(
  signed: SignedRequest,
  by: { tampering: Tampering; draft: Draft; account: Account; atMs: number },
): Parcel {
  const { tampering, draft, account, atMs } = by
  const header = signatureHeaders[draft.provider]
  switch (tampering) {
    case 'wrong_key':
      return signDraft(draft, forger(account), atMs)
    case 'no_signature':
      return { ...signed, headers: omit(signed.headers, header) }
    case 'malformed':
      return { ...signed, headers: { ...signed.headers, [header]: 'v=,d=' } }
    case 'changed_byte':
      return { ...signed, body: draft.provider !== 'twilio' ? `${signed.body} ` : `${signed.body}&Extra=1` }
    case 'stale':
      // Twilio signs no time: an old request of its own is not a forgery
      return signDraft(draft, draft.provider === 'twilio' ? forger(account) : account, atMs - staleMs)
    case 'unreadable':
      return garble(signed, account, atMs)
  }
}

function forger(account: Account): Account {
  return {
    ...account,
    retellApiKey: 'key_of_somebody_else',
    twilioAuthToken: '0123456789abcdef0123456789abcdef',
    stripeWebhookSecret: 'whsec_other',
    telnyxSigningKey: Buffer.alloc(32, 'somebody else').toString('base64'),
    calendarSecret: `whsec_${Buffer.alloc(32, 'somebody else').toString('base64')}`,
  }
}

function omit(headers: Record<string, string>, name: string) {
  return Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name))
}

/** A genuine signature over bytes that say nothing: cut off, not text, or JSON of another kind. */
function garble(signed: SignedRequest, account: Account, atMs: number): Parcel {
  const ways = [
    () => Buffer.from(signed.body.slice(0, Math.floor(signed.body.length * 0.6))),
    () =>
      Buffer.concat([Buffer.from('{"event":"call_ended","call":{"call_id":"'), Buffer.from([0xff, 0xfe, 0xc3, 0x28])]),
    () => Buffer.from('["call_ended"]'),
    () => Buffer.from('{"event":"call_ended","call":null}'),
    () => Buffer.from('upstream connect error or disconnect/reset before headers'),
  ]
  const body = (ways[signed.body.length % ways.length] ?? (() => Buffer.alloc(0)))()
  return { headers: retellHeaders(signRetell(body, account.retellApiKey, atMs)), body }
}
