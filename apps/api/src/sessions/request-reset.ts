import { networkOf } from '@trunkline/core/sessions/attempts'
import { passwordResets } from '@trunkline/db/schema/sessions'
import { z } from 'zod'
import { inTransaction, type NetCtx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { canSendMail } from '../providers/mail/send.ts'
import { takeAttempt, takeAttempts } from './take-attempt.ts'

export const sendResetSpec = jobSpec({
  name: 'sessions.sendReset',
  input: z.object({ resetId: z.uuid() }),
  attempts: 5,
})

/**
 * Takes in that somebody wants a new password. Whether there is such a user is found out by the job, so the answer and
 * its time are the same for every address. Links that were sent stay good: asking too often only sends no more of them.
 */
export async function requestReset(ctx: NetCtx, input: { email: string }) {
  if (!canSendMail(ctx)) {
    throw new DomainError('unavailable', 'This server is not set up to send e-mail. Ask an administrator', {
      retryAfterSeconds: 3600,
    })
  }
  await takeAttempts(ctx, [{ scope: 'reset_address', subject: networkOf(ctx.address ?? 'unknown') }])
  if (await takeAttempt(ctx, { scope: 'reset_account', subject: input.email })) {
    await inTransaction(ctx, async (ctx) => {
      const resetId = newId()
      await ctx.db.insert(passwordResets).values({ id: resetId, email: input.email })
      await enqueue(ctx, sendResetSpec, { resetId })
    })
  }
  return { accepted: true as const }
}
