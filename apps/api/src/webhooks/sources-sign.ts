import { createHmac } from 'node:crypto'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import type { Ctx } from '../platform/context.ts'
import { openSecret } from '../platform/secret.ts'

export type TestEvent = { path: string; headers: Record<string, string>; body: string }
type By = { secret: string; id: string; now: number; url(path: string): string; source: string }

const json = 'application/json'
const hmac = (algorithm: 'sha256' | 'sha1', key: string | Buffer, text: string) =>
  createHmac(algorithm, key).update(text)
const hasOwnKey = (secret: string) => !secret.startsWith('whpk_')

/**
 * A delivery as the provider would sign it, of an event that says nothing of a call, a message or money: whatever is read
 * of it, nobody is charged. Of Telnyx, and of whoever signs by a key of its own, we hold the public half alone.
 */
const testEvents: Record<WebhookProvider, ((by: By) => TestEvent) | undefined> = {
  telnyx: undefined,
  retell({ secret, id, now }) {
    const body = JSON.stringify({ event: 'trunkline_test', event_timestamp: now, test: id })
    const signature = `v=${now},d=${hmac('sha256', secret, `${body}${now}`).digest('hex')}`
    return { path: '/webhooks/retell', headers: { 'content-type': json, 'x-retell-signature': signature }, body }
  },
  twilio({ secret, id, url }) {
    const path = '/webhooks/twilio/status'
    const form = { CallSid: `test-${id}`, CallStatus: 'trunkline-test' }
    const signed = Object.entries(form).flat().join('')
    return {
      path,
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        'x-twilio-signature': hmac('sha1', secret, url(path) + signed).digest('base64'),
      },
      body: new URLSearchParams(form).toString(),
    }
  },
  stripe({ secret, id, now }) {
    const at = Math.floor(now / 1000)
    const event = { id: `evt_test_${id}`, object: 'event', type: 'trunkline.test', livemode: false, created: at }
    const body = JSON.stringify({ ...event, data: { object: {} } })
    const signature = `t=${at},v1=${hmac('sha256', secret, `${at}.${body}`).digest('hex')}`
    return { path: '/webhooks/stripe', headers: { 'content-type': json, 'stripe-signature': signature }, body }
  },
  standard({ secret, id, now, source }) {
    const at = Math.floor(now / 1000)
    const body = JSON.stringify({ type: 'trunkline.test', timestamp: new Date(now).toISOString(), data: {} })
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    return {
      path: `/webhooks/standard/${source}`,
      headers: {
        'content-type': json,
        'webhook-id': `test_${id}`,
        'webhook-timestamp': String(at),
        'webhook-signature': `v1,${hmac('sha256', key, `test_${id}.${at}.${body}`).digest('base64')}`,
      },
      body,
    }
  },
}

type Sealed = { provider: WebhookProvider; ciphertext: string }

/** Whether what is stored can sign, or only proves who did. */
export const canSign = (ctx: Pick<Ctx, 'env'>, one: Sealed): boolean =>
  testEvents[one.provider] !== undefined && hasOwnKey(openSecret(one.ciphertext, ctx.env.TRUNKLINE_KEY))

/** A test event signed with a stored secret, or undefined where that cannot sign. */
export function signTestEvent(
  ctx: Pick<Ctx, 'env'>,
  one: Sealed,
  by: { id: string; now: number; source: string | null },
): TestEvent | undefined {
  if (!canSign(ctx, one)) return undefined
  const { PUBLIC_URL, TRUNKLINE_KEY } = ctx.env
  return testEvents[one.provider]?.({
    id: by.id,
    now: by.now,
    source: by.source ?? '',
    secret: openSecret(one.ciphertext, TRUNKLINE_KEY),
    url: (path) => PUBLIC_URL + path,
  })
}
