import type { lineProviders } from '@trunkline/core/customers/customer'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { configureAgent } from '../customers/configure-agent.ts'
import { createAgent } from '../customers/create-agent.ts'
import { type CustomerFacts, insertCustomer } from '../customers/insert.ts'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { announce } from '../platform/live.ts'
import { insertOwner } from '../sessions/insert-owner.ts'
import { inviteUser } from '../sessions/invite.ts'
import type { Account } from '../sessions/open-session.ts'
import { noPassword } from '../sessions/password.ts'
import { openAccount } from '../usage/open-account.ts'

/** A person who signs in for the customer, with the password that he chose. */
type Owner = { email: string; name: string; passwordHash: string }

export type NewCustomer = Omit<CustomerFacts, 'contactPhone'> & {
  phoneNumber?: string | undefined
  provider?: (typeof lineProviders)[number] | undefined
  agentId?: string | undefined
}

/**
 * A customer with its owner, its agent, its tier and first period: all of it or nothing. Where the owner is known by his
 * address alone, he is invited to choose a password. Without a number the agent waits for one. Answers the customer's id.
 */
export async function createCustomer(ctx: Ctx, input: NewCustomer): Promise<string> {
  return await inTransaction(ctx, async (ctx) => {
    const { customerId, owner } = await openCustomer(ctx, input)
    if (owner !== undefined) await inviteUser(ctx, { userId: owner.id })
    return customerId
  })
}

/** The one way in which a customer comes to be, on the caller's transaction. */
export async function openCustomer(
  ctx: Ctx,
  input: NewCustomer & { contactPhone?: string | undefined; owner?: Owner },
): Promise<{ customerId: string; owner: Account | undefined }> {
  const { phoneNumber, provider = 'retell', agentId, owner: person, ...facts } = input
  const ownerEmail = person?.email ?? facts.ownerEmail
  const customerId = await insertCustomer(ctx, { ...facts, ownerEmail })
  const known = person ?? (ownerEmail && { email: ownerEmail, name: null, passwordHash: noPassword() })
  const owner = known
    ? await insertOwner(ctx, { customerId, ...known }, { field: person ? 'email' : 'ownerEmail' })
    : undefined
  await openAccount(ctx, { customerId, tier: input.tier, timezone: input.timezone })
  if (phoneNumber === undefined) await configureAgent(ctx, { customerId, userId: owner?.id ?? null, provider, agentId })
  else await createAgent(ctx, { customerId, phoneNumber, provider, agentId, userId: owner?.id })
  await audit(ctx, {
    action: 'customers.create',
    subject: toWireId('customer', customerId),
    customerId,
    after: { businessName: input.businessName, tier: input.tier, hasOwner: owner !== undefined },
  })
  await announce(ctx, ['customers'])
  return { customerId, owner }
}
