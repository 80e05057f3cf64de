import { users } from '@trunkline/db/schema/sessions'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import type { Account } from './open-session.ts'

export type NewOwner = { customerId: string; email: string; name: string | null; passwordHash: string }

/** A person of one customer. The table itself refuses an address that somebody has; `field` is what the asker called it. */
export async function insertOwner(ctx: Ctx, owner: NewOwner, { field }: { field: string }): Promise<Account> {
  const [account] = await ctx.db
    .insert(users)
    .values({ id: newId(), role: 'owner', ...owner, createdAt: ctx.now })
    .onConflictDoNothing({ target: users.email })
    .returning()
  if (account !== undefined) return account
  throw new DomainError('conflict', 'This e-mail address already has an account', {
    fields: { [field]: 'already has an account' },
  })
}
