import type { FastifyError, FastifyInstance } from 'fastify'
import { DomainError, refusalAt } from './domain-error.ts'

type Shown = { code: string; message: string; fields?: Record<string, string>; requestId?: string }

/** One envelope for every refusal of a plain route: `{ error: { code, message, fields? } }` with the matching status. */
export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError | DomainError>(async (error, request, reply) => {
    if (error instanceof DomainError) {
      const { http, retry } = refusalAt[error.refusal]
      if (retry) reply.header('retry-after', '1')
      if (http >= 500) request.log.error({ error: error.cause ?? error }, 'refused')
      return await reply.code(http).send({ error: envelope(error.refusal, error.message, error.fields) })
    }
    const status = error.statusCode ?? 500
    if (status >= 500) {
      request.log.error({ error }, 'request failed')
      const message = `The request failed on our side. Quote the request id ${request.id} to support.`
      return await reply.code(500).send({ error: { ...envelope('internal', message), requestId: request.id } })
    }
    return await reply.code(status).send({
      error: envelope(
        error.code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE' ? 'unsupported_media_type' : 'invalid',
        error.message,
      ),
    })
  })
  app.setNotFoundHandler(async (request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    return await reply.code(404).send({ error: envelope('not_found', `There is nothing at ${request.method} ${path}`) })
  })
}

const envelope = (code: string, message: string, fields?: Record<string, string>): Shown => ({
  code,
  message,
  ...(fields === undefined ? {} : { fields }),
})

type RestError = { message: string; data?: { refusal?: string; fields?: Record<string, string>; requestId?: string } }

/** Turns what the REST adapter says of a refused procedure into the one envelope. */
export function reshapeRestErrors(app: FastifyInstance): void {
  app.addHook('onSend', async (_request, reply, payload) => {
    if (reply.statusCode < 400 || typeof payload !== 'string' || !payload.startsWith('{"')) return payload
    const { message, data, error } = JSON.parse(payload) as RestError & { error?: unknown }
    if (error !== undefined) return payload
    const refusal = data?.refusal ?? (reply.statusCode === 404 ? 'not_found' : 'invalid')
    return JSON.stringify({
      error: {
        ...envelope(refusal, message, data?.fields),
        ...(reply.statusCode >= 500 ? { requestId: data?.requestId } : {}),
      },
    })
  })
}
