import { type Refusal, TrunklineError } from './error.ts'

/** What is known of a call that failed. */
export type Failed = {
  type: 'query' | 'mutation' | 'subscription'
  /** What was thrown. */
  error: unknown
  /** The answer, when one came. */
  response?: Response | undefined
  /** The signal of the call: fired when the caller gave up or the time was over. */
  signal?: AbortSignal | undefined
}

type Words = {
  refusal: string
  message: string
  fields?: Record<string, string> | undefined
  requestId?: string | undefined
  httpStatus: number
}

const serverWords: readonly Refusal[] = [
  'invalid',
  'unauthenticated',
  'forbidden',
  'not_found',
  'conflict',
  'limit_exceeded',
  'unavailable',
  'internal',
]

/** One error for all that can happen to a call, with the one decision that hangs on it: may the call be repeated? */
export function explain(failed: Failed): TrunklineError {
  const { error, response, signal, type } = failed
  const changes = type === 'mutation'
  if (signal?.aborted) {
    const isTimeout = nameOf(signal.reason) === 'TimeoutError'
    return new TrunklineError({
      refusal: isTimeout ? 'timeout' : 'aborted',
      message: isTimeout ? textOf(signal.reason) : 'The call was aborted by its caller',
      isRetryable: isTimeout && !changes,
      cause: signal.reason,
    })
  }
  const words = wordsOf(error, response)
  if (words) {
    // only these words of the server's own say that nothing was done
    const wasUndone = words.refusal === 'unavailable' && words.httpStatus === 503
    return new TrunklineError({
      ...words,
      refusal: serverWords.find((word) => word === words.refusal) ?? refusalOfStatus(words.httpStatus),
      isRetryable: changes ? wasUndone : mayPass(words.httpStatus),
      cause: error,
    })
  }
  const answer = { requestId: response?.headers.get('x-request-id') ?? undefined, httpStatus: response?.status }
  if (response && !response.ok)
    return new TrunklineError({
      ...answer,
      refusal: refusalOfStatus(response.status),
      message: `The answer was ${response.status}, and not from Trunkline itself`,
      isRetryable: !changes && mayPass(response.status),
      cause: error,
    })
  if (response && isUnreadable(error))
    return new TrunklineError({
      ...answer,
      refusal: 'internal',
      message: 'The answer is not one of Trunkline: does the url lead to it?',
      isRetryable: false,
      cause: error,
    })
  return new TrunklineError({
    ...answer,
    refusal: 'network',
    message: response
      ? `The connection broke during the answer: ${rootOf(error)}`
      : `The server was not reached: ${rootOf(error)}`,
    isRetryable: !changes || hasNeverReached(error),
    cause: error,
  })
}

/** The connection never stood, so nothing can have happened at its other end. A browser does not tell. */
export function hasNeverReached(error: unknown): boolean {
  const { syscall, code, errors, cause } = fieldsOf(error)
  if (syscall === 'connect' || syscall === 'getaddrinfo' || code === 'UND_ERR_CONNECT_TIMEOUT') return true
  if (Array.isArray(errors)) return errors.length > 0 && errors.every(hasNeverReached)
  return cause !== undefined && hasNeverReached(cause)
}

const mayPass = (status: number) => status >= 500 || status === 429

function refusalOfStatus(status: number): Refusal {
  if (status === 401) return 'unauthenticated'
  if (status === 403) return 'forbidden'
  if (status === 404) return 'not_found'
  if (status === 409) return 'conflict'
  if (status === 429) return 'limit_exceeded'
  if (status < 500) return 'invalid'
  return status === 502 || status === 503 || status === 504 ? 'unavailable' : 'internal'
}

/** What the server says of a refusal, as a procedure tells it or as a plain route does. */
function wordsOf(error: unknown, response: Response | undefined): Words | undefined {
  const { data, message, meta } = fieldsOf(error)
  const { refusal, httpStatus, requestId, fields } = fieldsOf(data)
  if (typeof refusal === 'string' && typeof httpStatus === 'number')
    return { refusal, message: String(message), httpStatus, requestId: text(requestId), fields: texts(fields) }
  const envelope = fieldsOf(fieldsOf(fieldsOf(meta).responseJSON).error)
  if (!response || typeof envelope.code !== 'string' || typeof envelope.message !== 'string') return undefined
  return {
    refusal: envelope.code,
    message: envelope.message,
    httpStatus: response.status,
    requestId: text(envelope.requestId) ?? response.headers.get('x-request-id') ?? undefined,
    fields: texts(envelope.fields),
  }
}

const unreadable = ['SyntaxError', 'TransformResultError']
const isUnreadable = (error: unknown): boolean =>
  unreadable.includes(nameOf(error)) ||
  unreadable.includes(nameOf(fieldsOf(error).cause)) ||
  textOf(error).startsWith('Unable to transform response')

/** The innermost cause, in its own words. */
function rootOf(error: unknown): string {
  const { cause, errors } = fieldsOf(error)
  const inner = cause ?? (Array.isArray(errors) ? errors[0] : undefined)
  return inner === undefined ? textOf(error) : rootOf(inner)
}

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const text = (value: unknown) => (typeof value === 'string' ? value : undefined)
const texts = (value: unknown) =>
  typeof value === 'object' && value !== null ? (value as Record<string, string>) : undefined
const nameOf = (value: unknown) => text(fieldsOf(value).name) ?? ''
const textOf = (value: unknown) => text(fieldsOf(value).message) || text(fieldsOf(value).code) || String(value)
