import { toWireId } from '@trunkline/core/platform/wire-id'
import { invitations, users } from '@trunkline/db/schema/sessions'
import { and, eq, isNull } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'

export const ownerStates = ['active', 'invited', 'closed'] as const
export const ownerRow = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  state: z.enum(ownerStates),
  createdAt: z.string(),
  lastSignInAt: z.string().nullable(),
})

/** Who signs in for a customer, the first one first. Never more than a handful, so one page holds them all. */
export async function listOwners(ctx: Ctx, input: { customerId: string }) {
  const rows = await ctx.db
    .select({ user: users, invited: invitations.id })
    .from(users)
    .leftJoin(invitations, and(eq(invitations.userId, users.id), isNull(invitations.acceptedAt)))
    .where(eq(users.customerId, input.customerId))
    .orderBy(users.createdAt, users.id)
  const items = rows.map(
    ({ user, invited }): z.infer<typeof ownerRow> => ({
      id: toWireId('user', user.id),
      email: user.email,
      name: user.name,
      state: !user.isActive ? 'closed' : invited === null ? 'active' : 'invited',
      createdAt: user.createdAt.toISOString(),
      lastSignInAt: user.lastSignInAt?.toISOString() ?? null,
    }),
  )
  return { items, nextCursor: null }
}
