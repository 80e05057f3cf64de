import { createHash } from 'node:crypto'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { plainText } from '@trunkline/core/platform/plain-text'
import type { Asked } from '@trunkline/core/webhooks/adapter'
import { bodyLimitBytes, type WebhookProvider } from '@trunkline/core/webhooks/state'
import type { FastifyInstance } from 'fastify'
import { openMemory } from '../calls/find-line.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError, refusalAt } from '../platform/domain-error.ts'
import type { Faults } from '../platform/fault.ts'
import { refusalOf } from '../platform/http-errors.ts'
import type { Logger } from '../platform/log.ts'
import { intakeSeconds } from '../platform/metrics.ts'
import { type Answering, agentAnswer, textAnswer, voiceAnswer } from './answers.ts'
import { doors } from './door-paths.ts'
import { type Inbox, type Incoming, type Received, receiveWebhook, recordTooLarge } from './receive.ts'

/** Longer than a sender may be called: what stands in an address may be anything. */
const longestSource = 100

type Answer = { type: string; body: string }

const json = (body: object): Answer => ({ type: 'application/json; charset=utf-8', body: JSON.stringify(body) })
const twiml = (body: string): Answer => ({ type: 'text/xml; charset=utf-8', body })
const first = json({ received: true, duplicate: false })
const again = json({ received: true, duplicate: true })
const acknowledge = ({ duplicate }: Received) => (duplicate ? again : first)
const readingOf = ({ reading }: Received) => (reading?.readable ? reading : undefined)

type Answers = (received: Received, answering: () => Answering) => Answer | Promise<Answer>

/** What a door that is asked something answers. */
const answers: Readonly<Record<Asked, Answers>> = {
  agent(received, answering) {
    const reading = readingOf(received)
    if (reading?.eventType === 'chat_inbound') return json({ chat_inbound: {} })
    if (reading?.inboundCall === undefined) return acknowledge(received)
    return agentAnswer(answering(), reading.inboundCall).then(json)
  },
  call(received, answering) {
    const { inboundCall, inboundText } = readingOf(received) ?? {}
    if (inboundText !== undefined) return textAnswer(answering(), inboundText, received.webhookId).then(twiml)
    return voiceAnswer(answering(), inboundCall).then(twiml)
  },
  // a number whose calls were given this address, too, is not silent
  text(received, answering) {
    const { inboundCall, inboundText } = readingOf(received) ?? {}
    if (inboundCall !== undefined) return voiceAnswer(answering(), inboundCall).then(twiml)
    return textAnswer(answering(), inboundText, received.webhookId).then(twiml)
  },
}

type Doors = {
  inbox: Inbox
  publicUrl: string
  log: Logger
  faults: Faults
  /** Where a request came from, seen through the declared proxies. */
  addressOf: (request: IncomingMessage) => string
  newRequestId: () => string
  ctxOf: (request: { id: string; address: string }) => Ctx
}

/**
 * The doors of the providers. Bytes reach the verifier as they came; nothing is parsed, limited or redirected before.
 * The router knows each of them. Whoever writes an address just as it was given to him is let in before the router is
 * asked: what it and the framework's request and reply cost would be a fifth of what the process spends on a webhook.
 */
export function registerWebhookDoors(app: FastifyInstance, options: Doors): void {
  const enter = openDoors(options)
  const known = new Map<string, Entered>()
  for (const { provider, door, paths, asks } of doors) {
    const at = { provider, door, answer: asks === undefined ? acknowledge : answers[asks] }
    // a slash at the end changes nothing
    for (const path of paths.flatMap((path) => [path, `${path}/`])) {
      if (!path.includes(':')) known.set(path, at)
      app.post(path, {
        onRequest: async (request, reply) => {
          reply.hijack()
          const { source = door } = request.params as { source?: string }
          await enter({ ...at, door: plainText(source, longestSource) }, request.raw, reply.raw)
        },
        handler: () => undefined,
      })
    }
  }
  let isClosing = false
  app.addHook('preClose', async () => {
    isClosing = true
  })
  const [route] = app.server.listeners('request') as RequestListener[]
  app.server.removeAllListeners('request')
  app.server.on('request', (request, response) => {
    const path = request.url?.split('?', 1)[0]
    const door = request.method === 'POST' && !isClosing && path !== undefined ? known.get(path) : undefined
    if (door === undefined) route?.(request, response)
    else void enter(door, request, response)
  })
}

type Entered = { provider: WebhookProvider; door: string; answer: Answers }

function openDoors({ inbox, publicUrl, log, faults, addressOf, newRequestId, ctxOf }: Doors) {
  const lines = openMemory()

  async function admit({ provider, door, answer }: Entered, request: IncomingMessage): Promise<Answered> {
    const began = performance.now()
    const body = await readBody(request)
    const remoteAddress = addressOf(request)
    const incoming = {
      provider,
      door,
      url: publicUrl + request.url,
      remoteAddress,
      rawHeaders: request.rawHeaders,
      // none that a provider signs or signs with comes twice; Node joins what does, but for cookies
      headers: request.headers as Incoming['headers'],
      receivedAt: Date.now(),
    }
    if ('tooLarge' in body) {
      await recordTooLarge(inbox, incoming, body.tooLarge)
      return refused(413, 'too_large', `The body is larger than ${bodyLimitBytes} bytes`)
    }
    const received = await receiveWebhook(inbox, incoming, body.bytes)
    intakeSeconds.observe((performance.now() - began) / 1000)
    if (received.verdict !== 'verified') {
      const { http } = refusalAt.unauthenticated
      return refused(http, received.verdict, 'The signature does not prove who sent this')
    }
    // most are only acknowledged, and need no context
    const answering = () => ({
      ctx: ctxOf({ id: newRequestId(), address: remoteAddress }),
      lines,
      isSilent: received.wasSilent,
    })
    return { status: 200, ...(await answer(received, answering)) }
  }

  return async function enter(at: Entered, request: IncomingMessage, response: ServerResponse): Promise<void> {
    let answered: Answered
    try {
      answered = await admit(at, request)
    } catch (error) {
      // who is gone before he said all of it hears nothing more, and comes again
      if (request.destroyed && !request.complete) return
      const id = newRequestId()
      const where = `POST ${at.provider}/${at.door}`
      const userAgent = request.headers['user-agent']
      const refusal = refusalOf(error as Error, { id, where, userAgent, log: log.child({ requestId: id }), faults })
      answered = { ...refusal, ...json(refusal.body) }
    }
    response.writeHead(answered.status, {
      'content-type': answered.type,
      'content-length': Buffer.byteLength(answered.body),
      ...answered.headers,
    })
    response.end(answered.body)
  }
}

type Answered = Answer & { status: number; headers?: Record<string, string> }

const refused = (status: number, code: string, message: string): Answered => ({
  status,
  ...json({ error: { code, message } }),
})

type Body = { bytes: Buffer } | { tooLarge: { bytes: number; sha256: string } }

/** How much of a body is read only to be counted and hashed before the connection is cut. */
const readAtMostBytes = 64 * 1024 * 1024

/** The exact bytes; past the limit they are no longer kept, only counted and hashed. */
function readBody(payload: IncomingMessage): Promise<Body> {
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
