import { sessionRule } from '@trunkline/core/sessions/session'
import { sessions, users } from '@trunkline/db/schema/sessions'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Actor, Ctx } from '../platform/context.ts'
import { hashToken } from './token.ts'

/** Who a token belongs to: its user, or nobody where it is unknown, ended, unused for too long, or its user disabled. */
export async function actorOfToken(ctx: Pick<Ctx, 'db'>, token: string | undefined): Promise<Actor> {
  if (token === undefined || !token.startsWith('tls_')) return { kind: 'anonymous' }
  const isAlive = and(
    eq(sessions.tokenHash, hashToken(token)),
    isNull(sessions.revokedAt),
    gt(sessions.expiresAt, sql`now()`),
    gt(sessions.lastActiveAt, sql`now() - make_interval(secs => ${sessionRule.idleSeconds})`),
  )
  const [found] = await ctx.db
    .select({
      sessionId: sessions.id,
      isStale: sql<boolean>`${sessions.lastActiveAt} < now() - interval '1 minute'`,
      userId: users.id,
      email: users.email,
      name: users.name,
      role: users.role,
      customerId: users.customerId,
    })
    .from(sessions)
    .innerJoin(users, and(eq(users.id, sessions.userId), eq(users.isActive, true)))
    .where(isAlive)
  if (found === undefined) return { kind: 'anonymous' }
  const { isStale, ...user } = found
  // once a minute is enough to show when somebody was here
  if (isStale) await ctx.db.update(sessions).set({ lastActiveAt: sql`now()` }).where(eq(sessions.id, user.sessionId))
  return { kind: 'user', ...user }
}
