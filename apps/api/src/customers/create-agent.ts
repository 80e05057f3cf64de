import type { lineProviders } from '@trunkline/core/customers/customer'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { agents, customers } from '@trunkline/db/schema/customers'
import { eq } from 'drizzle-orm'
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
}

/** Gives a customer a line. A number belongs to one agent only: the second asker is told whose it is not. */
export async function createAgent(ctx: Ctx, input: NewAgent) {
  return await inTransaction(ctx, async (ctx) => {
    const [customer] = await ctx.db
      .select({ id: customers.id })
      .from(customers)
      .where(eq(customers.id, input.customerId))
    if (customer === undefined) throw new DomainError('not_found', 'There is no such customer')
    await lockNumbers(ctx, [input.phoneNumber])
    const [agent] = await ctx.db
      .insert(agents)
      .values({
        id: newId(),
        ...input,
        agentId: input.agentId ?? null,
        nickname: input.nickname ?? null,
        providerNumberId: input.phoneNumber,
        provisionedBy: actorLabel(ctx.actor),
        createdAt: ctx.now,
        updatedAt: ctx.now,
      })
      .onConflictDoNothing({ target: agents.phoneNumber })
      .returning()
    if (agent === undefined) {
      throw new DomainError('conflict', 'This number already belongs to an agent', {
        fields: { phoneNumber: 'already belongs to an agent' },
      })
    }
    await audit(ctx, {
      action: 'agents.create',
      subject: toWireId('agent', agent.id),
      customerId: agent.customerId,
      after: { phoneNumber: agent.phoneNumber, provider: agent.provider },
    })
    await enqueue(ctx, lineAddedSpec, { agentId: agent.id })
    await announce(ctx, ['customers'])
    return toAgent(agent)
  })
}
