import type { ContactDecision } from '@trunkline/core/compliance/consent'
import { customers } from '@trunkline/db/schema/customers'
import { eq } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { type Contact, mayContact } from './may-contact.ts'

/** What the gate says to a service that is about to call or text somebody in a customer's name. */
export async function checkContact(
  ctx: Ctx,
  contact: Omit<Contact, 'line'> & { customerId: string },
): Promise<ContactDecision> {
  return await asApplication(ctx, async (ctx) => {
    const [known] = await ctx.db
      .select({ id: customers.id })
      .from(customers)
      .where(eq(customers.id, contact.customerId))
    if (known === undefined) throw new DomainError('not_found', 'There is no such customer')
    return await mayContact(ctx, { ...contact, line: null })
  })
}
