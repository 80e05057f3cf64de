import type { NetCtx } from '../platform/context.ts'
import { CircuitOpenError } from '../providers/breaker.ts'
import { ProviderError } from '../providers/call.ts'
import { findRecord } from '../providers/find-record.ts'
import { isWordless } from '../providers/telnyx/list.ts'
import { faultOf } from './backfill-runs.ts'
import type { Fetched } from './take-in-fetched.ts'

/**
 * Telnyx lists what somebody has texted without his words, and a STOP among them would not be heard: each is asked for by its name. `left`
 * are those of which Telnyx did not answer, to be tried again; one that it does not know, or will not tell of, is taken as it is listed.
 */
export async function withWords<One extends Pick<Fetched, 'provider' | 'kind' | 'providerId' | 'record'>>(
  ctx: NetCtx,
  fetched: readonly One[],
): Promise<{ whole: One[]; left: One[]; fault: string | undefined }> {
  const whole: One[] = []
  const left: One[] = []
  let fault: string | undefined
  for (const one of fetched) {
    if (one.provider !== 'telnyx' || one.kind !== 'message' || !isWordless(one.record)) {
      whole.push(one)
      continue
    }
    try {
      const found = await findRecord(ctx, { ...one, kind: 'message' })
      whole.push({ ...one, record: found?.record ?? one.record })
    } catch (error) {
      const reason = faultOf(error)?.reason
      if (reason === undefined) throw error
      if (isAnswered(error)) {
        whole.push(one)
        continue
      }
      left.push(one)
      fault ??= reason
    }
  }
  if (fault !== undefined) ctx.log.warn({ fault, texts: left.length }, 'texts could not be asked for their words')
  return { whole, left, fault }
}

/** It has said no, or what nobody can read, and would again. */
const isAnswered = (error: unknown): boolean =>
  error instanceof ProviderError ? error.outcome === 'refused' : !(error instanceof CircuitOpenError)
