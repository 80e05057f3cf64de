import type { FastifyInstance } from 'fastify'
import { takeDrop } from '../faults.ts'
import { keepsSecret } from '../secret.ts'
import type { World } from '../world.ts'
import { callResource, listCarrierCalls } from './calls.ts'
import { twilioError } from './error.ts'
import { listMessages, messageResource } from './messages.ts'
import { acceptMessage, type CallbackRoute, carryMessage, type MessageForm, refuseMessage } from './send-message.ts'

type Query = Record<string, string | undefined>

/** Twilio's REST doors. */
export function openTwilio(
  app: FastifyInstance,
  world: World,
  doors: { route: CallbackRoute; follow: (work: Promise<void>) => void },
) {
  app.addHook('preHandler', async (request, reply) => {
    const { accountSid } = request.params as { accountSid: string }
    const { twilioAccountSid, twilioAuthToken } = world.account
    if (!isSignedIn(request.headers.authorization, twilioAccountSid, twilioAuthToken)) {
      reply.header('www-authenticate', 'Basic realm="Twilio API"')
      return twilioError(reply, 401, 20003, 'Authenticate')
    }
    if (accountSid !== twilioAccountSid) return twilioError(reply, 404, 20404, notFound(request.url))
  })

  app.post<{ Body: MessageForm }>('/Messages.json', async (request, reply) => {
    const form = request.body ?? {}
    const rejection = refuseMessage(world, form)
    if (rejection) return twilioError(reply, 400, rejection.code, rejection.message)
    const { message, request: accepted } = acceptMessage(world, form)
    const answer = messageResource(message, world.account.twilioAccountSid)
    doors.follow(carryMessage(world, message, accepted.StatusCallback, doors.route))
    if (takeDrop(world.faults, 'twilio')) {
      reply.hijack()
      request.raw.socket.destroy()
      return reply
    }
    return reply.code(201).send(answer)
  })

  app.get<{ Querystring: Query }>('/Messages.json', async (request) => listMessages(world, request.query))

  app.get<{ Params: { sid: string } }>('/Messages/:sid.json', async (request, reply) => {
    const message = world.messages.get(request.params.sid)
    if (!message) return twilioError(reply, 404, 20404, notFound(request.url))
    return messageResource(message, world.account.twilioAccountSid)
  })

  app.get<{ Querystring: Query }>('/Calls.json', async (request) => listCarrierCalls(world, request.query))

  app.get<{ Params: { sid: string } }>('/Calls/:sid.json', async (request, reply) => {
    const call = world.carrierCalls.get(request.params.sid)
    if (!call) return twilioError(reply, 404, 20404, notFound(request.url))
    return callResource(call, world.account.twilioAccountSid)
  })

  app.setErrorHandler((error, _request, reply) =>
    twilioError(reply, 400, 20001, error instanceof Error ? error.message : 'Bad request'),
  )
}

function notFound(url: string) {
  return `The requested resource ${url.split('?')[0]} was not found`
}

function isSignedIn(header: string | undefined, accountSid: string, token: string) {
  const [scheme, encoded] = (header ?? '').split(' ')
  if (scheme?.toLowerCase() !== 'basic' || !encoded) return false
  return keepsSecret(Buffer.from(encoded, 'base64').toString('utf8'), `${accountSid}:${token}`)
}
