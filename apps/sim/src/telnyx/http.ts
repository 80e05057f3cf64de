import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { takeDrop } from '../faults.ts'
import { keepsSecret } from '../secret.ts'
import { countSegments } from '../twilio/segments.ts'
import type { CallbackRoute } from '../twilio/send-message.ts'
import { isBlocked, remember, type TelnyxMessage, type World } from '../world.ts'
import { carryTelnyxMessage, messageResource } from './messages.ts'

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/)
const sendSchema = z.looseObject({
  from: e164,
  to: e164,
  text: z.string().min(1).max(1600),
  webhook_url: z.string().optional(),
})
const instant = z.iso.datetime({ offset: true }).transform((text) => Date.parse(text))
const listSchema = z.object({
  'filter[record_type]': z.literal('messaging'),
  'filter[created_at][gte]': instant.optional(),
  'filter[created_at][lt]': instant.optional(),
  'page[number]': z.coerce.number().int().min(1).default(1),
  'page[size]': z.coerce.number().int().min(1).max(50).default(20),
})

const centsEach = 0.4

type Doors = { route: CallbackRoute; follow: (work: Promise<void>) => void }

/** Telnyx's REST doors: messages are sent, and listed as detail records. */
export function openTelnyx(app: FastifyInstance, world: World, doors: Doors) {
  app.addHook('preHandler', async (request, reply) => {
    const [, key = ''] = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? []
    const own = world.account.telnyxApiKey
    if (own === undefined || key === '' || !keepsSecret(key, own))
      return reply.code(401).send(fault('10009', 'Authentication failed'))
  })

  app.post('/v2/messages', async (request, reply) => {
    const input = sendSchema.safeParse(request.body)
    if (!input.success) return reply.code(422).send(fault('10015', input.error.issues[0]?.message ?? 'Bad request'))
    const { from, to, text, webhook_url: webhookUrl } = input.data
    if (isBlocked(world, from, to)) return reply.code(400).send(fault('40300', 'Blocked due to STOP message'))
    const message: TelnyxMessage = {
      id: randomUUID(),
      from,
      to,
      text,
      parts: countSegments(text),
      sentAt: Date.now(),
      status: 'queued',
    }
    remember(world.telnyxMessages, message.id, message)
    const answer = { data: messageResource(message) }
    if (webhookUrl !== undefined) doors.follow(carryTelnyxMessage(world, message, webhookUrl, doors.route))
    if (takeDrop(world.faults, 'telnyx')) {
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    }
    return answer
  })

  app.get<{ Params: { id: string } }>('/v2/messages/:id', async (request, reply) => {
    const message = world.telnyxMessages.get(request.params.id)
    if (message === undefined) return reply.code(404).send(fault('10005', 'Resource not found'))
    return { data: messageResource(message) }
  })

  app.get('/v2/detail_records', async (request, reply) => {
    const input = listSchema.safeParse(request.query)
    if (!input.success) return reply.code(400).send(fault('10015', input.error.issues[0]?.message ?? 'Bad request'))
    const { 'filter[created_at][gte]': from = 0, 'filter[created_at][lt]': to = Number.POSITIVE_INFINITY } = input.data
    const { 'page[number]': page, 'page[size]': size } = input.data
    const found = [...world.telnyxMessages.values()].filter(({ sentAt }) => sentAt >= from && sentAt < to)
    return {
      data: found.slice((page - 1) * size, page * size).map(recordOf),
      meta: {
        page_number: page,
        page_size: size,
        total_pages: Math.ceil(found.length / size),
        total_results: found.length,
      },
    }
  })
}

const fault = (code: string, title: string) => ({ errors: [{ code, title }] })

function recordOf({ id, from, to, parts, sentAt, status }: TelnyxMessage) {
  const at = new Date(sentAt).toISOString()
  return {
    record_type: 'message_detail_record',
    uuid: id,
    direction: 'outbound',
    cli: from,
    cld: to,
    status: status === 'delivery_failed' ? 'failed' : 'delivered',
    parts,
    cost: ((parts * centsEach) / 100).toFixed(4),
    currency: 'USD',
    created_at: at,
    sent_at: at,
    completed_at: at,
  }
}
