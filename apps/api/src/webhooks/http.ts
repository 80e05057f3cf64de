import { createHash } from 'node:crypto'
import { bodyLimitBytes, type WebhookProvider } from '@trunkline/core/webhooks/state'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { openMemory } from '../calls/find-line.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError, refusalAt } from '../platform/domain-error.ts'
import { intakeSeconds } from '../platform/metrics.ts'
import { type Answering, agentAnswer, textAnswer, voiceAnswer } from './answers.ts'
import { doorPaths } from './door-paths.ts'
import { type Inbox, type Incoming, type Received, receiveWebhook, recordTooLarge } from './receive.ts'

type Reply = FastifyReply | Promise<FastifyReply>

type Door = {
  provider: WebhookProvider
  /** `:source` stands for what the address says there. */
  door: string
  answer(reply: FastifyReply, received: Received, answering: () => Answering): Reply
}

const acknowledge = (reply: FastifyReply, { duplicate }: Received) => reply.send({ received: true, duplicate })
const twiml = (reply: FastifyReply, xml: string) => reply.type('text/xml; charset=utf-8').send(xml)
const readingOf = ({ reading }: Received) => (reading?.readable ? reading : undefined)

/** Every door of a provider. */
const doors: readonly Door[] = [
  {
    provider: 'retell',
    door: 'events',
    async answer(reply, received, answering) {
      const reading = readingOf(received)
      if (reading?.eventType === 'chat_inbound') return reply.send({ chat_inbound: {} })
      if (reading?.inboundCall === undefined) return acknowledge(reply, received)
      return reply.send(await agentAnswer(answering(), reading.inboundCall))
    },
  },
  {
    provider: 'twilio',
    door: 'voice',
    answer: async (reply, received, answering) =>
      twiml(reply, await voiceAnswer(answering(), readingOf(received)?.inboundCall)),
  },
  { provider: 'twilio', door: 'status', answer: acknowledge },
  {
    provider: 'twilio',
    door: 'sms',
    answer: async (reply, received, answering) =>
      twiml(reply, await textAnswer(answering(), readingOf(received)?.inboundText)),
  },
  { provider: 'twilio', door: 'sms-status', answer: acknowledge },
  { provider: 'telnyx', door: 'events', answer: acknowledge },
  { provider: 'standard', door: ':source', answer: acknowledge },
  { provider: 'stripe', door: 'events', answer: acknowledge },
]

type Body = { bytes: Buffer } | { tooLarge: { bytes: number; sha256: string } }

/** The doors of the providers. Bytes reach the verifier as they came; nothing is parsed, limited or redirected before. */
export function registerWebhookDoors(
  app: FastifyInstance,
  options: { inbox: Inbox; publicUrl: string; ctxOf: (request: FastifyRequest) => Ctx },
): void {
  const lines = openMemory()
  app.removeAllContentTypeParsers()
  // what a body is called decides nothing: without this, a malformed Content-Type is refused before anything is kept
  app.addHook('onRequest', (request, _reply, done) => {
    // set, not deleted: an object that lost a property is slow from then on
    request.raw.headers['content-type'] = undefined
    done()
  })
  app.addContentTypeParser(
    '*',
    async (_request: FastifyRequest, payload: NodeJS.ReadableStream) => await readBody(payload),
  )
  for (const { provider, door, answer } of doors) {
    for (const path of doorPaths[`${provider}/${door}`] ?? []) {
      app.post(path, async (request, reply) => {
        const began = performance.now()
        const { source = door } = request.params as { source?: string }
        const incoming = incomingOf(request, { provider, door: source, publicUrl: options.publicUrl })
        const body = (request.body ?? { bytes: Buffer.alloc(0) }) as Body
        if ('tooLarge' in body) {
          await recordTooLarge(options.inbox, incoming, body.tooLarge)
          return await refuse(reply, 413, 'too_large', `The body is larger than ${bodyLimitBytes} bytes`)
        }
        const received = await receiveWebhook(options.inbox, incoming, body.bytes)
        intakeSeconds.observe((performance.now() - began) / 1000)
        if (received.verdict !== 'verified') {
          return await refuse(
            reply,
            refusalAt.unauthenticated.http,
            received.verdict,
            'The signature does not prove who sent this',
          )
        }
        // most are only acknowledged, and need no context
        return await answer(reply, received, () => ({ ctx: options.ctxOf(request), lines }))
      })
    }
  }
}

const refuse = (reply: FastifyReply, status: number, code: string, message: string) =>
  reply.code(status).send({ error: { code, message } })

function incomingOf(
  request: FastifyRequest,
  door: { provider: WebhookProvider; door: string; publicUrl: string },
): Incoming {
  return {
    provider: door.provider,
    door: door.door,
    url: door.publicUrl + request.raw.url,
    remoteAddress: request.ip,
    rawHeaders: request.raw.rawHeaders,
    headers: request.headers as Incoming['headers'],
    receivedAt: Date.now(),
  }
}

/** How much of a body is read only to be counted and hashed before the connection is cut. */
const readAtMostBytes = 64 * 1024 * 1024

/** The exact bytes; past the limit they are no longer kept, only counted and hashed. */
function readBody(payload: NodeJS.ReadableStream): Promise<Body> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = []
    let bytes = 0
    let overflow: ReturnType<typeof createHash> | undefined
    payload.on('data', (chunk: Buffer) => {
      bytes += chunk.length
      if (overflow === undefined && bytes > bodyLimitBytes) {
        overflow = createHash('sha256')
        for (const kept of chunks) overflow.update(kept)
        chunks = []
      }
      if (overflow === undefined) chunks.push(chunk)
      else overflow.update(chunk)
      if (bytes > readAtMostBytes) reject(new DomainError('invalid', 'The body is far too large'))
    })
    payload.on('error', reject)
    payload.on('end', () => {
      if (overflow !== undefined) resolve({ tooLarge: { bytes, sha256: overflow.digest('hex') } })
      else resolve({ bytes: chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks) })
    })
  })
}
