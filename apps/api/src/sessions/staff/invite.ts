import { toWireId } from '@trunkline/core/platform/wire-id'
import { invitationLink } from '@trunkline/core/sessions/invitation-mail'
import type { StaffRole } from '@trunkline/core/sessions/permission'
import { invitationDays } from '@trunkline/core/sessions/session'
import { invitations, users } from '@trunkline/db/schema/sessions'
import { and, eq, isNull, sql } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { newId } from '../../platform/id.ts'
import { announce } from '../../platform/live.ts'
import { inviteUser } from '../invite.ts'
import { lockUser } from '../open-session.ts'
import { noPassword } from '../password.ts'
import { hashToken, newToken } from '../token.ts'
import { findStaff, unknownStaff } from './list.ts'
import type { StaffRow } from './wire.ts'

/** Where mail can be sent the link goes there alone; else it is shown to whoever invites, this once. */
type Invited = StaffRow & { link: string | null }

/** Makes an account without a password, and a link by which its owner chooses one. */
export async function inviteStaff(ctx: Ctx, input: { email: string; name: string; role: StaffRole }): Promise<Invited> {
  return await inTransaction(ctx, async (ctx) => {
    const [user] = await ctx.db
      .insert(users)
      .values({ id: newId(), ...input, passwordHash: noPassword(), createdAt: ctx.now })
      .onConflictDoNothing({ target: users.email })
      .returning({ id: users.id })
    if (user === undefined)
      throw new DomainError('conflict', 'This e-mail address already has an account', {
        fields: { email: 'already has an account' },
      })
    return await handOutLink(ctx, { userId: user.id, action: 'sessions.invite_staff', role: input.role })
  })
}

/** Another link for somebody who has not come yet. The one before is worth nothing from then on. */
export async function inviteStaffAgain(ctx: Ctx, input: { userId: string }): Promise<Invited> {
  return await inTransaction(ctx, async (ctx) => {
    const user = await lockUser(ctx, input.userId)
    if (user === undefined || user.role === 'owner') throw unknownStaff()
    const { state, role } = await findStaff(ctx, user.id)
    if (state !== 'invited')
      throw new DomainError('conflict', `This person is ${state}: only who is invited is invited again`)
    return await handOutLink(ctx, { userId: user.id, action: 'sessions.invite_staff_again', role })
  })
}

async function handOutLink(ctx: Ctx, invited: { userId: string; action: string; role: StaffRole }): Promise<Invited> {
  const { userId, action, role } = invited
  await inviteUser(ctx, { userId })
  const link = ctx.env.MAIL_FROM === undefined ? await makeLink(ctx, userId) : null
  const by = link === null ? 'mail' : 'link'
  await audit(ctx, { action, subject: toWireId('user', userId), after: { role, by } })
  await announce(ctx, ['sessions'])
  return { ...(await findStaff(ctx, userId)), link }
}

async function makeLink(ctx: Ctx, userId: string): Promise<string> {
  const token = newToken('invitation')
  await ctx.db
    .update(invitations)
    .set({ tokenHash: hashToken(token), expiresAt: sql`now() + make_interval(days => ${invitationDays})` })
    .where(and(eq(invitations.userId, userId), isNull(invitations.acceptedAt)))
  return invitationLink(ctx.env.PUBLIC_URL, token)
}
