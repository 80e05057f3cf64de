import { sql } from 'drizzle-orm'
import { type Actor, type Caller, type Ctx, inTransaction } from './context.ts'
import { DomainError } from './domain-error.ts'

/**
 * Does the work in a transaction that sees the rows of one customer and no others: the database says so, whatever the work
 * asks for. The only way in which an owner's request, or that of a customer's key, reaches customers' data.
 */
export async function withinCustomer<Result>(
  ctx: Ctx,
  caller: Caller & { customerId: string },
  work: (db: Ctx['db']) => Promise<Result>,
): Promise<Result> {
  const userId = caller.kind === 'user' ? caller.userId : ''
  return await ctx.db.transaction(async (tx) => {
    await tx.execute(
      sql`select set_config('trunkline.customer_id', ${caller.customerId}, true),
        set_config('trunkline.user_id', ${userId}, true), set_config('role', 'trunkline_owner', true)`,
    )
    return await work(tx)
  })
}

/**
 * A step, whole or not at all, that the system does for whoever asks: for an owner on his transaction and with the
 * application's reach, because he may cause it and not do it by himself. The caller has made sure that it is his customer's.
 */
export async function asApplication<Result>(ctx: Ctx, step: (ctx: Ctx) => Promise<Result>): Promise<Result> {
  return await inTransaction(ctx, async (ctx) => {
    if (!isOfOneCustomer(ctx.actor)) return await step(ctx)
    await takeRole(ctx, 'trunkline_app')
    // who fails loses what he did and the role with it
    const result = await step(ctx)
    await takeRole(ctx, 'trunkline_owner')
    return result
  })
}

const takeRole = (ctx: Ctx, role: 'trunkline_app' | 'trunkline_owner') =>
  ctx.db.execute(sql`select set_config('role', ${role}, true)`)

/** Whose requests are within a transaction of their own, which sees one customer. */
export const isOfOneCustomer = (actor: Actor): boolean =>
  (actor.kind === 'user' || actor.kind === 'key') && actor.customerId !== null

/** An owner, or a key of one customer, sees that customer; everybody else says which. */
export function customerOf(actor: Caller, asked: string | undefined): string {
  if (actor.role === 'owner') {
    if (asked !== undefined && asked !== actor.customerId)
      throw new DomainError('not_found', 'There is no such customer')
    return actor.customerId ?? ''
  }
  if (asked === undefined)
    throw new DomainError('invalid', 'Say which customer', { fields: { customerId: 'is required' } })
  return asked
}

/** The same, where nobody in particular may be asked about: then null, for everybody of ours. */
export const customerOrAll = (actor: Caller, asked: string | undefined): string | null =>
  actor.role !== 'owner' && asked === undefined ? null : customerOf(actor, asked)
