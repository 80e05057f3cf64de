import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { webhookSources } from '@trunkline/db/schema/webhooks'
import { and, desc, sql } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../platform/audit.ts'
import type { NetCtx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { isOfSigner, stillCounts } from './secret-row.ts'
import { signTestEvent } from './sources-sign.ts'

const timeoutMs = 10_000
const refusal = z.object({ error: z.object({ code: z.string(), message: z.string() }) })

export type Tested = { accepted: boolean; status: number; ms: number; problem: string | null }

/**
 * Signs an event with the newest secret of a source and posts it to this process’s own door, as a proxy before it would: bytes,
 * verification, capture and answer are the real ones. The event says nothing that is charged.
 */
export async function sendTestEvent(
  ctx: NetCtx,
  input: { provider: WebhookProvider; door?: string | undefined },
): Promise<Tested> {
  const { provider, door } = input
  const [secret] = await ctx.db
    .select({ provider: webhookSources.provider, ciphertext: webhookSources.secretCiphertext })
    .from(webhookSources)
    .where(and(isOfSigner({ provider, source: provider === 'standard' ? (door ?? '') : null }), stillCounts()))
    .orderBy(sql`${webhookSources.notAfter} nulls first`, desc(webhookSources.id))
    .limit(1)
  if (secret === undefined) throw new DomainError('not_found', 'This source has no secret to sign with')
  const by = { id: newId().replaceAll('-', ''), now: ctx.now.getTime(), source: door ?? null }
  const event = signTestEvent(ctx, secret, by)
  if (event === undefined)
    throw new DomainError('conflict', 'Only the sender can sign: what is stored of it is its public key')
  const tested = await post(ctx, event)
  await audit(ctx, {
    action: 'webhooks.sendTestEvent',
    subject: `source:${[provider, door].filter(Boolean).join('/')}`,
    after: { accepted: tested.accepted, status: tested.status },
  })
  return tested
}

async function post(
  ctx: NetCtx,
  event: { path: string; headers: Record<string, string>; body: string },
): Promise<Tested> {
  const began = performance.now()
  const since = () => Math.round(performance.now() - began)
  let answer: Response
  try {
    answer = await ctx.net.fetch(ownDoor(ctx.env) + event.path, {
      method: 'POST',
      headers: event.headers,
      body: event.body,
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch (error) {
    ctx.log.warn({ error }, 'the test event did not reach our own door')
    return { accepted: false, status: 0, ms: since(), problem: 'Our own door does not answer' }
  }
  const text = await answer.text()
  if (answer.ok) return { accepted: true, status: answer.status, ms: since(), problem: null }
  const read = refusal.safeParse(parsed(text))
  const problem = read.success ? `${read.data.error.message} (${read.data.error.code})` : `HTTP ${answer.status}`
  return { accepted: false, status: answer.status, ms: since(), problem }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const anywhere = ['0.0.0.0', '::', '[::]']

/** Where this process listens, seen from itself. */
function ownDoor({ HOST, PORT }: { HOST: string; PORT: number }): string {
  const host = anywhere.includes(HOST) ? '127.0.0.1' : HOST.includes(':') ? `[${HOST}]` : HOST
  return `http://${host}:${PORT}`
}
