import { toWireId } from '@trunkline/core/platform/wire-id'
import { countersOfSignIn } from '@trunkline/core/sessions/attempts'
import { ticketSeconds } from '@trunkline/core/sessions/session'
import { loginTickets, secondFactors, users } from '@trunkline/db/schema/sessions'
import { and, eq, isNotNull, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { signIns } from '../platform/metrics.ts'
import {
  type Account,
  lockUser,
  openSession,
  owesSecondFactor,
  type SecondFactorShown,
  shownUser,
} from './open-session.ts'
import { isPassword } from './password.ts'
import { findPlace, rememberPlace } from './place.ts'
import { giveBack, takeAttempt, takeAttempts } from './take-attempt.ts'
import { hashToken, newToken } from './token.ts'

export type SignedIn = { token: string; user: ReturnType<typeof shownUser>; device: string }

const wrong = () => new DomainError('unauthenticated', 'E-mail or password is wrong')

/**
 * Checks the password and opens a session, or hands out a ticket where a second factor is owed. The same answer, after
 * the same time, for a wrong password and an unknown user. The limits stand before the password is looked at.
 */
export async function logIn(
  ctx: Ctx,
  input: { email: string; password: string; userAgent: string; device: string | undefined },
): Promise<SignedIn | { ticket: string }> {
  const place = await findPlace(ctx, input)
  const counters = countersOfSignIn(place)
  await takeAttempts(ctx, counters)
  let isGuess = false
  try {
    const [known] = await ctx.db.select().from(users).where(eq(users.email, input.email))
    const isRight = await isPassword(input.password, known?.passwordHash)
    if (known === undefined || !isRight || !known.isActive) {
      isGuess = true
      await noteRefusal(ctx, { userId: known?.id, reason: 'password' })
      throw wrong()
    }
    return await inTransaction(ctx, async (ctx) => {
      const user = await lockUser(ctx, known.id)
      // what was true of the password may have changed while it was computed
      if (user === undefined || !user.isActive || user.passwordHash !== known.passwordHash) throw wrong()
      if (await hasSecondFactor(ctx, user.id)) return await handOutTicket(ctx, user.id)
      const isKnownDevice = place.knownDevice !== undefined
      return await signIn(ctx, { ...input, user, isKnownDevice, secondFactor: 'none' })
    })
  } finally {
    if (!isGuess) await giveBack(ctx, counters)
  }
}

/** The end of every way to sign in. The caller holds the user's lock. */
export async function signIn(
  ctx: Ctx,
  input: {
    user: Account
    userAgent: string
    device: string | undefined
    isKnownDevice: boolean
    secondFactor: SecondFactorShown
  },
): Promise<SignedIn> {
  const { user, secondFactor } = input
  const { token } = await openSession(ctx, input)
  const { device } = await rememberPlace(ctx, { ...input, userId: user.id })
  signIns.inc({ outcome: 'signed_in' })
  const needsSecondFactor = owesSecondFactor(ctx.env, {
    role: user.role,
    hasSecondFactor: secondFactor !== 'none',
  })
  return { token, device, user: shownUser({ ...user, userId: user.id, needsSecondFactor }) }
}

export async function hasSecondFactor(ctx: Ctx, userId: string): Promise<boolean> {
  const [factor] = await ctx.db
    .select({ userId: secondFactors.userId })
    .from(secondFactors)
    .where(and(eq(secondFactors.userId, userId), isNotNull(secondFactors.confirmedAt)))
  return factor !== undefined
}

async function handOutTicket(ctx: Ctx, userId: string): Promise<{ ticket: string }> {
  const ticket = newToken('ticket')
  await ctx.db.insert(loginTickets).values({
    id: newId(),
    userId,
    tokenHash: hashToken(ticket),
    expiresAt: sql`now() + make_interval(secs => ${ticketSeconds})`,
  })
  return { ticket }
}

/** Counts every refusal and writes down the first few of an account in an hour: an attacker does not fill the audit. */
export async function noteRefusal(
  ctx: Ctx,
  refused: { userId: string | undefined; reason: 'password' | 'code' | 'passkey' },
): Promise<void> {
  signIns.inc({ outcome: `wrong_${refused.reason}` })
  const subject = refused.userId === undefined ? 'user:unknown' : toWireId('user', refused.userId)
  if (!(await takeAttempt(ctx, { scope: 'audit', subject }))) return
  await audit(ctx, { action: 'sessions.login_refused', subject, after: { wrong: refused.reason } })
}
