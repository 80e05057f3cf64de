import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { hireCourier, sendAll } from '../delivery/dispatch.ts'
import { faultModes, vendors } from '../faults.ts'
import { gaps, plantGap } from '../gaps.ts'
import { isLoopback } from '../loopback.ts'
import { storyNames } from '../stories/names.ts'
import { draftCustomerCall } from '../stories/plan.ts'
import { type Stage, type Telling, tellStory } from '../stories/tell.ts'
import type { World } from '../world.ts'

const faultSchema = z.object({
  vendor: z.enum(vendors),
  mode: z.enum(faultModes),
  times: z.number().int().min(1).max(10_000).optional(),
})

const recipientSchema = z.object({
  phoneNumber: z.string().regex(/^\+[1-9]\d{6,14}$/),
  state: z.enum(['reachable', 'blocked', 'unreachable']),
})

const gapSchema = z.object({
  gap: z.enum(gaps),
  phoneNumber: z.string().regex(/^\+[1-9]\d{6,14}$/),
  seconds: z.number().int().min(1).max(7200).default(120),
  hoursAgo: z.number().min(0.02).max(240).default(12),
})

const storySchema = z.object({ seed: z.string().optional(), minutes: z.number().min(0.1).max(60).optional() })

type Direction = { stage: Stage | undefined; follow: (work: Promise<void>) => void; signal: AbortSignal }

/** The doors of the stage manager: nobody but this machine may use them. */
export function openControl(app: FastifyInstance, world: World, { stage, follow, signal }: Direction) {
  let running: { telling: Telling; cancel: AbortController } | undefined

  app.addHook('onRequest', async (request, reply) => {
    // the host name is checked too, so that a web page cannot get here by a name that resolves to loopback
    if (!isLoopback(request.ip) || !isLoopback(request.hostname)) {
      return reply.code(403).send(refusal('forbidden', 'Only this machine may direct the sim'))
    }
  })

  app.get('/messages', async () => ({
    items: [...world.messages.values()].filter((one) => one.direction === 'outbound-api'),
  }))

  app.get('/faults', async () => world.faults)

  app.post('/faults', async (request, reply) => {
    const input = faultSchema.safeParse(request.body)
    if (!input.success) return reply.code(400).send(invalid(input.error))
    const { vendor, mode, times } = input.data
    world.faults[vendor] = times === undefined ? { mode } : { mode, times }
    return world.faults
  })

  app.post('/recipients', async (request, reply) => {
    const input = recipientSchema.safeParse(request.body)
    if (!input.success) return reply.code(400).send(invalid(input.error))
    const { phoneNumber, state } = input.data
    world.blocked.delete(`*>${phoneNumber}`)
    world.unreachable.delete(phoneNumber)
    if (state === 'blocked') world.blocked.add(`*>${phoneNumber}`)
    if (state === 'unreachable') world.unreachable.add(phoneNumber)
    return input.data
  })

  app.post('/gaps', async (request, reply) => {
    const input = gapSchema.safeParse(request.body)
    if (!input.success) return reply.code(400).send(invalid(input.error))
    if (!stage) return reply.code(409).send(refusal('conflict', 'This sim was started without a demo world'))
    const { gap, phoneNumber, seconds, hoursAgo } = input.data
    const customer = stage.demo.customers.find((one) => one.phoneNumber === phoneNumber)
    if (!customer) return reply.code(404).send(refusal('not_found', `No customer of the demo has ${phoneNumber}`))
    const startedAt = Date.now() - Math.round(hoursAgo * 3_600_000) - seconds * 1000
    const call = { seed: `gap:${startedAt}`, startedAt, seconds, direction: 'inbound' as const }
    const drafts = draftCustomerCall(stage.demo, customer, call)
    follow(sendAll(hireCourier({ ...stage, signal, perSecond: 10 }), plantGap(world, gap, drafts)))
    return reply.code(202).send(input.data)
  })

  app.get('/stories', async () => ({ names: storyNames, last: running?.telling ?? null }))

  app.post<{ Params: { name: string } }>('/stories/:name', async (request, reply) => {
    const name = storyNames.find((known) => known === request.params.name)
    if (!name) return reply.code(404).send(refusal('not_found', `There is no story ${request.params.name}`))
    const input = storySchema.safeParse(request.body ?? {})
    if (!input.success) return reply.code(400).send(invalid(input.error))
    if (!stage) return reply.code(409).send(refusal('conflict', 'This sim was started without a demo world'))
    if (running?.telling.state === 'running') {
      return reply.code(409).send(refusal('conflict', `${running.telling.name} is being told`))
    }
    const cancel = new AbortController()
    const { telling, finished } = tellStory(stage, { name, ...input.data }, AbortSignal.any([signal, cancel.signal]))
    running = { telling, cancel }
    follow(finished)
    return reply.code(202).send(telling)
  })

  app.delete('/stories', async () => {
    running?.cancel.abort()
    return { last: running?.telling ?? null }
  })
}

function refusal(code: string, message: string) {
  return { error: { code, message } }
}

function invalid(error: z.ZodError) {
  const fields = Object.fromEntries(error.issues.map(({ path, message }) => [path.join('.'), message]))
  return { error: { code: 'invalid', message: 'The request is not as it should be', fields } }
}
