import { initTRPC, TRPCError } from '@trpc/server'
import type {} from '@trpc/server/unstable-core-do-not-import'
import { may, type Permission } from '@trunkline/core/sessions/permission'
import { DrizzleQueryError } from 'drizzle-orm'
import { z } from 'zod'
import type { NetCtx } from './context.ts'
import { DomainError, refusalAt } from './domain-error.ts'
import { inputSentence } from './http-errors.ts'
import type { Topic } from './live.ts'

/** What a procedure says of itself: its REST path and who may call it. */
export type ApiMeta = {
  openapi?: {
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
    path: `/${string}`
    summary?: string
    tags?: string[]
    protect?: boolean
  }
  permission?: Permission | 'public'
}

/** The request's context: what verbs need, and how a procedure answers with a cookie or watches for changes. */
export type RequestCtx = NetCtx & {
  userAgent: string
  setSessionCookie(token: string | null): void
  live: { watch(signal: AbortSignal): AsyncIterable<readonly Topic[]> }
}

const wordOf = new Map<string, keyof typeof refusalAt>(
  Object.entries(refusalAt).map(([word, { rpc }]) => [rpc, word as keyof typeof refusalAt]),
)

const t = initTRPC
  .context<RequestCtx>()
  .meta<ApiMeta>()
  .create({
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: 15_000 }, client: { reconnectAfterInactivityMs: 40_000 } },
    errorFormatter({ shape, error, ctx }) {
      const fault = error.cause instanceof z.ZodError ? error.cause : undefined
      const refusal = error.cause instanceof DomainError ? error.cause : undefined
      const fields = fault === undefined ? refusal?.fields : fieldsOf(fault)
      const isOurs = error.code === 'INTERNAL_SERVER_ERROR'
      return {
        ...shape,
        message: isOurs
          ? `The request failed on our side. Quote the request id ${ctx?.requestId ?? ''} to support.`
          : fault === undefined
            ? shape.message
            : inputSentence(fields ?? {}),
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          path: shape.data.path,
          refusal: wordOf.get(error.code) ?? 'internal',
          fields,
          requestId: ctx?.requestId,
        },
      }
    },
  })

function fieldsOf(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(
    error.issues.map((issue) => [issue.path.join('.') || 'input', issue.message.replace(/^Invalid input: /, '')]),
  )
}

const refuse = t.middleware(async ({ ctx, next, path, type }) => {
  const began = performance.now()
  const result = await next()
  const ms = Math.round(performance.now() - began)
  if (result.ok) {
    if (type !== 'subscription') ctx.log.debug({ ms, path }, 'procedure')
    return result
  }
  const { cause } = result.error
  if (cause instanceof DomainError) {
    throw new TRPCError({ code: refusalAt[cause.refusal].rpc, message: cause.message, cause })
  }
  if (isUnusable(cause)) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: 'Some input holds a character or value that cannot be stored' })
  }
  if (result.error.code === 'INTERNAL_SERVER_ERROR')
    ctx.log.error({ error: cause ?? result.error, path, ms }, 'procedure failed')
  return result
})

/** SQLSTATEs of a value that came from outside and that no column can hold: a NUL, no date, no uuid, too large. */
const unusable = ['22021', '22P05', '22P02', '22003', '22007', '22008']

function isUnusable(error: unknown): boolean {
  const { code } = ((error instanceof DrizzleQueryError ? error.cause : error) ?? {}) as { code?: unknown }
  return typeof code === 'string' && unusable.includes(code)
}

const base = t.procedure.use(refuse)

function signedInAs(permission: Permission) {
  return base.meta({ permission }).use(({ ctx, next }) => {
    const { actor } = ctx
    if (actor.kind !== 'user') throw new DomainError('unauthenticated', 'Sign in first')
    if (!may(actor.role, permission)) throw new DomainError('forbidden', 'Your role does not allow this')
    return next({ ctx: { ...ctx, actor } })
  })
}

export const router = t.router
/** Anybody, signed in or not. */
export const open = base.meta({ permission: 'public' })
/** Whoever is signed in; the verb narrows an owner to his customer. */
export const signedIn = signedInAs('signedIn')
/** Every person of ours: reads. */
export const staff = signedInAs('staff')
/** Those of ours who may act, and an owner; the verb narrows him to his customer. */
export const operatorOrOwner = signedInAs('operatorOrOwner')
/** Those of ours who may act. */
export const operator = signedInAs('operator')
