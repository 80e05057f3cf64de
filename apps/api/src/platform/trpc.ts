import { initTRPC, TRPCError } from '@trpc/server'
import type {} from '@trpc/server/unstable-core-do-not-import'
import type { RelyingParty } from '@trunkline/core/sessions/passkey'
import { may, type Permission } from '@trunkline/core/sessions/permission'
import { keyMay } from '@trunkline/core/sessions/scope'
import { z } from 'zod'
import type { Actor, Caller, NetCtx, Person } from './context.ts'
import { ContextFault } from './context-fault.ts'
import { withinCustomer } from './customer-reach.ts'
import { DomainError, refusalAt } from './domain-error.ts'
import { factsOfActor } from './fault.ts'
import { inputSentence } from './http-errors.ts'
import { fieldsOf, isUnusable, unusableFields } from './input-faults.ts'
import type { Topic } from './live.ts'
import { refuseUnknown, type Strictness } from './unknown-fields.ts'

/** What a procedure says of itself: its REST path and who may call it. */
export type ApiMeta = {
  openapi?: {
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
    path: `/${string}`
    summary?: string
    tags?: string[]
    protect?: boolean
  }
  /** Who looks at a customer as its owner does may do this all the same; every other change is refused him. */
  whileViewing?: true
  /** The status of success at its REST path, where it is not 200. */
  answers?: 201
  /** At its REST path it refuses fields that it does not know, as every GET does. */
  exact?: true
  permission?: Permission | 'public'
  /** What an owner's request reaches by it: one customer's rows (the database sees to it), or all, and the verb narrows it. */
  reach?: 'customer' | 'all'
}

/** The request's context: what verbs need, and how a procedure answers with a cookie or watches for changes. */
export type RequestCtx = NetCtx &
  Strictness & {
    userAgent: string
    /** Whether the request calls more than one procedure. */
    isBatch: boolean
    /** The token by which this browser is known from earlier sign-ins. */
    device: string | undefined
    /** Who passkeys are asked for at the address that the request came to; nobody where browsers know none. */
    relyingParty: RelyingParty | undefined
    setSessionCookie(token: string | null): void
    setDeviceCookie(token: string): void
    setRetryAfter(seconds: number): void
    /** Has this process know the webhook secrets as they are committed now. */
    readSecrets(): Promise<void>
    /** Who the request's credentials belong to at this moment; asking is no use of the session. */
    actorNow(): Promise<Actor>
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
      const requestId = ctx?.requestId ?? (error.cause instanceof ContextFault ? error.cause.requestId : undefined)
      return {
        ...shape,
        message: isOurs
          ? `The request failed on our side. Quote the request id ${requestId ?? ''} to support.`
          : fault === undefined
            ? shape.message
            : inputSentence(fields ?? {}),
        data: {
          code: shape.data.code,
          httpStatus: shape.data.httpStatus,
          path: shape.data.path,
          // what HTTP alone has a word for, such as a body of another type, is the caller's fault all the same
          refusal: wordOf.get(error.code) ?? (shape.data.httpStatus < 500 ? 'invalid' : 'internal'),
          fields,
          requestId,
        },
      }
    },
  })

/** A refusal as tRPC says it, for what is thrown past the procedures' middleware. */
export const asRpcError = (refusal: DomainError): TRPCError =>
  new TRPCError({ code: refusalAt[refusal.refusal].rpc, message: refusal.message, cause: refusal })

// what they are asked with are passwords, codes and tokens
const withSecrets = /^(?:sessions|onboarding|webhooks\.secrets)\./

const refuse = t.middleware(async ({ ctx, next, path, type, meta, getRawInput }) => {
  if (type === 'mutation' && ctx.actor.kind === 'user' && ctx.actor.viewing && !meta?.whileViewing)
    throw asRpcError(new DomainError('forbidden', 'You only look at this customer: end the view to change anything'))
  const began = performance.now()
  const result = await next()
  const ms = Math.round(performance.now() - began)
  if (result.ok) {
    if (type !== 'subscription') ctx.log.debug({ ms, path }, 'procedure')
    return result
  }
  const { cause } = result.error
  if (cause instanceof DomainError) {
    if (cause.retryAfterSeconds !== undefined) ctx.setRetryAfter(cause.retryAfterSeconds)
    throw asRpcError(cause)
  }
  if (isUnusable(cause)) {
    const fields = unusableFields(await getRawInput())
    throw asRpcError(
      new DomainError('invalid', 'Some input holds a character or value that cannot be stored', { fields }),
    )
  }
  if (result.error.code === 'INTERNAL_SERVER_ERROR') {
    const error = cause ?? result.error
    ctx.log.error({ error, path, ms }, 'procedure failed')
    const { requestId, userAgent } = ctx
    const input = withSecrets.test(path) ? undefined : await getRawInput().catch(() => undefined)
    ctx.faults.track({ ...factsOfActor(ctx.actor), error, source: 'api', where: path, requestId, userAgent, input })
  }
  return result
})

const base = t.procedure.use(refuse)

// after who may
const understand = t.middleware(async ({ next, ...asked }) => {
  await refuseUnknown(asked)
  return await next()
})

const notForKeys = () => new DomainError('forbidden', 'This is for people, not for API keys')

/** The actor as a person who may; refuses everybody else. */
function personWho(actor: Actor, permission: Permission): { kind: 'user' } & Person {
  if (actor.kind === 'enrolling') {
    const fields = { secondFactor: 'must be set up' }
    throw new DomainError('forbidden', 'Set up your second factor first', { fields })
  }
  if (actor.kind === 'key') throw notForKeys()
  if (actor.kind !== 'user') throw new DomainError('unauthenticated', 'Sign in first')
  if (!may(actor.role, permission)) throw new DomainError('forbidden', 'Your role does not allow this')
  return actor
}

/** The actor as a person who may, or as a key with a scope for it; refuses everybody else. */
export function callerWho(actor: Actor, permission: Permission): Caller {
  if (actor.kind !== 'key') return personWho(actor, permission)
  if (!keyMay(actor, permission)) throw new DomainError('forbidden', 'The scopes of this API key do not allow this')
  return actor
}

/** Ends a stream whose reader may no longer hear it. */
export async function expectStill(ctx: RequestCtx, permission: Permission): Promise<void> {
  try {
    callerWho(await ctx.actorNow(), permission)
  } catch (error) {
    throw error instanceof DomainError ? asRpcError(error) : error
  }
}

/** People alone. */
function signedInAs(permission: Permission) {
  return base
    .meta({ permission })
    .use(({ ctx, next }) => next({ ctx: { ...ctx, actor: personWho(ctx.actor, permission) } }))
    .use(understand)
}

/** People, and keys with a scope for it. */
function calledBy(permission: Permission) {
  return base
    .meta({ permission })
    .use(({ ctx, next }) => next({ ctx: { ...ctx, actor: callerWho(ctx.actor, permission) } }))
    .use(understand)
}

/** The same, and of a customer's own: whoever belongs to one is inside a transaction that sees no other. No network there. */
function ofCustomer(permission: Permission) {
  return base.meta({ permission, reach: 'customer' }).use(async ({ ctx, next, type, ...asked }) => {
    const actor = callerWho(ctx.actor, permission)
    await refuseUnknown({ ctx, ...asked })
    const { customerId } = actor
    const local = { ...ctx, actor, net: undefined }
    if (customerId === null) return await next({ ctx: local })
    // it would outlive the transaction
    if (type === 'subscription') throw new Error('a stream reads inside withinCustomer each time')
    return await withinCustomer(ctx, { ...actor, customerId }, async (db) => {
      const result = await next({ ctx: { ...local, db } })
      if (!result.ok) throw result.error
      return result
    })
  })
}

export const router = t.router
/** Anybody, signed in or not. */
export const open = base.meta({ permission: 'public' }).use(understand)
/** Anybody who proves something by a secret: one try a request. */
export const proving = open.use(({ ctx, next }) => {
  if (ctx.isBatch) throw new DomainError('invalid', 'This must be asked in a request of its own')
  return next()
})
/** Whoever is signed in, also one who owes a second factor: what he needs to set it up, or to leave. */
export const account = base
  .meta({ permission: 'signedIn' })
  .use(({ ctx, next }) => {
    const { actor } = ctx
    if (actor.kind === 'key') throw notForKeys()
    if (actor.kind !== 'user' && actor.kind !== 'enrolling') throw new DomainError('unauthenticated', 'Sign in first')
    return next({ ctx: { ...ctx, actor } })
  })
  .use(understand)
/** Whoever is signed in, about his own account: sessions, password, second factor. Nothing of a customer. */
export const signedIn = signedInAs('signedIn')
/** Every person of ours: reads. */
export const staff = calledBy('staff')
/** Of a customer's: every person of ours and an owner read. */
export const staffOrOwner = ofCustomer('staffOrOwner')
/**
 * Of a customer's: those of ours who may act, and an owner, with the application's reach: for what counts attempts, which a
 * refusal must not undo. The verb narrows an owner to his customer.
 */
export const acting = signedInAs('operatorOrOwner').meta({ reach: 'all' })
/** Those of ours who may read what was said, and programs that take webhooks further. */
export const inboxReader = calledBy('readInbox')
/** Those of ours who may act, and programs that replay. */
export const replaying = calledBy('replayInbox')
/** Those of ours who see a caller's number when they ask for it. */
export const revealing = signedInAs('reveal')
/** Those of ours who may act. */
export const operator = signedInAs('operator')
/** Those of ours who decide who gets in. */
export const admin = signedInAs('admin')
/** Those of ours who may act, and programs that report alerts. */
export const reporting = calledBy('raiseAlerts')
/** Of a customer's: those of ours who may act, and its owner. */
export const operatorOrOwner = ofCustomer('operatorOrOwner')
/** Of a customer's: those who may see what was used. Every person of ours, an owner, a program with the scope. */
export const usageReader = ofCustomer('readUsage')
/** Of a customer's: those who may ask for usage and settle it. */
export const usageAsker = ofCustomer('askUsage')
