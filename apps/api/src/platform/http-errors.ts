import type { Socket } from 'node:net'
import type { FastifyBaseLogger, FastifyError, FastifyInstance, FastifyReply } from 'fastify'
import { DomainError, refusalAt } from './domain-error.ts'
import type { Faults } from './fault.ts'

type Shown = { code: string; message: string; fields?: Record<string, string>; requestId?: string }

/** Which methods a path answers that is described: `['GET', 'POST']`, none where there is nothing. */
type MethodsAt = (path: string) => readonly string[]

/** One envelope for every refusal of a plain route: `{ error: { code, message, fields? } }` with the matching status. */
export function registerErrors(app: FastifyInstance, faults: Faults, methodsAt: MethodsAt): void {
  app.setErrorHandler<FastifyError | DomainError>(async (error, request, reply) => {
    const where = `${request.method} ${request.routeOptions.url ?? 'an unknown path'}`
    const userAgent = request.headers['user-agent']
    const { status, headers, body } = refusalOf(error, { id: request.id, where, userAgent, log: request.log, faults })
    return await reply.code(status).headers(headers).send(body)
  })
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const described = methodsAt(path)
    const routed = (['GET', 'POST'] as const).filter((method) => app.hasRoute({ method, url: path }))
    const methods = described.length > 0 ? described : routed
    if (methods.length > 0) return await refuseMethod(reply, request.method, { path, methods })
    return await reply.code(404).send({ error: envelope('not_found', `There is nothing at ${request.method} ${path}`) })
  })
}

type Failed = { id: string; where: string; userAgent: string | undefined; log: FastifyBaseLogger; faults: Faults }

export type Refusal = { status: number; headers: Record<string, string>; body: { error: Shown } }

/** What somebody is told whose request failed, and who else hears of it: a bug is written down and tracked. */
export function refusalOf(error: Error & { statusCode?: number | undefined }, failed: Failed): Refusal {
  if (error instanceof DomainError) {
    const { http } = refusalAt[error.refusal]
    const { retryAfterSeconds } = error
    if (http >= 500) failed.log.error({ error: error.cause ?? error }, 'refused')
    return {
      status: http,
      headers: retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
      body: { error: envelope(error.refusal, error.message, error.fields) },
    }
  }
  const status = error.statusCode ?? 500
  if (status < 500) {
    return { status, headers: {}, body: { error: envelope(codeAt[status] ?? 'invalid', error.message) } }
  }
  const { id, where, userAgent } = failed
  failed.log.error({ error }, 'request failed')
  failed.faults.track({ error, source: 'api', where, requestId: id, userAgent })
  const message = `The request failed on our side. Quote the request id ${id} to support.`
  return { status: 500, headers: {}, body: { error: { ...envelope('internal', message), requestId: id } } }
}

/** What the framework refuses before there is a route: an address that cannot be read. */
export function refuseBadRequest(error: FastifyError, _request: unknown, reply: unknown): void {
  const { statusCode = 400, message } = error
  ;(reply as FastifyReply).code(statusCode).send({ error: envelope(codeAt[statusCode] ?? 'invalid', message) })
}

const unreadable: Record<string, { status: number; phrase: string; code: string; message: string }> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    phrase: 'Request Header Fields Too Large',
    code: 'too_large',
    message: 'The address and headers are too long',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    phrase: 'Request Timeout',
    code: 'timeout',
    message: 'The request came too slowly',
  },
}
const malformed = { status: 400, phrase: 'Bad Request', code: 'invalid', message: 'This is no HTTP request' }

/** What is no request that could be read: the connection is answered in the one envelope, and cut. */
export function refuseUnreadable(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { status, phrase, code, message } = unreadable[error.code ?? ''] ?? malformed
  const body = JSON.stringify({ error: envelope(code, message) })
  const head = `HTTP/1.1 ${status} ${phrase}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n`
  if (socket.writable) socket.write(head + body)
  socket.destroy(error)
}

/** The adapter of procedures answers whatever method it is asked by, or fails over it. */
export function refuseMethods(app: FastifyInstance, methods: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const path = request.originalUrl.split('?')[0] ?? ''
    if (!methods.includes(request.method)) await refuseMethod(reply, request.method, { path, methods })
  })
}

const refuseMethod = (reply: FastifyReply, method: string, known: { path: string; methods: readonly string[] }) =>
  reply
    .code(405)
    .header('allow', known.methods.join(', '))
    .send({ error: methodRefusal(method, known) })

const methodRefusal = (method: string, { path, methods }: { path: string; methods: readonly string[] }) =>
  envelope('method_not_allowed', `${path} answers ${methods.join(' and ')}, not ${method}`)

const codeAt: Record<number, string> = {
  404: 'not_found',
  413: 'too_large',
  414: 'too_large',
  415: 'unsupported_media_type',
}

const envelope = (code: string, message: string, fields?: Record<string, string>): Shown => ({
  code,
  message,
  ...(fields === undefined ? {} : { fields }),
})

type RestError = { message: string; data?: { refusal?: string; fields?: Record<string, string> } }

/** Turns what the REST adapter says of a refused procedure into the one envelope. */
export function reshapeRestErrors(app: FastifyInstance, methodsAt: MethodsAt): void {
  app.addHook('onSend', async (request, reply, payload) => {
    if (reply.statusCode < 400 || typeof payload !== 'string' || !payload.startsWith('{"')) return payload
    const { message, data, error } = JSON.parse(payload) as RestError & { error?: unknown }
    if (error !== undefined) return payload
    const path = request.originalUrl.split('?')[0] ?? ''
    const methods = reply.statusCode === 404 ? methodsAt(path) : []
    if (methods.length > 0 && !methods.includes(request.method)) {
      reply.code(405).header('allow', methods.join(', '))
      return JSON.stringify({ error: methodRefusal(request.method, { path, methods }) })
    }
    const refusal = codeAt[reply.statusCode] ?? data?.refusal ?? 'invalid'
    // the adapter has a word of its own for input that does not fit
    const text = message === 'Input validation failed' && data?.fields ? inputSentence(data.fields) : message
    return JSON.stringify({
      error: {
        ...envelope(refusal, text, data?.fields),
        ...(reply.statusCode >= 500 ? { requestId: request.id } : {}),
      },
    })
  })
}

/** What is wrong with an input, as a sentence fit for the screen. */
export const inputSentence = (fields: Record<string, string>): string =>
  `Some input is not valid: ${Object.entries(fields)
    .map(([name, text]) => `${name} ${text}`)
    .join('; ')}`
