import { toWireId } from '@trunkline/core/platform/wire-id'
import { agents, customers } from '@trunkline/db/schema/customers'
import { users } from '@trunkline/db/schema/sessions'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import { lockNumbers } from '../customers/lock-numbers.ts'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { countHeld, eraseAtOnce, eraseByWalking, fates, type Holding, hashOfPlan } from '../platform/privacy/holding.ts'

export const shredCustomerSpec = jobSpec({
  name: 'onboarding.shredCustomer',
  input: z.object({ customerId: z.uuid() }),
  attempts: 8,
})

const heldRows = z.array(
  z.object({ table: z.string(), rows: z.number(), fate: z.enum(fates), why: z.string().nullable() }),
)
export const deletionPlan = z.object({
  hash: z.string(),
  businessName: z.string(),
  numbers: z.array(z.string()),
  owners: z.number(),
  rows: heldRows,
})

/** What would become of everything that is held about a customer. Changes nothing. */
export async function planDeletion(
  ctx: Ctx,
  holdings: readonly Holding[],
  input: { customerId: string },
): Promise<z.infer<typeof deletionPlan>> {
  const standing = await standingOf(ctx, input.customerId)
  const rows = await countHeld(ctx, holdings, input)
  const { businessName, numbers, owners } = standing
  return { hash: hashOfPlan(standing), businessName, numbers, owners: owners.length, rows }
}

/**
 * A customer leaves: its numbers are free, its people and keys are out at once, what is personal is shredded. The row stays,
 * closed and without a name, so that every figure still has an owner. What is large is shredded by a job, and again when
 * whatever was under way has arrived.
 */
export async function deleteCustomer(
  ctx: Ctx,
  holdings: readonly Holding[],
  input: { customerId: string; hash: string; businessName: string },
): Promise<void> {
  const { customerId } = input
  await inTransaction(ctx, async (ctx) => {
    const standing = await standingOf(ctx, customerId, { isFinal: true })
    if (hashOfPlan(standing) !== input.hash)
      throw new DomainError('conflict', 'Something has changed since the plan was made. Look at it again')
    if (standing.businessName !== input.businessName) {
      const text = 'is not the name of this customer'
      throw new DomainError('invalid', `The name ${text}`, { fields: { businessName: text } })
    }
    await lockNumbers(ctx, standing.numbers)
    await eraseAtOnce(ctx, holdings, { customerId })
    for (const afterSeconds of [0, 3600, 86_400])
      await enqueue(ctx, shredCustomerSpec, { customerId }, { afterSeconds })
    await audit(ctx, {
      action: 'customers.delete',
      subject: toWireId('customer', customerId),
      customerId,
      after: { numbers: standing.numbers.length, owners: standing.owners.length },
    })
    await announce(ctx, ['customers', 'sessions', 'alerts', 'unknown_phones'])
  })
}

/** Shreds what no index leads to. Each piece commits by itself; a repetition goes on where it stopped. */
export async function shredCustomer(ctx: Ctx, holdings: readonly Holding[], input: { customerId: string }) {
  const shredded = await eraseByWalking(ctx, holdings, input)
  if (shredded === 0) return
  ctx.log.info({ shredded }, 'what a deleted customer left was shredded')
  await announce(ctx, ['webhooks', 'calls', 'messages'])
}

/**
 * What a person must have seen who deletes this customer: its name, its numbers, its people. Its traffic goes on meanwhile
 * and does not count. When it is final, nobody changes these until the transaction ends.
 */
async function standingOf(ctx: Ctx, customerId: string, { isFinal = false } = {}) {
  const named = ctx.db.select().from(customers).where(eq(customers.id, customerId))
  const [customer] = await (isFinal ? named.for('update') : named)
  if (customer === undefined) throw new DomainError('not_found', 'There is no such customer')
  if (customer.status === 'closed') throw new DomainError('conflict', 'This customer is deleted')
  const lines = await ctx.db
    .select({ phoneNumber: agents.phoneNumber })
    .from(agents)
    .where(eq(agents.customerId, customerId))
    .orderBy(agents.id)
  const owners = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(eq(users.customerId, customerId))
    .orderBy(users.id)
  return {
    customerId,
    businessName: customer.businessName,
    numbers: lines.flatMap(({ phoneNumber }) => phoneNumber ?? []),
    owners: owners.map(({ id }) => id),
  }
}
