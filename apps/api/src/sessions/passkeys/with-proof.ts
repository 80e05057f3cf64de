import type { SecondFactorCode } from '@trunkline/core/sessions/second-factor'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { provePassword } from '../change-password.ts'
import { hasSecondFactor } from '../login.ts'
import { lockUser } from '../open-session.ts'
import { withCode } from '../second-factor.ts'

export type ProofGiven = { user: Person; password?: string | undefined; code?: SecondFactorCode | undefined }

const isMissing = (field: 'code' | 'password', sentence: string) =>
  new DomainError('invalid', sentence, { fields: { [field]: 'is required' } })

/**
 * Does what changes how somebody signs in, under his lock, once he has proved that it is he: by a code where he has a second
 * factor, which the password alone must not get around, else by his password.
 */
export async function withProof<Result>(
  ctx: Ctx,
  input: ProofGiven,
  work: (ctx: Ctx, user: Person) => Promise<Result>,
): Promise<Result> {
  const { user, password, code } = input
  if (await hasSecondFactor(ctx, user.userId)) {
    if (code === undefined) throw isMissing('code', 'Give a code of your second factor')
    return await withCode(ctx, { user, code }, work)
  }
  if (password === undefined) throw isMissing('password', 'Give your password')
  const { hash } = await provePassword(ctx, { user, password, field: 'password' })
  return await inTransaction(ctx, async (ctx) => {
    const account = await lockUser(ctx, user.userId)
    if (account?.passwordHash !== hash || (await hasSecondFactor(ctx, user.userId)))
      throw new DomainError('conflict', 'Your account has just changed. Try again')
    return await work(ctx, user)
  })
}
