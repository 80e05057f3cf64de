import { toWireId } from '@trunkline/core/platform/wire-id'
import { resetLink, resetMail } from '@trunkline/core/sessions/reset-mail'
import { resetSeconds } from '@trunkline/core/sessions/session'
import { passwordResets, users } from '@trunkline/db/schema/sessions'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { step } from '../platform/step.ts'
import { sendMail } from '../providers/mail/send.ts'
import { hashToken, newToken } from './token.ts'

/** Mails the link to whoever has the address, if anybody does. A repetition mails another link, which replaces the first. */
export async function sendReset(ctx: NetCtx, input: { resetId: string }): Promise<void> {
  const link = await inTransaction(ctx, (ctx) => makeLink(ctx, input.resetId))
  if (link === undefined) return
  step('sessions.reset_linked')
  await sendMail(ctx, resetMail({ email: link.email, link: resetLink(ctx.env.PUBLIC_URL, link.token) }))
}

async function makeLink(ctx: Ctx, resetId: string): Promise<{ email: string; token: string } | undefined> {
  const [reset] = await ctx.db
    .select({ email: passwordResets.email })
    .from(passwordResets)
    .where(
      and(
        eq(passwordResets.id, resetId),
        isNull(passwordResets.usedAt),
        // who asked has given up long ago
        gt(passwordResets.createdAt, sql`now() - make_interval(secs => ${resetSeconds})`),
      ),
    )
    .for('update')
  if (reset === undefined) return undefined
  const [user] = await ctx.db
    .select({ id: users.id, customerId: users.customerId })
    .from(users)
    .where(and(eq(users.email, reset.email), eq(users.isActive, true)))
  if (user === undefined) return undefined
  const token = newToken('reset')
  await ctx.db
    .update(passwordResets)
    .set({
      userId: user.id,
      tokenHash: hashToken(token),
      expiresAt: sql`now() + make_interval(secs => ${resetSeconds})`,
    })
    .where(eq(passwordResets.id, resetId))
  await audit(ctx, {
    action: 'sessions.send_reset',
    subject: toWireId('user', user.id),
    customerId: user.customerId,
  })
  return { email: reset.email, token }
}
