import type { lineProviders } from '@trunkline/core/customers/customer'
import { agents } from '@trunkline/db/schema/customers'
import { actorLabel, type Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'

/** The agent of a customer who has no line yet: configured, and deployed by the first number the customer gets. */
export async function configureAgent(
  ctx: Ctx,
  input: {
    customerId: string
    userId: string | null
    provider: (typeof lineProviders)[number]
    agentId?: string | undefined
  },
): Promise<void> {
  await ctx.db.insert(agents).values({
    id: newId(),
    ...input,
    agentId: input.agentId ?? null,
    status: 'configured',
    isActive: false,
    provisionedBy: actorLabel(ctx.actor),
    createdAt: ctx.now,
    updatedAt: ctx.now,
  })
}
