import { isAway } from '@trunkline/core/errors/severity'
import type { AdmissionReason } from '@trunkline/core/usage/limit'
import { DrizzleQueryError } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { unverifiedAdmissions } from '../platform/metrics.ts'

/** The figures an answer was given by. Null where the database could not be asked. */
export type Evidence = {
  at: string
  tier: string
  tierVersion: number
  periodEnd: string
  limitRevision: number
  used: number
  reserved: number
  base: number
  hardLimit: number
  openHolds: number
  pausedFor: string[]
}

export type Admission = {
  allowed: boolean
  reason: AdmissionReason
  holdId: string | null
  /** Until when the units stay promised. */
  expiresAt: string | null
  /** Nobody could look: it was let through, or refused, unseen. */
  flagged: boolean
  evidence: Evidence | null
}

/** Whoever is rung up is answered though nobody can look; whoever wants to call or text has to wait until somebody can. */
const unverified = (isInbound: boolean): Admission => ({
  allowed: isInbound,
  reason: 'unverified',
  holdId: null,
  expiresAt: null,
  flagged: true,
  evidence: null,
})

/**
 * Asks, and while the database is away or silent answers all the same: an inbound call is let through and flagged, an outbound
 * call or a text is refused. `withinMs` is how long the caller may wait; a hold that is made later than that expires by itself.
 */
export async function askOrAdmit(
  ctx: Ctx,
  question: { isInbound: boolean; withinMs: number },
  ask: () => Promise<Admission>,
): Promise<Admission> {
  const { isInbound, withinMs } = question
  const { promise: silence, resolve } = Promise.withResolvers<'silent'>()
  const timer = setTimeout(() => resolve('silent'), withinMs)
  try {
    const answer = await Promise.race([ask(), silence])
    if (answer !== 'silent') return answer
    ctx.log.warn({ isInbound, withinMs }, 'usage was not answered in time')
  } catch (error) {
    if (!isDatabaseAway(error)) throw error
    ctx.log.warn({ isInbound, error }, 'usage could not be asked: the database is away')
  } finally {
    clearTimeout(timer)
  }
  unverifiedAdmissions.inc({ outcome: isInbound ? 'admitted' : 'refused' })
  return unverified(isInbound)
}

/** Whether nobody could be asked, or not in time. */
export function isDatabaseAway(error: unknown): boolean {
  if (error instanceof DomainError) return error.refusal === 'unavailable'
  const { code } = ((error instanceof DrizzleQueryError ? error.cause : error) ?? {}) as { code?: unknown }
  return typeof code === 'string' && isAway(code)
}
