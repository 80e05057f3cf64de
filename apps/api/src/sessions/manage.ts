import { toWireId } from '@trunkline/core/platform/wire-id'
import { invitations, loginTickets, passwordResets, sessions } from '@trunkline/db/schema/sessions'
import { passkeyChallenges } from '@trunkline/db/schema/sessions-passkeys'
import { and, desc, eq, isNull, ne } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { announce } from '../platform/live.ts'
import { isAlive } from './actor.ts'

/** The caller's own sessions, newest use first. Never more than a handful, so one page holds them all. */
export async function listSessions(ctx: Ctx, input: { user: Person }) {
  const rows = await ctx.db
    .select()
    .from(sessions)
    .where(and(eq(sessions.userId, input.user.userId), isAlive))
    .orderBy(desc(sessions.lastActiveAt), desc(sessions.id))
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

export async function revokeSession(ctx: Ctx, input: { user: Person; sessionId: string }) {
  return await inTransaction(ctx, async (ctx) => {
    const ended = await ctx.db
      .update(sessions)
      .set({ revokedAt: ctx.now, revokedReason: 'revoked' })
      .where(and(eq(sessions.userId, input.user.userId), isAlive, eq(sessions.id, input.sessionId)))
      .returning({ id: sessions.id })
    if (ended.length === 0) throw new DomainError('not_found', 'There is no such session')
    await audit(ctx, { action: 'sessions.revoke', subject: toWireId('session', input.sessionId) })
    await announce(ctx, ['sessions'])
    return { revoked: ended.length }
  })
}

export async function revokeOtherSessions(ctx: Ctx, input: { user: Person }) {
  const { userId, sessionId } = input.user
  return await inTransaction(ctx, async (ctx) => {
    const revoked = await endSessions(ctx, { userId, except: sessionId, reason: 'revoked' })
    await audit(ctx, { action: 'sessions.revoke_others', subject: toWireId('user', userId), after: { revoked } })
    return { revoked }
  })
}

/** Ends every session of a user, or every other one; answers how many. Their live streams end with them. */
export async function endSessions(
  ctx: Ctx,
  input: { userId: string; except?: string; reason: string },
): Promise<number> {
  const ended = await ctx.db
    .update(sessions)
    .set({ revokedAt: ctx.now, revokedReason: input.reason })
    .where(
      and(
        eq(sessions.userId, input.userId),
        isAlive,
        input.except === undefined ? undefined : ne(sessions.id, input.except),
      ),
    )
    .returning({ id: sessions.id })
  await announce(ctx, ['sessions'])
  return ended.length
}

/** Takes back what was handed out before the password was changed: tickets, challenges, reset links, an invitation. */
export async function takeBackTokens(ctx: Ctx, userId: string): Promise<void> {
  await ctx.db.delete(loginTickets).where(eq(loginTickets.userId, userId))
  await ctx.db.delete(passkeyChallenges).where(eq(passkeyChallenges.userId, userId))
  await ctx.db
    .update(passwordResets)
    .set({ usedAt: ctx.now })
    .where(and(eq(passwordResets.userId, userId), isNull(passwordResets.usedAt)))
  await ctx.db
    .update(invitations)
    .set({ acceptedAt: ctx.now })
    .where(and(eq(invitations.userId, userId), isNull(invitations.acceptedAt)))
}

export async function logOut(ctx: Ctx, input: { user: Person }) {
  return await inTransaction(ctx, async (ctx) => {
    await ctx.db
      .update(sessions)
      .set({ revokedAt: ctx.now, revokedReason: 'signed_out' })
      .where(and(eq(sessions.id, input.user.sessionId), isNull(sessions.revokedAt)))
    await audit(ctx, { action: 'sessions.logout', subject: toWireId('session', input.user.sessionId) })
    await announce(ctx, ['sessions'])
    return { ended: true }
  })
}
