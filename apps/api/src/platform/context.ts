import type { Role } from '@trunkline/core/sessions/permission'
import type { Db, Tx } from '@trunkline/db/connect'
import type { Env } from './env.ts'
import type { JobQueue } from './job.ts'
import type { Logger } from './log.ts'

/** Who does it. A value, never ambient. */
export type Actor =
  | {
      kind: 'user'
      userId: string
      email: string
      name: string | null
      role: Role
      customerId: string | null
      sessionId: string
    }
  | { kind: 'system'; name: string }
  | { kind: 'anonymous' }

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
}

/** A context that may also call providers. It exists only outside transactions. */
export type NetCtx = Ctx & { net: { fetch: typeof fetch } }

/** Everything that happens in `work` becomes true together or not at all. No network in here: `ctx.net` is gone. */
export async function inTransaction<Result>(ctx: Ctx, work: (ctx: Ctx) => Promise<Result>): Promise<Result> {
  return await ctx.db.transaction(async (tx) => {
    const { net: _unreachable, ...local } = ctx as Ctx & { net?: unknown }
    return await work({ ...local, db: tx })
  })
}

/** How an actor is written into audit rows and attempts. */
export function actorLabel(actor: Actor): string {
  if (actor.kind === 'user') return `user:${actor.email}`
  return actor.kind === 'system' ? `system:${actor.name}` : 'anonymous'
}
