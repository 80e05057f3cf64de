import { maskText } from '@trunkline/core/platform/mask'
import type { NetCtx } from '../platform/context.ts'
import { providerCalls } from '../platform/metrics.ts'
import { askBreaker, tellBreaker } from './breaker.ts'

/**
 * Why a provider's call did not succeed. `refused`: it answered no, and would again. `failed`: it did not do it (it said
 * so, or was never reached). `unknown`: it may have done it; ask before doing it again.
 */
export class ProviderError extends Error {
  override readonly name = 'ProviderError'
  readonly outcome: 'refused' | 'failed' | 'unknown'
  readonly code: string | undefined

  constructor(
    outcome: 'refused' | 'failed' | 'unknown',
    message: string,
    options: { code?: string | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.outcome = outcome
    this.code = options.code
  }
}

const timeoutMs = 10_000

/** The only way out to a provider: through its breaker, with a timeout, answering JSON (or text, where that is what it says) or a ProviderError. */
export async function callProvider(
  ctx: NetCtx,
  request: {
    provider: string
    component: string
    method: 'GET' | 'POST'
    url: string
    headers: Record<string, string>
    body?: string
    /** What a good answer holds. */
    answers?: 'json' | 'text'
  },
): Promise<unknown> {
  const { provider, component, method, url, headers, body, answers = 'json' } = request
  await askBreaker(ctx, { provider, component })
  const began = performance.now()
  const log = ctx.log.child({ provider, component, method })
  const finish = async (outcome: 'ok' | ProviderError['outcome'], error?: string) => {
    providerCalls.inc({ provider, outcome })
    // a refusal is an answer: the provider is well
    await tellBreaker(
      ctx,
      { provider, component },
      { succeeded: outcome === 'ok' || outcome === 'refused', ...(error === undefined ? {} : { error }) },
    )
    log.info({ ms: Math.round(performance.now() - began), outcome, error }, 'provider call')
  }
  let response: Response
  let text: string
  try {
    response = await ctx.net.fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body }),
    })
    text = await response.text()
  } catch (cause) {
    const wasNeverReached = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN'].includes(causeCode(cause))
    const outcome = wasNeverReached || method === 'GET' ? 'failed' : 'unknown'
    const message = `${provider} did not answer: ${causeCode(cause) || (cause as Error).message}`
    await finish(outcome, message)
    throw new ProviderError(outcome, message, { cause })
  }
  if (response.ok) {
    await finish('ok')
    return answers === 'json' ? JSON.parse(text) : text
  }
  const outcome = response.status >= 500 ? 'unknown' : response.status === 429 ? 'failed' : 'refused'
  const message = `${provider} answered ${response.status}: ${maskText(text.slice(0, 300))}`
  await finish(outcome, message)
  throw new ProviderError(outcome, message, { code: codeIn(text) })
}

const causeCode = (error: unknown): string => {
  const { code, cause } = error as { code?: unknown; cause?: { code?: unknown } }
  return typeof code === 'string' ? code : typeof cause?.code === 'string' ? cause.code : ''
}

/** The provider's own error code, where its answer names one (Twilio: `{"code": 21610}`). */
function codeIn(text: string): string | undefined {
  const found = /"code":\s*"?(\d+)/.exec(text)
  return found?.[1]
}
