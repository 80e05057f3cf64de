import type { BusinessType } from '@trunkline/core/customers/customer'
import type { TierKey } from '@trunkline/core/usage/tier'
import { customers } from '@trunkline/db/schema/customers'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'

export type CustomerFacts = {
  businessName: string
  tier: TierKey
  timezone: string
  country: string
  businessType?: BusinessType | undefined
  ownerEmail?: string | undefined
  contactPhone?: string | undefined
}

/** Writes a customer down. The table itself refuses a contact number that another one has. */
export async function insertCustomer(ctx: Ctx, facts: CustomerFacts): Promise<string> {
  const { ownerEmail, contactPhone, ...rest } = facts
  const [inserted] = await ctx.db
    .insert(customers)
    .values({
      id: newId(),
      ...rest,
      ownerEmail: ownerEmail ?? null,
      contactPhone: contactPhone ?? null,
      createdAt: ctx.now,
      updatedAt: ctx.now,
    })
    .onConflictDoNothing({ target: customers.contactPhone })
    .returning({ id: customers.id })
  if (inserted !== undefined) return inserted.id
  throw new DomainError('conflict', 'This phone number belongs to another customer', {
    fields: { phone: 'belongs to another customer' },
  })
}
