import { relyingPartyOf } from '@trunkline/core/sessions/passkey'
import { DrizzleQueryError } from 'drizzle-orm'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { isPassing } from './platform/await-database.ts'
import type { Actor, NetCtx } from './platform/context.ts'
import { DomainError } from './platform/domain-error.ts'
import type { Env } from './platform/env.ts'
import type { Live } from './platform/live.ts'
import { asRpcError, type RequestCtx } from './platform/trpc.ts'
import { actorOfToken } from './sessions/actor.ts'
import { actorOfKey } from './sessions/api-keys/actor.ts'
import { isKey } from './sessions/api-keys/key.ts'
import { deviceCookie, sessionCookie } from './sessions/cookie.ts'
import type { Inbox } from './webhooks/receive.ts'

type Parts = {
  env: Env
  live: Live
  inbox: Pick<Inbox, 'secrets'>
  ctx: (actor: Actor, request: { id: string; address: string | null }) => NetCtx
}

const bearerOf = (request: FastifyRequest): string | undefined =>
  /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '')?.[1]

/** Bearer before cookie, for every door alike. */
export async function actorOf(parts: Parts, request: FastifyRequest, { isUse } = { isUse: true }): Promise<Actor> {
  const ctx = parts.ctx({ kind: 'anonymous' }, { id: request.id, address: request.ip })
  try {
    const bearer = bearerOf(request)
    if (bearer !== undefined && isKey(bearer)) return await actorOfKey(ctx, bearer, { isUse })
    return await actorOfToken(ctx, bearer ?? request.cookies[sessionCookie], { isUse })
  } catch (error) {
    if (!isPassing(error)) throw error
    const cause = error instanceof DrizzleQueryError ? error.cause : error
    throw new DomainError('unavailable', 'The database does not answer. Try again', { cause })
  }
}

/**
 * A browser's cookie with an unsafe method counts only from our own pages. Browsers say where such a request comes from; a
 * session's cookie without that is none of theirs, unless they say that it is from the same site in the other way.
 */
export function refuseForeignOrigin(request: FastifyRequest, env: Env): void {
  const isSafe = ['GET', 'HEAD', 'OPTIONS'].includes(request.method)
  if (isSafe || request.headers.cookie === undefined || bearerOf(request) !== undefined) return
  const { origin } = request.headers
  if (origin === undefined) {
    const isOwn = request.cookies[sessionCookie] === undefined || request.headers['sec-fetch-site'] === 'same-origin'
    if (isOwn) return
    throw new DomainError(
      'forbidden',
      'A cookie counts from our own pages alone: say the Origin, or send a bearer token',
    )
  }
  const own = [new URL(env.PUBLIC_URL).host, request.headers.host]
  if (!URL.canParse(origin) || !own.includes(new URL(origin).host)) {
    throw new DomainError('forbidden', 'The request comes from another site')
  }
}

/** What a procedure gets of the request that calls it. */
export async function requestCtx(
  parts: Parts,
  request: FastifyRequest,
  reply: FastifyReply,
  info?: { calls: readonly unknown[] },
): Promise<RequestCtx> {
  const { env, live, inbox } = parts
  const cookie = { path: '/', httpOnly: true, sameSite: 'lax' as const, secure: env.PUBLIC_URL.startsWith('https:') }
  const setRetryAfter = (seconds: number) => void reply.header('retry-after', String(seconds))
  const actor = await actorOf(parts, request).catch((error: unknown) => {
    if (!(error instanceof DomainError)) throw error
    request.log.error({ error: error.cause }, 'refused')
    setRetryAfter(error.retryAfterSeconds ?? 1)
    throw asRpcError(error)
  })
  return {
    ...parts.ctx(actor, { id: request.id, address: request.ip }),
    userAgent: request.headers['user-agent'] ?? '',
    isBatch: (info?.calls.length ?? 1) > 1,
    device: request.cookies[deviceCookie],
    relyingParty: relyingPartyOf({
      publicUrl: env.PUBLIC_URL,
      host: request.headers.host,
      port: request.socket.localPort,
    }),
    live,
    actorNow: () => actorOf(parts, request, { isUse: false }),
    setRetryAfter,
    readSecrets: () => inbox.secrets.refresh(),
    setSessionCookie(token) {
      if (token === null) reply.clearCookie(sessionCookie, cookie)
      else reply.setCookie(sessionCookie, token, { ...cookie, maxAge: 30 * 86_400 })
    },
    setDeviceCookie(token) {
      reply.setCookie(deviceCookie, token, { ...cookie, maxAge: 180 * 86_400 })
    },
  }
}
