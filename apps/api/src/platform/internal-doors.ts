import { hash, timingSafeEqual } from 'node:crypto'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Actor } from './context.ts'
import { DomainError } from './domain-error.ts'
import type { Env } from './env.ts'
import { callerWho } from './trpc.ts'

/** Opened by an API key with the scope for it; every other internal door by the secret of the runner. */
const forKeys = ['/api/internal/compliance/audit']

/** Nothing under `/api/internal/` is reached without a proof, whether it is built yet or not. No secret configured: closed. */
export function guardInternalDoors(
  app: FastifyInstance,
  options: { env: Env; actorOf: (request: FastifyRequest) => Promise<Actor> },
): void {
  app.addHook('onRequest', async (request) => {
    const door = request.routeOptions.url
    if (door === undefined || !door.startsWith('/api/internal/')) return
    if (forKeys.includes(door)) callerWho(await options.actorOf(request), 'auditCompliance')
    else if (!isSecret(request.headers['x-cron-secret'], options.env.CRON_SECRET))
      throw new DomainError('unauthenticated', 'This door opens to the runner’s secret alone')
  })
}

/** In constant time, whatever their lengths. */
function isSecret(given: string | string[] | undefined, secret: string | undefined): boolean {
  if (secret === undefined || typeof given !== 'string') return false
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', secret, 'buffer'))
}
