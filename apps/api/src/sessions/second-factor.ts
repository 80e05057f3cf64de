import { randomBytes } from 'node:crypto'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { Counter } from '@trunkline/core/sessions/attempts'
import {
  otpauthUri,
  recoveryCodeOf,
  recoveryRule,
  type SecondFactorCode,
  toBase32,
  totpRule,
} from '@trunkline/core/sessions/second-factor'
import { loginTickets, recoveryCodes, secondFactors } from '@trunkline/db/schema/sessions'
import { and, count, eq, isNull, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { sealSecret } from '../platform/secret.ts'
import { provePassword } from './change-password.ts'
import { wrongCode } from './login-with-code.ts'
import { endSessions } from './manage.ts'
import { lockUser, owesSecondFactor, rotateToken } from './open-session.ts'
import { expectMayEnrol } from './passkeys/list.ts'
import { hashRecoveryCode, spendCode } from './spend-code.ts'
import { giveBack, takeAttempts } from './take-attempt.ts'
import { tellHolder } from './tell-holder.ts'

const isRequiredOf = (ctx: Ctx, user: Person) => owesSecondFactor(ctx.env, { role: user.role, hasSecondFactor: false })

/** How the caller's second factor stands. */
export async function findSecondFactor(ctx: Ctx, input: { user: Person }) {
  const { user } = input
  const [factor] = await ctx.db.select().from(secondFactors).where(eq(secondFactors.userId, user.userId))
  const [left] = await ctx.db
    .select({ codes: count() })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, user.userId), isNull(recoveryCodes.usedAt)))
  return {
    since: factor?.confirmedAt?.toISOString() ?? null,
    recoveryCodesLeft: left?.codes ?? 0,
    isRequired: isRequiredOf(ctx, user),
  }
}

/** Makes a key for an authenticator app. It counts for nothing until a code of it has been typed. */
export async function startSecondFactor(ctx: Ctx, input: { user: Person; password: string }) {
  const { user } = input
  await expectMayEnrol(ctx, user)
  await provePassword(ctx, { user, password: input.password, field: 'password' })
  const secret = randomBytes(totpRule.secretBytes)
  const secretCiphertext = sealSecret(secret.toString('base64'), ctx.env.TRUNKLINE_KEY)
  const [started] = await ctx.db
    .insert(secondFactors)
    .values({ userId: user.userId, secretCiphertext })
    .onConflictDoUpdate({
      target: secondFactors.userId,
      set: { secretCiphertext, lastStep: 0, createdAt: sql`now()` },
      setWhere: isNull(secondFactors.confirmedAt),
    })
    .returning({ userId: secondFactors.userId })
  if (started === undefined) throw new DomainError('conflict', 'A second factor is already set up')
  const key = toBase32(secret)
  return { key, uri: otpauthUri({ account: user.email, key }) }
}

/** Puts the key in force: from now on the password alone opens nothing, and what it had opened elsewhere ends. */
export async function confirmSecondFactor(ctx: Ctx, input: { user: Person; code: SecondFactorCode }) {
  await expectMayEnrol(ctx, input.user)
  return await withCode(ctx, { ...input, isConfirming: true }, async (ctx, { userId, sessionId }) => {
    await ctx.db.update(secondFactors).set({ confirmedAt: ctx.now }).where(eq(secondFactors.userId, userId))
    const codes = await replaceCodes(ctx, userId)
    const revoked = await endSessions(ctx, { userId, except: sessionId, reason: 'second_factor_on' })
    const { token } = await rotateToken(ctx, sessionId)
    await tellHolder(ctx, { userId, change: 'second_factor_on' })
    await audit(ctx, {
      action: 'sessions.turn_on_second_factor',
      subject: toWireId('user', userId),
      after: { revoked },
    })
    return { recoveryCodes: codes, revoked, token }
  })
}

/** Gives ten new recovery codes; the old ones are worth nothing from then on. */
export async function renewRecoveryCodes(ctx: Ctx, input: { user: Person; code: SecondFactorCode }) {
  return await withCode(ctx, input, async (ctx, { userId }) => {
    const codes = await replaceCodes(ctx, userId)
    await audit(ctx, { action: 'sessions.renew_recovery_codes', subject: toWireId('user', userId) })
    return { recoveryCodes: codes }
  })
}

export async function turnOffSecondFactor(ctx: Ctx, input: { user: Person; password: string; code: SecondFactorCode }) {
  const { user, password } = input
  if (isRequiredOf(ctx, user)) throw new DomainError('forbidden', 'Administrators must have a second factor here')
  await provePassword(ctx, { user, password, field: 'password' })
  return await withCode(ctx, input, async (ctx, { userId, sessionId }) => {
    await removeSecondFactor(ctx, userId)
    const revoked = await endSessions(ctx, { userId, except: sessionId, reason: 'second_factor_off' })
    const { token } = await rotateToken(ctx, sessionId)
    await tellHolder(ctx, { userId, change: 'second_factor_off' })
    await audit(ctx, {
      action: 'sessions.turn_off_second_factor',
      subject: toWireId('user', userId),
      after: { revoked },
    })
    return { revoked, token }
  })
}

/** Takes a user's second factor away, with all that hangs on it. Who may, and who is told, is the caller's concern. */
async function removeSecondFactor(ctx: Ctx, userId: string): Promise<void> {
  await ctx.db.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId))
  await ctx.db.delete(secondFactors).where(eq(secondFactors.userId, userId))
  await ctx.db.delete(loginTickets).where(eq(loginTickets.userId, userId))
}

/** Does something that asks for a code, under the user's lock; the code is used up if and only if it is done. */
export async function withCode<Result>(
  ctx: Ctx,
  input: { user: Person; code: SecondFactorCode; isConfirming?: boolean },
  work: (ctx: Ctx, user: Person) => Promise<Result>,
): Promise<Result> {
  const { user, code, isConfirming } = input
  const counters: Counter[] = [{ scope: 'code', subject: user.sessionId }]
  await takeAttempts(ctx, counters)
  const result = await inTransaction(ctx, async (ctx) => {
    await lockUser(ctx, user.userId)
    if (!(await spendCode(ctx, { userId: user.userId, code, isConfirming }))) throw wrongCode()
    return await work(ctx, user)
  })
  await giveBack(ctx, counters)
  return result
}

async function replaceCodes(ctx: Ctx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: recoveryRule.codes }, () => recoveryCodeOf(randomBytes(recoveryRule.bytes)))
  await ctx.db.delete(recoveryCodes).where(eq(recoveryCodes.userId, userId))
  await ctx.db
    .insert(recoveryCodes)
    .values(codes.map((code) => ({ id: newId(), userId, codeHash: hashRecoveryCode(code) })))
  return codes
}
