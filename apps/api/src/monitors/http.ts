import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Ctx } from '../platform/context.ts'
import { registry } from '../platform/metrics.ts'
import { callerWho } from '../platform/trpc.ts'
import { openHealth, type SpoolState } from './health.ts'

/** Health for load balancers, the same with figures for people, and metrics for Prometheus. */
export function registerMonitors(
  app: FastifyInstance,
  options: {
    ctxOf: (request: FastifyRequest) => Promise<Ctx>
    systemCtx: () => Ctx
    spool: { state(): SpoolState }
    startedAt: Date
  },
): void {
  const checkHealth = openHealth({ ctx: options.systemCtx, spool: options.spool })

  app.get('/api/health', async (_request, reply) => {
    const { status, checks } = await checkHealth()
    const plain = Object.fromEntries(Object.entries(checks).map(([name, check]) => [name, check.status]))
    return reply.code(status === 'down' ? 503 : 200).send({ status, checks: plain })
  })

  app.get('/api/health/detailed', async (request, reply) => {
    const ctx = await options.ctxOf(request)
    callerWho(ctx.actor, 'operator')
    const health = await checkHealth()
    const memory = process.memoryUsage()
    return reply.code(health.status === 'down' ? 503 : 200).send({
      ...health,
      uptimeSeconds: Math.round((Date.now() - options.startedAt.getTime()) / 1000),
      node: process.versions.node,
      rssBytes: memory.rss,
    })
  })

  app.get('/metrics', async (_request, reply) => {
    await checkHealth()
    return reply.type(registry.contentType).send(await registry.metrics())
  })
}
