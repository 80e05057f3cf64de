import type { lineProviders } from '@trunkline/core/customers/customer'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { agents, customers } from '@trunkline/db/schema/customers'
import { and, eq, inArray, isNull, ne } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { lockNumbers } from './lock-numbers.ts'
import { toAgent } from './wire.ts'

/** Carried out by «numbers»: what waited for this number while nobody owned it is released. */
export const lineAddedSpec = jobSpec({
  name: 'numbers.lineAdded',
  input: z.object({ agentId: z.uuid() }),
  attempts: 8,
})

export type NewAgent = {
  customerId: string
  phoneNumber: string
  provider: (typeof lineProviders)[number]
  agentId?: string | undefined
  nickname?: string | undefined
  /** The owner whose agent it is. */
  userId?: string | undefined
}

/** Gives a customer a line. A number belongs to one agent only: the second asker is told that it is taken. */
export async function createAgent(ctx: Ctx, input: NewAgent) {
  return await inTransaction(ctx, async (ctx) => {
    const [customer] = await ctx.db
      .select({ id: customers.id })
      .from(customers)
      .where(and(eq(customers.id, input.customerId), ne(customers.status, 'closed')))
      .for('key share')
    if (customer === undefined) throw new DomainError('not_found', 'There is no such customer')
    await lockNumbers(ctx, [input.phoneNumber])
    const agent = (await deployConfigured(ctx, input)) ?? (await insertAgent(ctx, input))
    if (agent === undefined) {
      throw new DomainError('conflict', 'This number already belongs to an agent', {
        fields: { phoneNumber: 'already belongs to an agent' },
      })
    }
    await audit(ctx, {
      action: 'agents.create',
      subject: toWireId('agent', agent.id),
      customerId: agent.customerId,
      after: { phoneNumber: input.phoneNumber, provider: agent.provider },
    })
    await enqueue(ctx, lineAddedSpec, { agentId: agent.id })
    await announce(ctx, ['customers'])
    return toAgent(agent)
  })
}

/** The agent that waits for its first number gets it. Nobody else gives this number away meanwhile: it is locked. */
async function deployConfigured(ctx: Ctx, input: NewAgent): Promise<typeof agents.$inferSelect | undefined> {
  const [taken] = await ctx.db.select({ id: agents.id }).from(agents).where(eq(agents.phoneNumber, input.phoneNumber))
  if (taken !== undefined) return undefined
  const waiting = ctx.db
    .select({ id: agents.id })
    .from(agents)
    .where(and(eq(agents.customerId, input.customerId), eq(agents.status, 'configured'), isNull(agents.phoneNumber)))
    .orderBy(agents.id)
    .limit(1)
    .for('update')
  const [deployed] = await ctx.db
    .update(agents)
    .set({
      phoneNumber: input.phoneNumber,
      providerNumberId: input.phoneNumber,
      provider: input.provider,
      status: 'deployed',
      isActive: true,
      ...(input.agentId === undefined ? {} : { agentId: input.agentId }),
      ...(input.nickname === undefined ? {} : { nickname: input.nickname }),
      provisionedBy: actorLabel(ctx.actor),
      updatedAt: ctx.now,
    })
    .where(and(inArray(agents.id, waiting), isNull(agents.phoneNumber)))
    .returning()
  return deployed
}

async function insertAgent(ctx: Ctx, input: NewAgent): Promise<typeof agents.$inferSelect | undefined> {
  const [agent] = await ctx.db
    .insert(agents)
    .values({
      id: newId(),
      ...input,
      agentId: input.agentId ?? null,
      nickname: input.nickname ?? null,
      userId: input.userId ?? null,
      providerNumberId: input.phoneNumber,
      provisionedBy: actorLabel(ctx.actor),
      createdAt: ctx.now,
      updatedAt: ctx.now,
    })
    .onConflictDoNothing({ target: agents.phoneNumber })
    .returning()
  return agent
}
