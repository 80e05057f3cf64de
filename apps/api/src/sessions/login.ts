import { toWireId } from '@trunkline/core/platform/wire-id'
import { deviceOf, sessionRule } from '@trunkline/core/sessions/session'
import { sessions, users } from '@trunkline/db/schema/sessions'
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { isPassword } from './password.ts'
import { hashToken, newToken } from './token.ts'

/** Checks the password and opens a session. The same answer, after the same time, for a wrong password and an unknown user. */
export async function logIn(ctx: Ctx, input: { email: string; password: string; userAgent: string }) {
  const [user] = await ctx.db.select().from(users).where(eq(users.email, input.email))
  const isRight = await isPassword(input.password, user?.passwordHash)
  if (user === undefined || !isRight || !user.isActive) {
    await audit(ctx, {
      action: 'sessions.login_refused',
      subject: user === undefined ? 'user:unknown' : toWireId('user', user.id),
    })
    throw new DomainError('unauthenticated', 'E-mail or password is wrong')
  }
  const token = newToken()
  await inTransaction(ctx, async (ctx) => {
    await makeRoom(ctx, user.id)
    await ctx.db.insert(sessions).values({
      id: newId(),
      userId: user.id,
      tokenHash: hashToken(token),
      device: deviceOf(input.userAgent),
      ip: ctx.address ?? 'unknown',
      userAgent: input.userAgent.slice(0, 500),
      lastActiveAt: sql`now()`,
      expiresAt: sql`now() + make_interval(secs => ${sessionRule.absoluteSeconds})`,
    })
    await ctx.db.update(users).set({ lastSignInAt: ctx.now }).where(eq(users.id, user.id))
    await audit(
      { ...ctx, actor: { kind: 'system', name: `login:${toWireId('user', user.id)}` } },
      { action: 'sessions.login', subject: toWireId('user', user.id), customerId: user.customerId },
    )
  })
  return { token, user: shownUser(user) }
}

/** The oldest sessions leave, so that with the new one there are at most five. */
async function makeRoom(ctx: Ctx, userId: string): Promise<void> {
  // two log-ins at once must not both see four
  await ctx.db.select({ id: users.id }).from(users).where(eq(users.id, userId)).for('update')
  const alive = await ctx.db
    .select({ id: sessions.id })
    .from(sessions)
    .where(and(eq(sessions.userId, userId), isNull(sessions.revokedAt), sql`${sessions.expiresAt} > now()`))
    .orderBy(asc(sessions.createdAt), asc(sessions.id))
  const leaving = alive.slice(0, Math.max(0, alive.length - sessionRule.atMost + 1)).map(({ id }) => id)
  if (leaving.length === 0) return
  await ctx.db
    .update(sessions)
    .set({ revokedAt: ctx.now, revokedReason: 'session_limit' })
    .where(inArray(sessions.id, leaving))
}

export function shownUser(user: {
  id: string
  email: string
  name: string | null
  role: typeof users.$inferSelect.role
  customerId: string | null
}) {
  return {
    id: toWireId('user', user.id),
    email: user.email,
    name: user.name,
    role: user.role,
    customerId: user.customerId === null ? null : toWireId('customer', user.customerId),
  }
}
