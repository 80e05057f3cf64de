import { toWireId } from '@trunkline/core/platform/wire-id'
import { invitations } from '@trunkline/db/schema/sessions'
import { and, eq, isNull } from 'drizzle-orm'
import { z } from 'zod'
import { expectOpen } from '../customers/expect-open.ts'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { canSendMail } from '../providers/mail/send.ts'
import { insertOwner } from './insert-owner.ts'
import { noPassword } from './password.ts'
import { takeAttempts } from './take-attempt.ts'

export const sendInvitationSpec = jobSpec({
  name: 'sessions.sendInvitation',
  input: z.object({ invitationId: z.uuid() }),
  attempts: 5,
})

/** Refuses what can only be done by mail where there is none. */
export function expectMail(ctx: NetCtx): void {
  if (canSendMail(ctx)) return
  throw new DomainError('unavailable', 'This server is not set up to send e-mail. Ask an administrator', {
    retryAfterSeconds: 3600,
  })
}

/** Has a link mailed to somebody who has no password yet. Asked again, another link replaces the first. */
export async function inviteUser(ctx: Ctx, input: { userId: string }): Promise<void> {
  const { userId } = input
  await ctx.db
    .insert(invitations)
    .values({ id: newId(), userId })
    .onConflictDoNothing({ target: invitations.userId, where: isNull(invitations.acceptedAt) })
  const [invitation] = await ctx.db
    .select({ id: invitations.id })
    .from(invitations)
    .where(and(eq(invitations.userId, userId), isNull(invitations.acceptedAt)))
  if (invitation === undefined) throw new DomainError('conflict', 'This person has just chosen a password')
  await enqueue(ctx, sendInvitationSpec, { invitationId: invitation.id })
}

/** A customer gets another owner, who chooses his password by the link that is mailed to him. */
export async function inviteOwner(
  ctx: NetCtx,
  input: { customerId: string; email: string; name: string },
): Promise<{ userId: string }> {
  expectMail(ctx)
  await takeAttempts(ctx, [{ scope: 'invite', subject: input.customerId }])
  return await inTransaction(ctx, async (ctx) => {
    await expectOpen(ctx, input.customerId)
    const user = await insertOwner(ctx, { ...input, passwordHash: noPassword() }, { field: 'email' })
    await inviteUser(ctx, { userId: user.id })
    await audit(ctx, {
      action: 'sessions.invite_owner',
      subject: toWireId('user', user.id),
      customerId: input.customerId,
    })
    await announce(ctx, ['customers'])
    return { userId: user.id }
  })
}
