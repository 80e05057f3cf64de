import { toWireId } from '@trunkline/core/platform/wire-id'
import type { Role } from '@trunkline/core/sessions/permission'
import type { Scope } from '@trunkline/core/sessions/scope'
import type { Db, Tx } from '@trunkline/db/connect'
import type { Env } from './env.ts'
import type { Faults } from './fault.ts'
import type { JobQueue } from './job.ts'
import type { Logger } from './log.ts'

/** Somebody with a session. */
export type Person = {
  userId: string
  email: string
  name: string | null
  role: Role
  customerId: string | null
  sessionId: string
  /** One of ours who sees this customer as its owner does: his role and customer are the owner's meanwhile. */
  viewing?: { viewId: string; businessName: string; reason: string; until: Date }
}

/** A program with an API key: of all customers, or of one and then with an owner's reach. Its scopes say what it may. */
export type Key = {
  keyId: string
  prefix: string
  role: 'viewer' | 'owner'
  customerId: string | null
  scopes: readonly Scope[]
}

/** Somebody, or some program, that showed who it is. With a customer it reaches that customer alone. */
export type Caller = ({ kind: 'user' } & Person) | ({ kind: 'key' } & Key)

/** Who does it. A value, never ambient. Who is enrolling owes a second factor, and may do nothing else until it stands. */
export type Actor = Caller | ({ kind: 'enrolling' } & Person) | { kind: 'system'; name: string } | { kind: 'anonymous' }

/** What every verb gets. `db` may be a pool or a transaction; nothing here reaches the network. */
export type Ctx = {
  db: Db | Tx
  now: Date
  actor: Actor
  requestId: string
  address: string | null
  log: Logger
  queue: JobQueue
  env: Env
  faults: Faults
  /** Whether a STOP from this number rests in this process's spool, where the ledger does not know of it yet. */
  hasStopped(phoneNumber: string): boolean
}

/** Hands a mail over to be sent; throws where it was not taken. `messageId` stays the same however often it is tried. */
export type Mailer = (mail: {
  from: string
  to: string
  subject: string
  text: string
  messageId?: string
}) => Promise<void>

/** A context that may also call providers. It exists only outside transactions. Without a mailer no mail can be sent. */
export type NetCtx = Ctx & { net: { fetch: typeof fetch; mail?: Mailer } }

/** Everything that happens in `work` becomes true together or not at all. No network in here: `ctx.net` is gone. */
export async function inTransaction<Result>(ctx: Ctx, work: (ctx: Ctx) => Promise<Result>): Promise<Result> {
  return await ctx.db.transaction(async (tx) => {
    const { net: _unreachable, ...local } = ctx as Ctx & { net?: unknown }
    return await work({ ...local, db: tx })
  })
}

/** How an actor is written into audit rows and attempts: ours by address, an owner by id, which says nothing once he is gone. */
export function actorLabel(actor: Actor): string {
  if (actor.kind === 'user' && actor.role === 'owner' && !actor.viewing)
    return `owner:${toWireId('user', actor.userId)}`
  if (actor.kind === 'user' || actor.kind === 'enrolling') return `user:${actor.email}`
  if (actor.kind === 'key') return `key:${actor.prefix}`
  return actor.kind === 'system' ? `system:${actor.name}` : 'anonymous'
}
