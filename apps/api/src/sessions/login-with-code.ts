import type { Counter } from '@trunkline/core/sessions/attempts'
import type { SecondFactorCode } from '@trunkline/core/sessions/second-factor'
import { loginTickets, users } from '@trunkline/db/schema/sessions'
import { and, eq, gt, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { noteRefusal, type SignedIn, signIn } from './login.ts'
import { lockUser } from './open-session.ts'
import { findPlace } from './place.ts'
import { spendCode } from './spend-code.ts'
import { giveBack, takeAttempts } from './take-attempt.ts'
import { hashToken } from './token.ts'

const isOver = () => new DomainError('unauthenticated', 'The sign-in took too long. Begin again with your password')
export const wrongCode = () =>
  new DomainError('invalid', 'The code is wrong or was used already', { fields: { code: 'is wrong' } })

/** The second step of signing in: the ticket of the first, and a code. A ticket opens one session, a code is used once. */
export async function logInWithCode(
  ctx: Ctx,
  input: { ticket: string; code: SecondFactorCode; userAgent: string; device: string | undefined },
): Promise<SignedIn> {
  const isGood = and(eq(loginTickets.tokenHash, hashToken(input.ticket)), gt(loginTickets.expiresAt, sql`now()`))
  const [found] = await ctx.db
    .select({ userId: users.id, email: users.email })
    .from(loginTickets)
    .innerJoin(users, eq(users.id, loginTickets.userId))
    .where(isGood)
  if (found === undefined) throw isOver()
  const { userId, email } = found
  const { knownDevice } = await findPlace(ctx, { email, device: input.device })
  const counters: Counter[] = [{ scope: 'code', subject: `${userId} ${knownDevice ?? 'elsewhere'}` }]
  await takeAttempts(ctx, counters)
  let isGuess = false
  try {
    return await inTransaction(ctx, async (ctx) => {
      const user = await lockUser(ctx, userId)
      const taken = await ctx.db.delete(loginTickets).where(isGood).returning({ id: loginTickets.id })
      if (!user?.isActive || taken.length === 0) throw isOver()
      isGuess = !(await spendCode(ctx, { userId, code: input.code }))
      if (isGuess) throw wrongCode()
      const isKnownDevice = knownDevice !== undefined
      return await signIn(ctx, { ...input, user, isKnownDevice, secondFactor: input.code.kind })
    })
  } finally {
    if (isGuess) await noteRefusal(ctx, { userId, reason: 'code' })
    else await giveBack(ctx, counters)
  }
}
