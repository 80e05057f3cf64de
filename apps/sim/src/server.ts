import { setMaxListeners } from 'node:events'
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify'
import type { Account } from './account.ts'
import { openControl } from './control/http.ts'
import { deliver } from './delivery/deliver.ts'
import { stripePolicy } from './delivery/policy.ts'
import { openTally, type Tally } from './delivery/tally.ts'
import { signDraft } from './draft.ts'
import { takeFault, type Vendor } from './faults.ts'
import { openRetell } from './retell/http.ts'
import type { Stage } from './stories/tell.ts'
import { openStripe, type Tell } from './stripe/http.ts'
import { openTelnyx } from './telnyx/http.ts'
import { twilioError } from './twilio/error.ts'
import { openTwilio } from './twilio/http.ts'
import { openWorld, recordDraft, type World } from './world.ts'

export type SimOptions = {
  account: Account
  /** 0 takes any free port. */
  port: number
  /** Where webhooks for the account's public address really go. */
  trunklineUrl?: string
  /** Numbers that may send; left out, any number may. */
  ownNumbers?: Iterable<string>
  /** What stories are told on; left out, no story can be told. */
  setting?: Omit<Stage, 'world'>
}

export type Sim = {
  url: string
  world: World
  /** How the status callbacks of messages sent through the REST door were answered. */
  callbacks: Tally
  /** Keeps a piece of work in sight until it is done or the sim is stopped. */
  follow: (work: Promise<void>) => void
  stop: () => Promise<void>
}

const longestHoldMs = 60_000

/** The outside world on a loopback port: Twilio's, Retell's, Telnyx's and Stripe's REST doors, and the control plane under /sim. */
export async function startSim(options: SimOptions): Promise<Sim> {
  const world = openWorld(options)
  const callbacks = openTally()
  const stopping = new AbortController()
  setMaxListeners(0, stopping.signal)
  const working = new Set<Promise<void>>()
  const app = fastify({
    bodyLimit: 1024 * 1024,
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: true },
  })
  app.removeContentTypeParser('text/plain')
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) => {
    done(null, Object.fromEntries(new URLSearchParams(String(body))))
  })

  const follow = (work: Promise<void>) => {
    const followed = work
      .catch((error: unknown) => {
        if (!stopping.signal.aborted)
          process.stderr.write(`sim: ${error instanceof Error ? error.stack : String(error)}\n`)
      })
      .finally(() => working.delete(followed))
    working.add(followed)
  }
  const stage = options.setting ? { ...options.setting, world } : undefined
  const route = {
    tally: callbacks,
    signal: stopping.signal,
    ...(options.trunklineUrl ? { trunklineUrl: options.trunklineUrl } : {}),
  }

  app.register(
    async (scope) => {
      scope.addHook('onRequest', async (request, reply) => befall(world, 'twilio', request, reply))
      openTwilio(scope, world, { route, follow })
    },
    { prefix: '/2010-04-01/Accounts/:accountSid' },
  )
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => befall(world, 'retell', request, reply))
    openRetell(scope, world)
  })
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => befall(world, 'telnyx', request, reply))
    openTelnyx(scope, world, { route, follow })
  })
  const tell: Tell = (draft) => {
    recordDraft(world, draft)
    if (options.trunklineUrl === undefined) return
    const sign = () => signDraft(draft, world.account, Date.now())
    const address = `${options.trunklineUrl}${draft.path}`
    follow(deliver(address, sign, { ...route, policy: stripePolicy }).then(() => undefined))
  }
  let url = ''
  app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => befall(world, 'stripe', request, reply))
    openStripe(scope, world, { tell, url: () => url })
  })
  app.register(async (scope) => openControl(scope, world, { stage, follow, signal: stopping.signal }), {
    prefix: '/sim',
  })

  url = await app.listen({ host: '127.0.0.1', port: options.port })
  return {
    url,
    world,
    callbacks,
    follow,
    async stop() {
      stopping.abort()
      await Promise.all(working)
      await app.close()
    },
  }
}

/** What is set for a vendor happens to the request before its door opens. */
function befall(world: World, vendor: Vendor, request: FastifyRequest, reply: FastifyReply) {
  const fault = takeFault(world.faults, vendor)
  if (fault === 'ok') return undefined
  if (fault === 'error_500') return answerError(reply, vendor, 500)
  if (fault === 'error_429') return answerError(reply, vendor, 429)
  reply.hijack()
  const { socket } = request.raw
  if (fault === 'refuse') socket.resetAndDestroy()
  else setTimeout(() => socket.destroy(), longestHoldMs).unref()
  return reply
}

function answerError(reply: FastifyReply, vendor: Vendor, status: 500 | 429) {
  const message = status === 429 ? 'Too Many Requests' : 'Internal Server Error'
  if (vendor === 'twilio') return twilioError(reply, status, status === 429 ? 20429 : 20500, message)
  return reply.code(status).send({ status: 'error', message })
}
