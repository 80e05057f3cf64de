import { toWireId } from '@trunkline/core/platform/wire-id'
import { viewSeconds } from '@trunkline/core/sessions/session'
import { customers } from '@trunkline/db/schema/customers'
import { customerViews, sessions } from '@trunkline/db/schema/sessions'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { newId } from '../../platform/id.ts'
import { announce } from '../../platform/live.ts'

/**
 * From now on this session sees the customer as its owner does, and nothing else, and changes nothing. It is itself again
 * when the view is ended or has run out.
 */
export async function startView(ctx: Ctx, input: { customerId: string; reason: string; by: Person }) {
  const { customerId, reason, by } = input
  return await inTransaction(ctx, async (ctx) => {
    const [customer] = await ctx.db
      .select({ businessName: customers.businessName })
      .from(customers)
      .where(eq(customers.id, customerId))
    if (customer === undefined) throw new DomainError('not_found', 'There is no such customer')
    // two starts of one session follow each other
    await ctx.db.select({ id: sessions.id }).from(sessions).where(eq(sessions.id, by.sessionId)).for('update')
    await ctx.db
      .update(customerViews)
      .set({ endedAt: sql`now()` })
      .where(and(eq(customerViews.sessionId, by.sessionId), isNull(customerViews.endedAt)))
    const [view] = await ctx.db
      .insert(customerViews)
      .values({
        id: newId(),
        sessionId: by.sessionId,
        customerId,
        reason,
        expiresAt: sql`now() + make_interval(secs => ${viewSeconds})`,
      })
      .returning({ until: customerViews.expiresAt })
    await audit(ctx, {
      action: 'sessions.start_view',
      subject: toWireId('customer', customerId),
      customerId,
      after: { reason, minutes: viewSeconds / 60 },
    })
    await announce(ctx, ['sessions'])
    return { businessName: customer.businessName, reason, until: (view?.until ?? ctx.now).toISOString() }
  })
}

/** Whoever looked is himself again. */
export async function endView(ctx: Ctx, input: { user: Person }) {
  const { sessionId } = input.user
  return await inTransaction(ctx, async (ctx) => {
    const [ended] = await ctx.db
      .update(customerViews)
      .set({ endedAt: sql`now()` })
      .where(and(eq(customerViews.sessionId, sessionId), isNull(customerViews.endedAt)))
      .returning({ customerId: customerViews.customerId })
    if (ended === undefined) return { ended: false }
    await audit(ctx, {
      action: 'sessions.end_view',
      subject: toWireId('customer', ended.customerId),
      customerId: ended.customerId,
    })
    await announce(ctx, ['sessions'])
    return { ended: true }
  })
}
