import { customers } from '@trunkline/db/schema/customers'
import { eq } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'

/** Refuses what is given to a customer who is not there or has left. Until the transaction ends nobody deletes it. */
export async function expectOpen(ctx: Ctx, customerId: string): Promise<void> {
  const [customer] = await ctx.db
    .select({ status: customers.status })
    .from(customers)
    .where(eq(customers.id, customerId))
    .for('share')
  if (customer === undefined)
    throw new DomainError('not_found', 'There is no such customer', { fields: { customerId: 'is of no customer' } })
  if (customer.status === 'closed')
    throw new DomainError('conflict', 'This customer is deleted', { fields: { customerId: 'is deleted' } })
}
