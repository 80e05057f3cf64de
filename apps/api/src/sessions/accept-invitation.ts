import { toWireId } from '@trunkline/core/platform/wire-id'
import { type Counter, networkOf } from '@trunkline/core/sessions/attempts'
import { invitations, users } from '@trunkline/db/schema/sessions'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { takeBackTokens } from './manage.ts'
import { asHimself, lockUser } from './open-session.ts'
import { hashPassword } from './password.ts'
import { giveBack, takeAttempts } from './take-attempt.ts'
import { hashToken } from './token.ts'

const isOver = () =>
  new DomainError('invalid', 'This link was used or is too old. Ask for another invitation', {
    fields: { token: 'is not good' },
  })

/** Sets the first password by the link that was mailed. It works once and opens no session. */
export async function acceptInvitation(ctx: Ctx, input: { token: string; newPassword: string }) {
  const counters: Counter[] = [{ scope: 'reset_address', subject: networkOf(ctx.address ?? 'unknown') }]
  await takeAttempts(ctx, counters)
  const isGood = and(
    eq(invitations.tokenHash, hashToken(input.token)),
    isNull(invitations.acceptedAt),
    gt(invitations.expiresAt, sql`now()`),
  )
  // the dear part comes after the cheap one
  const [found] = await ctx.db.select({ userId: invitations.userId }).from(invitations).where(isGood)
  if (found === undefined) throw isOver()
  const { userId } = found
  const passwordHash = await hashPassword(input.newPassword)
  await inTransaction(ctx, async (ctx) => {
    const user = await lockUser(ctx, userId)
    const used = await ctx.db
      .update(invitations)
      .set({ acceptedAt: ctx.now })
      .where(isGood)
      .returning({ id: invitations.id })
    if (!user?.isActive || used.length === 0) throw isOver()
    await ctx.db.update(users).set({ passwordHash }).where(eq(users.id, userId))
    await takeBackTokens(ctx, userId)
    await audit(asHimself(ctx, 'invitation', userId), {
      action: 'sessions.accept_invitation',
      subject: toWireId('user', userId),
      customerId: user.customerId,
    })
  })
  await giveBack(ctx, counters)
  return { accepted: true as const }
}
