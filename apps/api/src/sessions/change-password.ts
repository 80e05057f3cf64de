import { toWireId } from '@trunkline/core/platform/wire-id'
import type { Counter } from '@trunkline/core/sessions/attempts'
import { users } from '@trunkline/db/schema/sessions'
import { eq } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { step } from '../platform/step.ts'
import { endSessions, takeBackTokens } from './manage.ts'
import { lockUser, rotateToken } from './open-session.ts'
import { hashPassword, isPassword } from './password.ts'
import { giveBack, takeAttempts } from './take-attempt.ts'
import { tellHolder } from './tell-holder.ts'

/** Asks for the old password and ends every other session: whoever knew the old one is out. */
export async function changePassword(ctx: Ctx, input: { user: Person; currentPassword: string; newPassword: string }) {
  const { user, currentPassword, newPassword } = input
  const { hash } = await provePassword(ctx, { user, password: currentPassword, field: 'currentPassword' })
  const passwordHash = await hashPassword(newPassword)
  return await inTransaction(ctx, async (ctx) => {
    const account = await lockUser(ctx, user.userId)
    if (account?.passwordHash !== hash) throw isWrong('currentPassword')
    await ctx.db.update(users).set({ passwordHash }).where(eq(users.id, user.userId))
    const revoked = await endSessions(ctx, {
      userId: user.userId,
      except: user.sessionId,
      reason: 'password_changed',
    })
    await takeBackTokens(ctx, user.userId)
    const { token } = await rotateToken(ctx, user.sessionId)
    await tellHolder(ctx, { userId: user.userId, change: 'password_changed' })
    await audit(ctx, { action: 'sessions.change_password', subject: toWireId('user', user.userId), after: { revoked } })
    step('sessions.password_written')
    return { revoked, token }
  })
}

/** Has somebody who is signed in prove that he knows his password; a stolen session may not guess for long. */
export async function provePassword(
  ctx: Ctx,
  input: { user: Person; password: string; field: string },
): Promise<{ hash: string }> {
  const counters: Counter[] = [{ scope: 'password', subject: input.user.sessionId }]
  await takeAttempts(ctx, counters)
  const [stored] = await ctx.db.select({ hash: users.passwordHash }).from(users).where(eq(users.id, input.user.userId))
  if (stored === undefined || !(await isPassword(input.password, stored.hash))) throw isWrong(input.field)
  await giveBack(ctx, counters)
  return stored
}

const isWrong = (field: string) =>
  new DomainError('invalid', 'The current password is wrong', { fields: { [field]: 'is wrong' } })
