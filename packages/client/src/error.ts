import { TRPCClientError } from '@trpc/client'
import type { PublicRouter } from '../contract.d.ts'

/** Why a call did not succeed: the server's word, or what befell the call on its way. */
export type Refusal =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'limit_exceeded'
  | 'unavailable'
  | 'internal'
  | 'network'
  | 'timeout'
  | 'aborted'

type Facts = {
  refusal: Refusal
  message: string
  fields?: Record<string, string> | undefined
  requestId?: string | undefined
  httpStatus?: number | undefined
  isRetryable: boolean
  cause?: unknown
}

/** What every call throws. */
export class TrunklineError extends TRPCClientError<PublicRouter> {
  override readonly name = 'TrunklineError'
  readonly refusal: Refusal
  /** What is wrong with which input, by the input's name. */
  readonly fields: Record<string, string> | undefined
  /** What the server's log calls this request. */
  readonly requestId: string | undefined
  /** Undefined when no answer came. */
  readonly httpStatus: number | undefined
  /** Whether asking again may help and is sure to do nothing twice. */
  readonly isRetryable: boolean

  constructor(facts: Facts) {
    const { cause } = facts
    const answered = cause instanceof TRPCClientError ? cause : undefined
    super(facts.message, {
      ...(cause instanceof Error && { cause }),
      ...(answered?.meta && { meta: answered.meta }),
      ...(answered?.shape && { result: { error: answered.shape } }),
    })
    // the base class sets its own prototype
    Object.setPrototypeOf(this, new.target.prototype)
    this.refusal = facts.refusal
    this.fields = facts.fields
    this.requestId = facts.requestId
    this.httpStatus = facts.httpStatus
    this.isRetryable = facts.isRetryable
  }
}

/** True for an error of this client, from whichever of its two builds it comes. */
export function isTrunklineError(error: unknown): error is TrunklineError {
  return error instanceof Error && error.name === 'TrunklineError'
}
