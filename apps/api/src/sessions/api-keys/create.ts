import { toWireId } from '@trunkline/core/platform/wire-id'
import { fitsOneCustomer, type Scope } from '@trunkline/core/sessions/scope'
import { apiKeys } from '@trunkline/db/schema/sessions'
import { sql } from 'drizzle-orm'
import { expectOpen } from '../../customers/expect-open.ts'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { newId } from '../../platform/id.ts'
import { announce } from '../../platform/live.ts'
import { newKey } from './key.ts'
import { findKey } from './list.ts'

export type NewKey = { name: string; scopes: readonly Scope[]; customerId?: string | undefined; days: number }

/** Makes a key. The answer is the only place where it ever stands whole. */
export async function createKey(ctx: Ctx, input: NewKey & { by: Person }) {
  const { name, customerId, days, by } = input
  const scopes = [...new Set(input.scopes)]
  return await inTransaction(ctx, async (ctx) => {
    if (customerId !== undefined) await expectFits(ctx, { customerId, scopes })
    const { key, prefix, keyHash } = newKey()
    const id = newId()
    await ctx.db.insert(apiKeys).values({
      id,
      name,
      prefix,
      keyHash,
      scopes,
      customerId: customerId ?? null,
      createdBy: by.userId,
      expiresAt: sql`now() + make_interval(days => ${days})`,
    })
    await audit(ctx, {
      action: 'sessions.create_key',
      subject: toWireId('apiKey', id),
      customerId: customerId ?? null,
      after: { name, scopes: scopes.join(' '), days },
    })
    await announce(ctx, ['sessions'])
    return { key, ...(await findKey(ctx, id)) }
  })
}

async function expectFits(ctx: Ctx, { customerId, scopes }: { customerId: string; scopes: Scope[] }): Promise<void> {
  const tooWide = scopes.filter((scope) => !fitsOneCustomer(scope))
  if (tooWide.length > 0)
    throw new DomainError('invalid', `${tooWide.join(' and ')} cannot be given to a key of one customer`, {
      fields: { scopes: 'reach across customers' },
    })
  await expectOpen(ctx, customerId)
}
