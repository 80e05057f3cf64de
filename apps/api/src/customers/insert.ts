import type { TierKey } from '@trunkline/core/usage/tier'
import { customers } from '@trunkline/db/schema/customers'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'

type Facts = { businessName: string; tier: TierKey; timezone: string; country: string; ownerEmail?: string | undefined }

export async function insertCustomer(ctx: Ctx, facts: Facts): Promise<string> {
  const id = newId()
  await ctx.db
    .insert(customers)
    .values({ id, ...facts, ownerEmail: facts.ownerEmail ?? null, createdAt: ctx.now, updatedAt: ctx.now })
  return id
}
