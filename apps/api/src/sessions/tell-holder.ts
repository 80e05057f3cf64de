import { securityChanges, securityMail } from '@trunkline/core/sessions/security-mail'
import { users } from '@trunkline/db/schema/sessions'
import { eq } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx, NetCtx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { canSendMail, sendMail } from '../providers/mail/send.ts'

export const tellHolderSpec = jobSpec({
  name: 'sessions.tellHolder',
  input: z.object({ noticeId: z.uuid(), userId: z.uuid(), change: z.enum(securityChanges), at: z.iso.datetime() }),
  attempts: 5,
})
type Notice = z.infer<typeof tellHolderSpec.input>

/** Has the holder of an account told what was changed about how it is opened, if and only if the change commits. */
export async function tellHolder(ctx: Ctx, input: Pick<Notice, 'userId' | 'change'>): Promise<void> {
  if (ctx.env.MAIL_FROM === undefined) return
  await enqueue(ctx, tellHolderSpec, { noticeId: newId(), at: ctx.now.toISOString(), ...input })
}

/** Mails it. Every try bears one Message-ID, by which a mailbox knows a copy. */
export async function sendHolderNotice(ctx: NetCtx, input: Notice): Promise<void> {
  if (!canSendMail(ctx)) return
  const [user] = await ctx.db.select({ email: users.email }).from(users).where(eq(users.id, input.userId))
  if (user === undefined) return
  const { change, at, noticeId } = input
  const mail = securityMail({ email: user.email, change, at, publicUrl: ctx.env.PUBLIC_URL })
  await sendMail(ctx, { ...mail, reference: noticeId })
}
