import type { lineProviders } from '@trunkline/core/customers/customer'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { TierKey } from '@trunkline/core/usage/tier'
import { createAgent } from '../customers/create-agent.ts'
import { insertCustomer } from '../customers/insert.ts'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { announce } from '../platform/live.ts'
import { openAccount } from '../usage/open-account.ts'

export type NewCustomer = {
  businessName: string
  tier: TierKey
  timezone: string
  country: string
  ownerEmail?: string | undefined
  phoneNumber?: string | undefined
  provider?: (typeof lineProviders)[number] | undefined
  agentId?: string | undefined
}

/** A customer, its first period and, where a number is given, its line: all of it or nothing. Answers its id. */
export async function createCustomer(ctx: Ctx, input: NewCustomer): Promise<string> {
  return await inTransaction(ctx, async (ctx) => {
    const { phoneNumber, provider, agentId, ...facts } = input
    const customerId = await insertCustomer(ctx, facts)
    await openAccount(ctx, { customerId, tier: input.tier, timezone: input.timezone })
    if (phoneNumber !== undefined)
      await createAgent(ctx, { customerId, phoneNumber, provider: provider ?? 'retell', agentId })
    await audit(ctx, {
      action: 'customers.create',
      subject: toWireId('customer', customerId),
      customerId,
      after: { businessName: input.businessName, tier: input.tier },
    })
    await announce(ctx, ['customers'])
    return customerId
  })
}
