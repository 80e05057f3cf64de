import { toWireId } from '@trunkline/core/platform/wire-id'
import { invitationLink, invitationMail } from '@trunkline/core/sessions/invitation-mail'
import { invitationDays } from '@trunkline/core/sessions/session'
import { customers } from '@trunkline/db/schema/customers'
import { invitations, users } from '@trunkline/db/schema/sessions'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { step } from '../platform/step.ts'
import { canSendMail, sendMail } from '../providers/mail/send.ts'
import { hashToken, newToken } from './token.ts'

/** Mails the link, where mail can be sent. A repetition mails another link, which replaces the first. */
export async function sendInvitation(ctx: NetCtx, input: { invitationId: string }): Promise<void> {
  if (!canSendMail(ctx)) {
    ctx.log.info('an invitation waits for this server to be set up to send e-mail')
    return
  }
  const link = await inTransaction(ctx, (ctx) => makeLink(ctx, input.invitationId))
  if (link === undefined) return
  step('sessions.invitation_linked')
  const { token, ...whose } = link
  await sendMail(
    ctx,
    invitationMail({ ...whose, link: invitationLink(ctx.env.PUBLIC_URL, token), days: invitationDays }),
  )
}

async function makeLink(ctx: Ctx, invitationId: string) {
  const [invited] = await ctx.db
    .select({
      userId: users.id,
      email: users.email,
      customerId: users.customerId,
      businessName: customers.businessName,
    })
    .from(invitations)
    .innerJoin(users, and(eq(users.id, invitations.userId), eq(users.isActive, true)))
    .leftJoin(customers, eq(customers.id, users.customerId))
    .where(and(eq(invitations.id, invitationId), isNull(invitations.acceptedAt)))
    .for('update', { of: invitations })
  if (invited === undefined) return undefined
  const token = newToken('invitation')
  await ctx.db
    .update(invitations)
    .set({ tokenHash: hashToken(token), expiresAt: sql`now() + make_interval(days => ${invitationDays})` })
    .where(eq(invitations.id, invitationId))
  await audit(ctx, {
    action: 'sessions.send_invitation',
    subject: toWireId('user', invited.userId),
    customerId: invited.customerId,
  })
  return { email: invited.email, businessName: invited.businessName ?? 'Trunkline', token }
}
