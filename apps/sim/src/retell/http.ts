import type { FastifyInstance } from 'fastify'
import { keepsSecret } from '../secret.ts'
import type { World } from '../world.ts'
import { listCallsSchema, listRetellCalls } from './list-calls.ts'

/** Retell's REST doors. */
export function openRetell(app: FastifyInstance, world: World) {
  app.addHook('preHandler', async (request, reply) => {
    const [, scheme, key] = /^(\S+) (.+)$/.exec(request.headers.authorization ?? '') ?? []
    const isSignedIn = scheme?.toLowerCase() === 'bearer' && key && keepsSecret(key, world.account.retellApiKey)
    if (!isSignedIn) return reply.code(401).send({ status: 'error', message: 'API key is missing or invalid.' })
  })

  app.post('/v3/list-calls', async (request, reply) => {
    const input = listCallsSchema.safeParse(request.body ?? {})
    if (!input.success) return reply.code(400).send({ status: 'error', message: input.error.issues[0]?.message })
    return listRetellCalls(world, input.data)
  })

  app.get<{ Params: { callId: string } }>('/v2/get-call/:callId', async (request, reply) => {
    const call = world.retellCalls.get(request.params.callId)
    return (
      call ?? reply.code(422).send({ status: 'error', message: 'Cannot find requested asset under given api key.' })
    )
  })
}
