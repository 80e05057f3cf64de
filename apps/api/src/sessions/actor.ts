import { may } from '@trunkline/core/sessions/permission'
import { sessionRule } from '@trunkline/core/sessions/session'
import { customers } from '@trunkline/db/schema/customers'
import { customerViews, secondFactors, sessions, users } from '@trunkline/db/schema/sessions'
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

/** A look at a customer that has neither been ended nor run out. */
const isOpenView = and(isNull(customerViews.endedAt), gt(customerViews.expiresAt, sql`now()`))

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
      // a passkey is both factors, for the session that it opened
      hasSecondFactor: sql<boolean>`(${isNotNull(secondFactors.confirmedAt)} or ${sessions.provedBy} = 'passkey')`,
      viewId: customerViews.id,
      viewed: customerViews.customerId,
      businessName: customers.businessName,
      reason: customerViews.reason,
      until: customerViews.expiresAt,
    })
    .from(sessions)
    .innerJoin(users, and(eq(users.id, sessions.userId), eq(users.isActive, true)))
    .leftJoin(secondFactors, eq(secondFactors.userId, users.id))
    .leftJoin(customerViews, and(eq(customerViews.sessionId, sessions.id), isOpenView))
    .leftJoin(customers, eq(customers.id, customerViews.customerId))
    .where(and(eq(sessions.tokenHash, hashToken(known)), isAlive))
  if (found === undefined) return { kind: 'anonymous' }
  const { isStale, hasSecondFactor, viewId, viewed, businessName, reason, until, ...person } = found
  // once a minute is enough to show when somebody was here
  if (isUse && isStale)
    await ctx.db.update(sessions).set({ lastActiveAt: sql`now()` }).where(eq(sessions.id, person.sessionId))
  const isEnrolling = owesSecondFactor(ctx.env, { role: person.role, hasSecondFactor })
  if (isEnrolling) return { kind: 'enrolling', ...person }
  if (viewId === null || viewed === null || businessName === null || reason === null || until === null)
    return { kind: 'user', ...person }
  // a view lasts no longer than the right to open one
  if (!may(person.role, 'admin')) return { kind: 'anonymous' }
  const viewing = { viewId, businessName, reason, until }
  return { kind: 'user', ...person, role: 'owner', customerId: viewed, viewing }
}
