import { passkeys } from '@trunkline/db/schema/sessions-passkeys'
import { asc, eq } from 'drizzle-orm'
import type { Ctx, Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { toPasskeyRow } from './wire.ts'

/** The caller's own passkeys, oldest first. Never more than a handful, so one page holds them all. */
export async function listPasskeys(ctx: Ctx, input: { user: Person }) {
  const rows = await passkeysOf(ctx, input.user.userId)
  return { items: rows.map(toPasskeyRow), nextCursor: null }
}

export const passkeysOf = async (ctx: Ctx, userId: string) =>
  await ctx.db.select().from(passkeys).where(eq(passkeys.userId, userId)).orderBy(asc(passkeys.createdAt), passkeys.id)

/**
 * Refuses who has shown a password alone and owes more than that, where his account has a passkey: a second factor made
 * anew by the password would be none.
 */
export async function expectMayEnrol(ctx: Ctx, user: Person): Promise<void> {
  if (ctx.actor.kind !== 'enrolling' || (await passkeysOf(ctx, user.userId)).length === 0) return
  throw new DomainError('forbidden', 'This account has a passkey. Sign out, and sign in with it')
}
