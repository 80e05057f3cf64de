import { sessionRule } from '@trunkline/core/sessions/session'
import { secondFactors, sessions, users } from '@trunkline/db/schema/sessions'
import { and, eq, gt, isNotNull, isNull, sql } from 'drizzle-orm'
import type { Actor, Ctx } from '../platform/context.ts'
import { owesSecondFactor } from './open-session.ts'
import { hashToken, tokenOfKind } from './token.ts'

/** A session that counts: not ended, not past its thirty days, not unused for a week. */
export const isAlive = and(
  isNull(sessions.revokedAt),
  gt(sessions.expiresAt, sql`now()`),
  gt(sessions.lastActiveAt, sql`now() - make_interval(secs => ${sessionRule.idleSeconds})`),
)

/**
 * Who a token belongs to: its user, or nobody where it is unknown, ended, unused for too long, or its user disabled.
 * Asking with it is a use of the session; looking whether it still counts (`isUse: false`) is none.
 */
export async function actorOfToken(
  ctx: Pick<Ctx, 'db' | 'env'>,
  token: string | undefined,
  { isUse }: { isUse: boolean },
): Promise<Actor> {
  const known = tokenOfKind('session', token)
  if (known === undefined) return { kind: 'anonymous' }
  const [found] = await ctx.db
    .select({
      sessionId: sessions.id,
      isStale: sql<boolean>`${sessions.lastActiveAt} < now() - interval '1 minute'`,
      userId: users.id,
      email: users.email,
      name: users.name,
      role: users.role,
      customerId: users.customerId,
      hasSecondFactor: isNotNull(secondFactors.confirmedAt).mapWith(Boolean),
    })
    .from(sessions)
    .innerJoin(users, and(eq(users.id, sessions.userId), eq(users.isActive, true)))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .where(and(eq(sessions.tokenHash, hashToken(known)), isAlive))
  if (found === undefined) return { kind: 'anonymous' }
  const { isStale, hasSecondFactor, ...person } = found
  // once a minute is enough to show when somebody was here
  if (isUse && isStale)
    await ctx.db.update(sessions).set({ lastActiveAt: sql`now()` }).where(eq(sessions.id, person.sessionId))
  const isEnrolling = owesSecondFactor(ctx.env, { role: person.role, hasSecondFactor })
  return { kind: isEnrolling ? 'enrolling' : 'user', ...person }
}
