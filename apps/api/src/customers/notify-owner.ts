import type { NoticeFacts, NoticeKind } from '@trunkline/core/customers/notice'
import { ownerNotices } from '@trunkline/db/schema/customers'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { enqueue, jobSpec } from '../platform/job.ts'

export type NoticeDraft = {
  customerId: string
  kind: NoticeKind
  /** What makes it the same notice: the owner is told once for this text, ever. */
  noticeKey: string
  facts: NoticeFacts
}

export const sendNoticeSpec = jobSpec({
  name: 'customers.sendNotice',
  input: z.object({ noticeId: z.uuid() }),
  attempts: 12,
})

/** Leaves a notice for the owner of each of these customers, on the caller's transaction; what was told before is not told again. */
export async function notifyOwners(ctx: Ctx, drafts: readonly NoticeDraft[]): Promise<number> {
  if (drafts.length === 0) return 0
  const sorted = [...drafts].sort((a, b) => (a.noticeKey < b.noticeKey ? -1 : 1))
  const left = await ctx.db
    .insert(ownerNotices)
    .values(sorted.map((draft) => ({ ...draft, id: newId(), createdAt: ctx.now, updatedAt: ctx.now })))
    .onConflictDoNothing({ target: ownerNotices.noticeKey })
    .returning({ id: ownerNotices.id })
  for (const { id } of left) await enqueue(ctx, sendNoticeSpec, { noticeId: id })
  return left.length
}
