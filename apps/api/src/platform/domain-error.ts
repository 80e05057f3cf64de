export type Refusal =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'conflict'
  | 'limit_exceeded'
  | 'unavailable'

type Doors = { rpc: string; http: number; retry: boolean }

/** What each refusal is called at each door, and whether asking again may help. */
export const refusalAt = {
  invalid: { rpc: 'BAD_REQUEST', http: 400, retry: false },
  unauthenticated: { rpc: 'UNAUTHORIZED', http: 401, retry: false },
  forbidden: { rpc: 'FORBIDDEN', http: 403, retry: false },
  not_found: { rpc: 'NOT_FOUND', http: 404, retry: false },
  conflict: { rpc: 'CONFLICT', http: 409, retry: false },
  limit_exceeded: { rpc: 'TOO_MANY_REQUESTS', http: 429, retry: true },
  unavailable: { rpc: 'SERVICE_UNAVAILABLE', http: 503, retry: true },
} as const satisfies Record<Refusal, Doors>

/** A refusal that the caller can understand and act on. Anything else that is thrown is a bug. */
export class DomainError extends Error {
  override readonly name = 'DomainError'
  readonly refusal: Refusal
  readonly fields: Record<string, string> | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(
    refusal: Refusal,
    message: string,
    options: { fields?: Record<string, string>; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause })
    this.refusal = refusal
    this.fields = options.fields
    this.retryAfterSeconds = refusalAt[refusal].retry ? (options.retryAfterSeconds ?? 1) : undefined
  }
}
