import { toWireId } from '@trunkline/core/platform/wire-id'
import { deviceOf, sessionRule } from '@trunkline/core/sessions/session'
import { sessions, users } from '@trunkline/db/schema/sessions'
import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import type { Ctx, Person } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import type { Env } from '../platform/env.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import { hashToken, newToken } from './token.ts'

export type Account = typeof users.$inferSelect
/** A passkey is the first factor as well. */
export type SecondFactorShown = 'none' | 'totp' | 'recovery' | 'passkey'

/** The user as he is now, and as he stays until the caller's transaction ends. */
export async function lockUser(ctx: Ctx, userId: string): Promise<Account | undefined> {
  const [user] = await ctx.db.select().from(users).where(eq(users.id, userId)).for('update')
  return user
}

/** Whether this person may do nothing before a second factor stands. */
export const owesSecondFactor = (env: Env, person: { role: Person['role']; hasSecondFactor: boolean }): boolean =>
  env.ADMIN_SECOND_FACTOR === 'required' && person.role === 'admin' && !person.hasSecondFactor

/** The context of somebody who is about to be signed in: what he does is written down under his name. */
export const asHimself = (ctx: Ctx, doing: string, userId: string): Ctx => ({
  ...ctx,
  actor: { kind: 'system', name: `${doing}:${toWireId('user', userId)}` },
})

/** Opens a session. The caller holds the user's lock, so that what he checked is still true. */
export async function openSession(
  ctx: Ctx,
  input: { user: Account; userAgent: string; secondFactor: SecondFactorShown },
): Promise<{ token: string }> {
  const { user, userAgent, secondFactor } = input
  const token = newToken('session')
  await makeRoom(ctx, user.id)
  await ctx.db.insert(sessions).values({
    id: newId(),
    userId: user.id,
    tokenHash: hashToken(token),
    device: deviceOf(userAgent),
    provedBy: secondFactor === 'passkey' ? 'passkey' : 'password',
    ip: ctx.address ?? 'unknown',
    userAgent: userAgent.slice(0, 500),
    lastActiveAt: sql`now()`,
    expiresAt: sql`now() + make_interval(secs => ${sessionRule.absoluteSeconds})`,
  })
  await ctx.db.update(users).set({ lastSignInAt: ctx.now }).where(eq(users.id, user.id))
  await audit(asHimself(ctx, 'login', user.id), {
    action: 'sessions.login',
    subject: toWireId('user', user.id),
    customerId: user.customerId,
    after: { secondFactor },
  })
  await announce(ctx, ['sessions'])
  return { token }
}

/** The oldest sessions leave, so that with the new one there are at most five. */
async function makeRoom(ctx: Ctx, userId: string): Promise<void> {
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

/** Gives a session another token: whoever held the old one holds nothing. */
export async function rotateToken(ctx: Ctx, sessionId: string): Promise<{ token: string }> {
  const token = newToken('session')
  const rotated = await ctx.db
    .update(sessions)
    .set({ tokenHash: hashToken(token) })
    .where(and(eq(sessions.id, sessionId), isNull(sessions.revokedAt)))
    .returning({ id: sessions.id })
  if (rotated.length === 0) throw new DomainError('unauthenticated', 'Your session has ended')
  return { token }
}

export function shownUser(user: Omit<Person, 'sessionId'> & { needsSecondFactor: boolean }) {
  return {
    id: toWireId('user', user.userId),
    email: user.email,
    name: user.name,
    role: user.role,
    customerId: user.customerId === null ? null : toWireId('customer', user.customerId),
    needsSecondFactor: user.needsSecondFactor,
  }
}
