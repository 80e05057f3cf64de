import { noticeChannelSchema, noticeKindSchema, noticeStates } from '@trunkline/core/customers/notice'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { noticePreferences, ownerNotices } from '@trunkline/db/schema/customers'
import { and, desc, eq, lt } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'

export const noticeRow = z.object({
  id: z.string(),
  kind: noticeKindSchema,
  state: z.enum(noticeStates),
  channel: noticeChannelSchema.nullable(),
  reason: z.string().nullable(),
  createdAt: z.string(),
  sentAt: z.string().nullable(),
})
export const noticePreference = z.object({ channel: noticeChannelSchema, muted: z.array(noticeKindSchema) })

/** What an owner was told, the newest first. */
export async function listNotices(ctx: Ctx, input: { customerId: string; cursor?: string | undefined; limit: number }) {
  const before = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select()
    .from(ownerNotices)
    .where(
      and(
        eq(ownerNotices.customerId, input.customerId),
        before === undefined ? undefined : lt(ownerNotices.id, before),
      ),
    )
    .orderBy(desc(ownerNotices.id))
    .limit(input.limit + 1)
  const shown = rows.slice(0, input.limit)
  const last = shown.at(-1)
  return {
    items: shown.map(({ id, kind, state, channel, reason, createdAt, sentAt }) => ({
      id: toWireId('notice', id),
      kind,
      state,
      channel,
      reason,
      createdAt: createdAt.toISOString(),
      sentAt: sentAt?.toISOString() ?? null,
    })),
    nextCursor: rows.length > input.limit && last !== undefined ? cursorOfId(last.id) : null,
  }
}

export async function loadNoticePreference(ctx: Ctx, input: { customerId: string }) {
  const [known] = await ctx.db
    .select()
    .from(noticePreferences)
    .where(eq(noticePreferences.customerId, input.customerId))
  return { channel: known?.channel ?? ('email' as const), muted: known?.muted ?? [] }
}
