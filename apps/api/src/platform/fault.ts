import type { ErrorSource } from '@trunkline/core/errors/fingerprint'
import { type Actor, actorLabel } from './context.ts'

/** A bug that somebody met: what was thrown, and what was being done. */
export type Fault = {
  error: unknown
  source: ErrorSource
  /** The procedure, path, job or page. */
  where: string
  requestId?: string | undefined
  actor?: string | undefined
  customerId?: string | null | undefined
  webhookId?: string | undefined
  input?: unknown
  release?: string | undefined
  userAgent?: string | undefined
  /** Told by somebody who is not signed in. */
  isAnonymous?: boolean
}

/** Where bugs are told. Telling never throws, waits for nothing and is no part of the caller's transaction. */
export type Faults = {
  track(fault: Fault): void
  /** Whether one more report of a front end is taken from this address now. */
  mayReport(address: string, now: number): boolean
}

/** Who was doing it, as an occurrence says. */
export function factsOfActor(actor: Actor): Pick<Fault, 'actor' | 'customerId'> {
  const isKnown = actor.kind === 'user' || actor.kind === 'enrolling' || actor.kind === 'key'
  return { actor: actorLabel(actor), customerId: isKnown ? actor.customerId : null }
}
