import { toWireId } from '@trunkline/core/platform/wire-id'
import { sessions, users } from '@trunkline/db/schema/sessions'
import { and, desc, eq, isNull, ne, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Actor, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { hashPassword, isPassword } from './password.ts'

type User = Extract<Actor, { kind: 'user' }>

const aliveOf = (userId: string) =>
  and(eq(sessions.userId, userId), isNull(sessions.revokedAt), sql`${sessions.expiresAt} > now()`)

/** The caller's own sessions, newest use first. Never more than a handful, so one page holds them all. */
export async function listSessions(ctx: Ctx, input: { user: User }) {
  const rows = await ctx.db
    .select()
    .from(sessions)
    .where(aliveOf(input.user.userId))
    .orderBy(desc(sessions.lastActiveAt))
  const items = rows.map((row) => ({
    id: toWireId('session', row.id),
    device: row.device,
    ip: row.ip,
    lastActiveAt: row.lastActiveAt.toISOString(),
    createdAt: row.createdAt.toISOString(),
    current: row.id === input.user.sessionId,
  }))
  return { items, nextCursor: null }
}

export async function revokeSession(ctx: Ctx, input: { user: User; sessionId: string }) {
  return await inTransaction(ctx, async (ctx) => {
    const ended = await ctx.db
      .update(sessions)
      .set({ revokedAt: ctx.now, revokedReason: 'revoked' })
      .where(and(aliveOf(input.user.userId), eq(sessions.id, input.sessionId)))
      .returning({ id: sessions.id })
    if (ended.length === 0) throw new DomainError('not_found', 'There is no such session')
    await audit(ctx, { action: 'sessions.revoke', subject: toWireId('session', input.sessionId) })
    return { revoked: ended.length }
  })
}

export async function revokeOtherSessions(ctx: Ctx, input: { user: User }) {
  return await inTransaction(ctx, async (ctx) => {
    const revoked = await endOthers(ctx, input.user, 'revoked')
    await audit(ctx, {
      action: 'sessions.revoke_others',
      subject: toWireId('user', input.user.userId),
      after: { revoked },
    })
    return { revoked }
  })
}

async function endOthers(ctx: Ctx, user: User, revokedReason: string): Promise<number> {
  const ended = await ctx.db
    .update(sessions)
    .set({ revokedAt: ctx.now, revokedReason })
    .where(and(aliveOf(user.userId), ne(sessions.id, user.sessionId)))
    .returning({ id: sessions.id })
  return ended.length
}

export async function logOut(ctx: Ctx, input: { user: User }) {
  await ctx.db
    .update(sessions)
    .set({ revokedAt: ctx.now, revokedReason: 'signed_out' })
    .where(and(eq(sessions.id, input.user.sessionId), isNull(sessions.revokedAt)))
  return { ended: true }
}

/** Asks for the old password and ends every other session: whoever knew the old one is out. */
export async function changePassword(ctx: Ctx, input: { user: User; currentPassword: string; newPassword: string }) {
  const { user, currentPassword, newPassword } = input
  const [stored] = await ctx.db.select({ hash: users.passwordHash }).from(users).where(eq(users.id, user.userId))
  if (!(await isPassword(currentPassword, stored?.hash))) {
    throw new DomainError('invalid', 'The current password is wrong', { fields: { currentPassword: 'is wrong' } })
  }
  const passwordHash = await hashPassword(newPassword)
  return await inTransaction(ctx, async (ctx) => {
    await ctx.db.update(users).set({ passwordHash }).where(eq(users.id, user.userId))
    const revoked = await endOthers(ctx, user, 'password_changed')
    await audit(ctx, { action: 'sessions.change_password', subject: toWireId('user', user.userId), after: { revoked } })
    return { revoked }
  })
}
