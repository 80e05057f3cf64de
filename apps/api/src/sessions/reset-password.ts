import { toWireId } from '@trunkline/core/platform/wire-id'
import { type Counter, networkOf } from '@trunkline/core/sessions/attempts'
import { passwordResets, users } from '@trunkline/db/schema/sessions'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { endSessions, takeBackTokens } from './manage.ts'
import { asHimself, lockUser } from './open-session.ts'
import { hashPassword } from './password.ts'
import { rememberNetwork } from './place.ts'
import { giveBack, takeAttempts } from './take-attempt.ts'
import { tellHolder } from './tell-holder.ts'
import { hashToken } from './token.ts'

const isOver = () =>
  new DomainError('invalid', 'This link was used or is too old. Ask for another', { fields: { token: 'is not good' } })

/**
 * Sets a new password by the link that was mailed. It works once, ends every session and opens none: a second factor is
 * still asked for. The network it came from is known from then on, so that a locked-out owner gets in by his mailbox.
 */
export async function resetPassword(ctx: Ctx, input: { token: string; newPassword: string }) {
  const counters: Counter[] = [{ scope: 'reset_address', subject: networkOf(ctx.address ?? 'unknown') }]
  await takeAttempts(ctx, counters)
  const isGood = and(
    eq(passwordResets.tokenHash, hashToken(input.token)),
    isNull(passwordResets.usedAt),
    gt(passwordResets.expiresAt, sql`now()`),
  )
  // the dear part comes after the cheap one
  const [found] = await ctx.db.select({ userId: passwordResets.userId }).from(passwordResets).where(isGood)
  const userId = found?.userId
  if (userId == null) throw isOver()
  const passwordHash = await hashPassword(input.newPassword)
  const result = await inTransaction(ctx, async (ctx) => {
    const user = await lockUser(ctx, userId)
    const used = await ctx.db
      .update(passwordResets)
      .set({ usedAt: ctx.now })
      .where(isGood)
      .returning({ id: passwordResets.id })
    if (!user?.isActive || used.length === 0) throw isOver()
    await ctx.db.update(users).set({ passwordHash }).where(eq(users.id, userId))
    const revoked = await endSessions(ctx, { userId, reason: 'password_reset' })
    await takeBackTokens(ctx, userId)
    await rememberNetwork(ctx, { userId })
    await tellHolder(ctx, { userId, change: 'password_reset' })
    await audit(asHimself(ctx, 'reset', userId), {
      action: 'sessions.reset_password',
      subject: toWireId('user', userId),
      customerId: user.customerId,
      after: { revoked },
    })
    return { revoked }
  })
  await giveBack(ctx, counters)
  return result
}
