import { hash } from 'node:crypto'
import type { SecondFactorCode } from '@trunkline/core/sessions/second-factor'
import { recoveryCodes, secondFactors } from '@trunkline/db/schema/sessions'
import { and, eq, isNull, lt } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { openSecret } from '../platform/secret.ts'
import { stepOfCode } from './totp.ts'

export const hashRecoveryCode = (code: string): Buffer => hash('sha256', code.replaceAll('-', ''), 'buffer')

/**
 * Spends a code, on the caller's transaction: roll that back and the code is as good as before. Of two who bring the
 * same code one gets in. False where it is wrong, was used, or there is no second factor.
 */
export async function spendCode(
  ctx: Ctx,
  input: { userId: string; code: SecondFactorCode; isConfirming?: boolean },
): Promise<boolean> {
  const { userId, code } = input
  if (code.kind === 'recovery') {
    const used = await ctx.db
      .update(recoveryCodes)
      .set({ usedAt: ctx.now })
      .where(
        and(
          eq(recoveryCodes.userId, userId),
          eq(recoveryCodes.codeHash, hashRecoveryCode(code.code)),
          isNull(recoveryCodes.usedAt),
        ),
      )
      .returning({ id: recoveryCodes.id })
    return used.length > 0
  }
  const [factor] = await ctx.db.select().from(secondFactors).where(eq(secondFactors.userId, userId))
  if (factor === undefined || (factor.confirmedAt === null) !== (input.isConfirming ?? false)) return false
  const secret = Buffer.from(openSecret(factor.secretCiphertext, ctx.env.TRUNKLINE_KEY), 'base64')
  const step = stepOfCode({ secret, code: code.code, now: ctx.now, lastStep: factor.lastStep })
  if (step === undefined) return false
  const used = await ctx.db
    .update(secondFactors)
    .set({ lastStep: step })
    .where(and(eq(secondFactors.userId, userId), lt(secondFactors.lastStep, step)))
    .returning({ userId: secondFactors.userId })
  return used.length > 0
}
