import { randomBytes, randomUUID } from 'node:crypto'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import proxyAddr from '@fastify/proxy-addr'
import { TRPCError } from '@trpc/server'
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify'
import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { fastifyTRPCOpenApiPlugin } from 'trpc-to-openapi'
import { registerBillingCsv } from './billing/http.ts'
import { holdings } from './holdings.ts'
import type { SpoolState } from './monitors/health.ts'
import { registerMonitors } from './monitors/http.ts'
import { describeApi, methodsOf, successOf, unknownFieldsOf } from './openapi.ts'
import { registerAuditCsv } from './platform/audit-log/http.ts'
import type { Ctx, NetCtx } from './platform/context.ts'
import { ContextFault, contextError } from './platform/context-fault.ts'
import { refuseDeep } from './platform/depth.ts'
import type { Env } from './platform/env.ts'
import type { Faults } from './platform/fault.ts'
import {
  refuseBadRequest,
  refuseMethods,
  refuseUnreadable,
  registerErrors,
  reshapeRestErrors,
} from './platform/http-errors.ts'
import { guardInternalDoors } from './platform/internal-doors.ts'
import type { Live } from './platform/live.ts'
import type { Logger } from './platform/log.ts'
import { registerExport } from './platform/privacy/http.ts'
import { registerAdmin, registerDocs } from './platform/static.ts'
import type { RequestCtx } from './platform/trpc.ts'
import { registerUnbuilt } from './platform/unbuilt.ts'
import { registerReconciliationCsv } from './reconciliation/http.ts'
import { actorOf, refuseForeignOrigin, requestCtx } from './request-ctx.ts'
import { appRouter } from './router.ts'
import { registerWebhookDoors } from './webhooks/http.ts'
import type { Inbox } from './webhooks/receive.ts'

/** The admin asks no more than this at once. */
const maxBatchSize = 20

export type AppParts = {
  env: Env
  log: Logger
  live: Live
  inbox: Inbox
  spool: { state(): SpoolState }
  faults: Faults
  ctx: (actor: Ctx['actor'], request: { id: string; address: string | null }) => NetCtx
}

/** The last 16 digits of a random id, which the runtime makes many of at once. */
const newRequestId = () => `req_${randomUUID().replaceAll('-', '').slice(16)}`

/** Every door on one port. Webhooks come first and stand apart: no parser, hook or limit of the others touches them. */
export async function buildApp(parts: AppParts) {
  const { env, live } = parts
  const loggerInstance: FastifyBaseLogger = parts.log
  const trusted = proxyAddr.compile(env.TRUSTED_PROXIES ?? [])
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: newRequestId,
    requestIdHeader: false,
    trustProxy: trusted,
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: 'idle',
    keepAliveTimeout: 65_000,
    // who sends slowly is waited for so long: the head, then the whole body
    requestTimeout: 30_000,
    http: { headersTimeout: 15_000, connectionsCheckingInterval: 1_000 },
    // a machine that is busy when it starts is no reason not to
    pluginTimeout: 120_000,
    frameworkErrors: refuseBadRequest,
    clientErrorHandler: refuseUnreadable,
  })
  // descriptors are left for the database and the spool
  app.server.maxConnections = 2_000
  registerErrors(app, parts.faults, methodsOf)
  app.addHook('preClose', async () => live.endWatchers())
  await app.register(async (doors) =>
    registerWebhookDoors(doors, {
      inbox: parts.inbox,
      publicUrl: env.PUBLIC_URL,
      log: parts.log,
      faults: parts.faults,
      addressOf: (request) => proxyAddr(request, trusted),
      newRequestId,
      ctxOf: (request) => parts.ctx({ kind: 'system', name: 'doors' }, request),
    }),
  )
  await app.register(async (pages) => {
    await pages.register(cookie)
    await pages.register(helmet, {
      contentSecurityPolicy: false,
      strictTransportSecurity: env.PUBLIC_URL.startsWith('https:'),
    })
    pages.addHook('onRequest', async (request, reply) => {
      // the REST adapter rewrites the address
      Object.assign(request.raw, { originalUrl: request.raw.url })
      reply.header('x-request-id', request.id)
      refuseForeignOrigin(request, env)
    })
    pages.addHook('onResponse', async (request, reply) => {
      const path = request.originalUrl.split('?')[0]
      if (path === '/api/health' || path === '/metrics' || path?.startsWith('/admin/assets/')) return
      request.log.info(
        { method: request.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime) },
        'request',
      )
    })
    const createContext: CreateContext = async ({ req, res, info }) => {
      const request = req as FastifyRequest
      try {
        return await requestCtx(parts, request, res as FastifyReply, info)
      } catch (error) {
        if (error instanceof TRPCError) throw error
        request.log.error({ error }, 'request context failed')
        parts.faults.track({ error, source: 'api', where: 'the request’s context', requestId: request.id })
        throw contextError(error, request.id)
      }
    }
    const ctxOf = async (request: FastifyRequest) =>
      parts.ctx(await actorOf(parts, request), { id: request.id, address: request.ip })
    registerMonitors(pages, {
      ctxOf,
      systemCtx: () => parts.ctx({ kind: 'anonymous' }, { id: 'health', address: null }),
      spool: parts.spool,
      startedAt: new Date(),
    })
    registerExport(pages, { holdings, ctxOf })
    registerAuditCsv(pages, { ctxOf })
    registerBillingCsv(pages, { ctxOf })
    registerReconciliationCsv(pages, { ctxOf })
    const onError = noteRpcError(parts)
    await registerRest(pages, { createContext, onError })
    await pages.register(async (rpc) => {
      refuseMethods(rpc, ['GET', 'HEAD', 'POST'])
      await rpc.register(fastifyTRPCPlugin, {
        prefix: '/trpc',
        trpcOptions: { router: appRouter, createContext, onError, allowMethodOverride: false, maxBatchSize },
      })
    })
    guardInternalDoors(pages, { env, actorOf: (request) => actorOf(parts, request) })
    registerUnbuilt(pages)
    await registerAdmin(pages, () => randomBytes(16).toString('base64'))
  })
  return { app, live }
}

type CreateContext = (parts: {
  req: unknown
  res: unknown
  info?: { calls: readonly unknown[] }
}) => Promise<RequestCtx>

type OnError = (failed: { error: TRPCError; path?: string | undefined; req: unknown; ctx?: unknown }) => void

/** What fails beyond the procedures' own middleware: writing an answer, a stream that breaks. The rest is known already. */
const noteRpcError =
  (parts: AppParts): OnError =>
  ({ error, path, req }) => {
    if (error.code !== 'INTERNAL_SERVER_ERROR' || error.cause instanceof ContextFault) return
    parts.faults.track({
      error: error.cause ?? error,
      source: 'api',
      where: path ?? 'tRPC',
      requestId: (req as FastifyRequest).id,
    })
  }

async function registerRest(
  pages: App,
  { createContext, onError }: { createContext: CreateContext; onError: OnError },
): Promise<void> {
  await registerDocs(pages, describeApi)
  await pages.register(async (rest) => {
    reshapeRestErrors(rest, methodsOf)
    rest.addHook('preHandler', async (request) => refuseDeep(request.body))
    // the adapter has an answer of its own to it, for whatever path; the answer to GET is sent without its body
    rest.addHook('preHandler', async (request) => {
      if (request.method === 'HEAD') request.raw.method = 'GET'
    })
    // a call without arguments needs no body and no content type
    rest.addHook('preHandler', async (request) => {
      if (request.method === 'GET' || (request.body !== undefined && request.body !== null)) return
      request.raw.headers['content-type'] = 'application/json'
      request.body = {}
    })
    await rest.register(fastifyTRPCOpenApiPlugin, {
      basePath: '/api',
      router: appRouter,
      // whoever calls by tRPC has the types
      createContext: async (parts: Parameters<CreateContext>[0]) => ({
        ...(await createContext(parts)),
        unknownFields: unknownFieldsOf,
      }),
      onError,
      responseMeta: ({ paths = [], errors }: { paths?: string[]; errors: unknown[] }) =>
        errors.length === 0 ? { status: successOf(paths[0]) } : {},
    } as never)
    // the paths by which the first customers know them
    alias(rest, pages, '/admin/webhook-queue/:id/replay', ({ id = '' }) => `/api/admin/webhook-queue/${id}/replay`)
    alias(rest, pages, '/admin/reconciliation-runs/trigger', () => '/api/admin/reconciliation-runs/trigger')
    alias(rest, pages, '/api/auth/login-simple', () => '/api/auth/login')
    alias(rest, pages, '/api/auth/register-simple', () => '/api/auth/register')
  })
}

type App = Parameters<typeof registerErrors>[0]

/** Another path of a procedure: the same request and the same answer. */
function alias(app: App, pages: App, url: string, pathOf: (params: Record<string, string>) => string): void {
  app.post<{ Params: Record<string, string>; Body: object }>(url, async (request, reply) => {
    const params = Object.entries(request.params).map(([name, value]) => [name, encodeURIComponent(value)])
    const answer = await pages.inject({
      method: 'POST',
      url: pathOf(Object.fromEntries(params)),
      headers: pick(request.headers, ['authorization', 'cookie', 'origin', 'host', 'user-agent']),
      payload: request.body as object,
      remoteAddress: request.ip,
    })
    return await reply
      .code(answer.statusCode)
      .headers(pick(answer.headers, ['content-type', 'set-cookie', 'retry-after']))
      .send(answer.payload)
  })
}

type Headers = Record<string, string | string[] | number | undefined>
const pick = (headers: Headers, names: string[]): Record<string, string | string[]> =>
  Object.fromEntries(
    names.flatMap((name) => {
      const value = headers[name]
      return value === undefined ? [] : [[name, Array.isArray(value) ? value : String(value)]]
    }),
  )
