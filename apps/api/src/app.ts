import { randomBytes } from 'node:crypto'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify'
import Fastify, { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify'
import { fastifyTRPCOpenApiPlugin } from 'trpc-to-openapi'
import { registerMonitors } from './monitors/http.ts'
import { describeApi, methodsOf } from './openapi.ts'
import type { Ctx, NetCtx } from './platform/context.ts'
import { DomainError } from './platform/domain-error.ts'
import type { Env } from './platform/env.ts'
import { refuseBadRequest, registerErrors, reshapeRestErrors } from './platform/http-errors.ts'
import type { Live } from './platform/live.ts'
import type { Logger } from './platform/log.ts'
import { registerAdmin, registerDocs } from './platform/static.ts'
import type { RequestCtx } from './platform/trpc.ts'
import { registerUnbuilt } from './platform/unbuilt.ts'
import { appRouter } from './router.ts'
import { actorOfToken } from './sessions/actor.ts'
import { sessionCookie } from './sessions/cookie.ts'
import { registerWebhookDoors } from './webhooks/http.ts'
import type { Inbox } from './webhooks/receive.ts'

export type AppParts = {
  env: Env
  log: Logger
  live: Live
  inbox: Inbox
  spool: { waiting(): number }
  ctx: (actor: Ctx['actor'], request: { id: string; address: string | null }) => NetCtx
}

/** Every door on one port. Webhooks come first and stand apart: no parser, hook or limit of the others touches them. */
export async function buildApp(parts: AppParts) {
  const { env, live } = parts
  const loggerInstance: FastifyBaseLogger = parts.log
  const app = Fastify({
    loggerInstance,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: () => `req_${randomBytes(8).toString('hex')}`,
    requestIdHeader: false,
    trustProxy: env.TRUSTED_PROXIES ?? false,
    routerOptions: { maxParamLength: 500 },
    forceCloseConnections: 'idle',
    keepAliveTimeout: 65_000,
    frameworkErrors: refuseBadRequest,
  })
  registerErrors(app)
  app.addHook('preClose', async () => live.endWatchers())
  await app.register(async (doors) => registerWebhookDoors(doors, { inbox: parts.inbox, publicUrl: env.PUBLIC_URL }))
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
    const createContext = ({ req, res }: { req: unknown; res: unknown }) =>
      requestCtx(parts, req as FastifyRequest, res as FastifyReply)
    const ctxOf = async (request: FastifyRequest) =>
      parts.ctx(await actorOf(parts, request), { id: request.id, address: request.ip })
    registerMonitors(pages, {
      ctxOf,
      systemCtx: () => parts.ctx({ kind: 'anonymous' }, { id: 'health', address: null }),
      spool: parts.spool,
      startedAt: new Date(),
    })
    await registerRest(pages, createContext)
    await pages.register(fastifyTRPCPlugin, {
      prefix: '/trpc',
      trpcOptions: { router: appRouter, createContext, allowMethodOverride: false },
    })
    registerUnbuilt(pages)
    await registerAdmin(pages, () => randomBytes(16).toString('base64'))
  })
  return { app, live }
}

type CreateContext = (parts: { req: unknown; res: unknown }) => Promise<RequestCtx>

async function registerRest(pages: Parameters<typeof registerErrors>[0], createContext: CreateContext): Promise<void> {
  const document = describeApi()
  await registerDocs(pages, document)
  await pages.register(async (rest) => {
    reshapeRestErrors(rest, methodsOf(document))
    // a call without arguments needs no body and no content type
    rest.addHook('preHandler', async (request) => {
      if (request.method === 'GET' || (request.body !== undefined && request.body !== null)) return
      request.raw.headers['content-type'] = 'application/json'
      request.body = {}
    })
    await rest.register(fastifyTRPCOpenApiPlugin, { basePath: '/api', router: appRouter, createContext } as never)
    // the paths by which the first customers know them
    rest.post<{ Params: { id: string } }>('/admin/webhook-queue/:id/replay', async (request, reply) => {
      const answer = await pages.inject({
        method: 'POST',
        url: `/api/admin/webhook-queue/${encodeURIComponent(request.params.id)}/replay`,
        headers: { ...pick(request.headers, ['authorization', 'cookie', 'origin', 'host']) },
        remoteAddress: request.ip,
      })
      return reply.code(answer.statusCode).type('application/json').send(answer.payload)
    })
  })
}

const pick = (headers: FastifyRequest['headers'], names: string[]) =>
  Object.fromEntries(names.flatMap((name) => (headers[name] === undefined ? [] : [[name, String(headers[name])]])))

/** Bearer before cookie, for every door alike. */
async function actorOf(parts: AppParts, request: FastifyRequest): Promise<Ctx['actor']> {
  const bearer = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1]
  const token = bearer ?? request.cookies[sessionCookie]
  return await actorOfToken(parts.ctx({ kind: 'anonymous' }, { id: request.id, address: request.ip }), token)
}

/** A browser's cookie with an unsafe method counts only from our own pages. */
function refuseForeignOrigin(request: FastifyRequest, env: Env): void {
  const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(request.method)
  if (isSafe || request.headers.cookie === undefined || request.headers.authorization !== undefined) return
  const { origin } = request.headers
  if (origin === undefined) return
  const own = [new URL(env.PUBLIC_URL).host, request.headers.host]
  if (!URL.canParse(origin) || !own.includes(new URL(origin).host)) {
    throw new DomainError('forbidden', 'The request comes from another site')
  }
}

async function requestCtx(parts: AppParts, request: FastifyRequest, reply: FastifyReply): Promise<RequestCtx> {
  const { env, live } = parts
  const ctx = parts.ctx(await actorOf(parts, request), { id: request.id, address: request.ip })
  return {
    ...ctx,
    userAgent: request.headers['user-agent'] ?? '',
    live,
    setSessionCookie(token) {
      const options = {
        path: '/',
        httpOnly: true,
        sameSite: 'lax' as const,
        secure: env.PUBLIC_URL.startsWith('https:'),
      }
      if (token === null) reply.clearCookie(sessionCookie, options)
      else reply.setCookie(sessionCookie, token, { ...options, maxAge: 30 * 86_400 })
    },
  }
}
