import type { NoticeChannel, NoticeKind } from '@trunkline/core/customers/notice'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { noticePreferences } from '@trunkline/db/schema/customers'
import { audit } from '../platform/audit.ts'
import type { Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'
import { announce } from '../platform/live.ts'

/** How an owner wants to be told, and of what not. */
export async function setNotices(
  ctx: Ctx,
  input: { customerId: string; channel: NoticeChannel; muted: readonly NoticeKind[] },
): Promise<void> {
  const { customerId, channel } = input
  const muted = [...new Set(input.muted)].sort()
  await asApplication(ctx, async (ctx) => {
    await ctx.db
      .insert(noticePreferences)
      .values({ customerId, channel, muted, updatedAt: ctx.now })
      .onConflictDoUpdate({ target: noticePreferences.customerId, set: { channel, muted, updatedAt: ctx.now } })
    await audit(ctx, {
      action: 'customers.setNotices',
      subject: toWireId('customer', customerId),
      customerId,
      after: { channel, muted: muted.join(' ') },
    })
    await announce(ctx, ['customers'])
  })
}
