import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import type { Ctx } from '../platform/context.ts'
import { openSecret } from '../platform/secret.ts'
import { signatures } from '../providers/signatures.ts'

export type TestEvent = { path: string; headers: Record<string, string>; body: string }
type Unsigned = { path: string; type?: string; body: string }
type By = { id: string; now: number; source: string }

const hasOwnKey = (secret: string) => !secret.startsWith('whpk_')

/**
 * An event that says nothing of a call, a message or money: whatever is read of it, nobody is charged. Of Telnyx, and of
 * whoever signs by a key of its own, we hold the public half alone.
 */
const testEvents: Record<WebhookProvider, ((by: By) => Unsigned) | undefined> = {
  telnyx: undefined,
  retell: ({ id, now }) => ({
    path: '/webhooks/retell',
    body: JSON.stringify({ event: 'trunkline_test', event_timestamp: now, test: id }),
  }),
  twilio: ({ id }) => ({
    path: '/webhooks/twilio/status',
    type: 'application/x-www-form-urlencoded',
    body: new URLSearchParams({ CallSid: `test-${id}`, CallStatus: 'trunkline-test' }).toString(),
  }),
  stripe: ({ id, now }) => ({
    path: '/webhooks/stripe',
    body: JSON.stringify({
      id: `evt_test_${id}`,
      object: 'event',
      type: 'trunkline.test',
      livemode: false,
      created: Math.floor(now / 1000),
      data: { object: {} },
    }),
  }),
  standard: ({ now, source }) => ({
    path: `/webhooks/standard/${source}`,
    body: JSON.stringify({ type: 'trunkline.test', timestamp: new Date(now).toISOString(), data: {} }),
  }),
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
  const draft = testEvents[one.provider]?.({ ...by, source: by.source ?? '' })
  if (draft === undefined || !canSign(ctx, one)) return undefined
  const { path, type = 'application/json', body } = draft
  const { PUBLIC_URL, TRUNKLINE_KEY } = ctx.env
  const signable = { url: PUBLIC_URL + path, body: Buffer.from(body), at: by.now, id: `test_${by.id}` }
  const secret = { id: one.provider, text: openSecret(one.ciphertext, TRUNKLINE_KEY) }
  return { path, body, headers: { 'content-type': type, ...signatures[one.provider].sign(signable, secret) } }
}
