import { toWireId } from '@trunkline/core/platform/wire-id'
import { welcomeMail } from '@trunkline/core/sessions/invitation-mail'
import { customers } from '@trunkline/db/schema/customers'
import { invitations, passwordResets, users } from '@trunkline/db/schema/sessions'
import { and, eq, isNull } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { canSendMail, sendMail } from '../providers/mail/send.ts'
import { expectMail, inviteUser } from './invite.ts'
import { sendResetSpec } from './request-reset.ts'

export const sendWelcomeSpec = jobSpec({
  name: 'sessions.sendWelcome',
  input: z.object({ userId: z.uuid() }),
  attempts: 5,
})

/** Has a welcome mailed to an owner who chose his password himself. */
export async function welcomeUser(ctx: Ctx, input: { userId: string }): Promise<void> {
  if (ctx.env.MAIL_FROM !== undefined) await enqueue(ctx, sendWelcomeSpec, input)
}

export async function sendWelcome(ctx: NetCtx, input: { userId: string }): Promise<void> {
  if (!canSendMail(ctx)) return
  const [owner] = await ctx.db
    .select({ email: users.email, businessName: customers.businessName })
    .from(users)
    .innerJoin(customers, eq(customers.id, users.customerId))
    .where(and(eq(users.id, input.userId), eq(users.isActive, true)))
  if (owner === undefined) return
  await sendMail(ctx, welcomeMail({ ...owner, publicUrl: ctx.env.PUBLIC_URL }))
}

export const ownerMails = ['welcome', 'reset'] as const

/** Sends an owner his welcome again, with a link where he has no password yet, or a link to a new password. */
export async function mailOwner(ctx: NetCtx, input: { userId: string; mail: (typeof ownerMails)[number] }) {
  const { userId, mail } = input
  expectMail(ctx)
  return await inTransaction(ctx, async (ctx) => {
    const [owner] = await ctx.db
      .select({ email: users.email, customerId: users.customerId, isActive: users.isActive, invited: invitations.id })
      .from(users)
      .leftJoin(invitations, and(eq(invitations.userId, users.id), isNull(invitations.acceptedAt)))
      .where(and(eq(users.id, userId), eq(users.role, 'owner')))
    if (owner === undefined) throw new DomainError('not_found', 'There is no such owner')
    if (!owner.isActive) throw new DomainError('conflict', 'This account is closed')
    if (mail === 'reset') {
      const resetId = newId()
      await ctx.db.insert(passwordResets).values({ id: resetId, email: owner.email })
      await enqueue(ctx, sendResetSpec, { resetId })
    } else if (owner.invited === null) await welcomeUser(ctx, { userId })
    else await inviteUser(ctx, { userId })
    await audit(ctx, {
      action: 'sessions.mail_owner',
      subject: toWireId('user', userId),
      customerId: owner.customerId,
      after: { mail },
    })
    return { accepted: true as const }
  })
}
