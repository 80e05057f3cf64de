import { toWireId } from '@trunkline/core/platform/wire-id'
import { meters } from '@trunkline/core/usage/meter'
import { toUsageEntry, usageEntry } from '@trunkline/core/usage/wire'
import { agents, customers } from '@trunkline/db/schema/customers'
import { usageCrossings, usageEntries, usageLimits } from '@trunkline/db/schema/usage'
import { desc, eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { customerRow, toCustomerRow } from './list.ts'
import { agentSchema, type customerFacts, toAgent, toCustomerFacts } from './wire.ts'

export const customerDetail = customerRow.extend({
  agents: z.array(agentSchema),
  period: z.object({ start: z.string(), end: z.string(), graceSeconds: z.number(), limitRevision: z.number() }),
  recentEntries: z.array(usageEntry),
  crossings: z.array(
    z.object({
      id: z.string(),
      meter: z.enum(meters),
      level: z.number(),
      at: z.string(),
      used: z.number(),
      cap: z.number(),
    }),
  ),
})

/** What a customer is, without its usage. */
export async function findCustomerFacts(
  ctx: Ctx,
  input: { customerId: string },
): Promise<z.infer<typeof customerFacts>> {
  const [found] = await ctx.db.select().from(customers).where(eq(customers.id, input.customerId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such customer')
  return toCustomerFacts(found)
}

/** One customer with its lines, its usage against its caps, and why: the latest ledger entries and the levels crossed. */
export async function findCustomer(ctx: Ctx, input: { customerId: string }): Promise<z.infer<typeof customerDetail>> {
  const { customerId } = input
  const [found] = await ctx.db
    .select({ customer: customers, limits: usageLimits })
    .from(customers)
    .innerJoin(usageLimits, eq(usageLimits.customerId, customers.id))
    .where(eq(customers.id, customerId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such customer')
  const lines = await ctx.db.select().from(agents).where(eq(agents.customerId, customerId)).orderBy(agents.id)
  const entries = await ctx.db
    .select()
    .from(usageEntries)
    .where(eq(usageEntries.customerId, customerId))
    .orderBy(desc(usageEntries.id))
    .limit(20)
  const crossings = await ctx.db
    .select()
    .from(usageCrossings)
    .where(eq(usageCrossings.customerId, customerId))
    .orderBy(desc(usageCrossings.id))
    .limit(20)
  return {
    ...toCustomerRow(
      found,
      lines.flatMap(({ phoneNumber }) => phoneNumber ?? []),
    ),
    agents: lines.map(toAgent),
    period: {
      start: found.limits.periodStart.toISOString(),
      end: found.limits.periodEnd.toISOString(),
      graceSeconds: found.limits.graceSeconds,
      limitRevision: found.limits.limitRevision,
    },
    recentEntries: entries.map(toUsageEntry),
    crossings: crossings.map((crossing) => ({
      id: toWireId('usageEntry', crossing.id),
      meter: crossing.meter,
      level: crossing.level,
      at: crossing.at.toISOString(),
      used: crossing.after,
      cap: crossing.base,
    })),
  }
}
