import { toWireId } from '@trunkline/core/platform/wire-id'
import { customers } from '@trunkline/db/schema/customers'
import { eq } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { announce } from '../platform/live.ts'

type Change = {
  businessName?: string | undefined
  timezone?: string | undefined
  country?: string | undefined
  ownerEmail?: string | null | undefined
}

/** Changes what a customer is called and where it is. What is not given stays. */
export async function updateCustomer(ctx: Ctx, input: { customerId: string; change: Change }): Promise<void> {
  const change = Object.fromEntries(Object.entries(input.change).filter(([, value]) => value !== undefined))
  if (Object.keys(change).length === 0) throw new DomainError('invalid', 'Nothing to change was given')
  await inTransaction(ctx, async (ctx) => {
    const [before] = await ctx.db.select().from(customers).where(eq(customers.id, input.customerId)).for('update')
    if (before === undefined || before.status === 'closed')
      throw new DomainError('not_found', 'There is no such customer')
    await ctx.db
      .update(customers)
      .set({ ...change, updatedAt: ctx.now })
      .where(eq(customers.id, input.customerId))
    const known = Object.fromEntries(Object.keys(change).map((name) => [name, before[name as keyof Change] ?? null]))
    await audit(ctx, {
      action: 'customers.update',
      subject: toWireId('customer', before.id),
      customerId: before.id,
      before: known,
      after: change,
    })
    await announce(ctx, ['customers'])
  })
}
