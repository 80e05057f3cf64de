import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import type { Ctx } from '../platform/context.ts'
import { openSecret } from '../platform/secret.ts'
import { signatures } from '../providers/signatures.ts'
import { adapters } from './adapters.ts'
import { pathFor } from './door-paths.ts'

export type TestEvent = { path: string; headers: Record<string, string>; body: string }

const hasOwnKey = (secret: string) => !secret.startsWith('whpk_')

type Sealed = { provider: WebhookProvider; ciphertext: string }

/**
 * Whether what is stored can sign, or only proves who did: of Telnyx, and of whoever signs by a key of its own, we hold the
 * public half alone.
 */
export const canSign = (ctx: Pick<Ctx, 'env'>, one: Sealed): boolean =>
  adapters[one.provider].testEvent !== undefined && hasOwnKey(openSecret(one.ciphertext, ctx.env.TRUNKLINE_KEY))

/** A test event signed with a stored secret, or undefined where that cannot sign. */
export function signTestEvent(
  ctx: Pick<Ctx, 'env'>,
  one: Sealed,
  by: { id: string; now: number; source: string | null },
): TestEvent | undefined {
  const { doors, testEvent } = adapters[one.provider]
  if (testEvent === undefined || !canSign(ctx, one)) return undefined
  const draft = testEvent(by)
  const door = doors[draft.door]
  if (door === undefined) throw new Error(`${one.provider} has no door ${draft.door}`)
  const path = pathFor(door.paths[0], by.source)
  const { type = 'application/json', body } = draft
  const { PUBLIC_URL, TRUNKLINE_KEY } = ctx.env
  const signable = { url: PUBLIC_URL + path, body: Buffer.from(body), at: by.now, id: `test_${by.id}` }
  const secret = { id: one.provider, text: openSecret(one.ciphertext, TRUNKLINE_KEY) }
  return { path, body, headers: { 'content-type': type, ...signatures[one.provider].sign(signable, secret) } }
}
