import type { NoticeFacts, NoticeKind } from '@trunkline/core/customers/notice'
import { statement } from '@trunkline/db/connect'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { enqueueAll, jobSpec } from '../platform/job.ts'

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
  const left = await statement<{ id: string }>(
    ctx.db,
    `insert into owner_notices (id, customer_id, kind, notice_key, facts, created_at, updated_at)
     select id::uuid, customer::uuid, kind, key, facts::jsonb, $6::text::timestamptz, $6::text::timestamptz
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) as left_for (id, customer, kind, key, facts)
     on conflict (notice_key) do nothing returning id`,
    [
      sorted.map(() => newId()),
      sorted.map(({ customerId }) => customerId),
      sorted.map(({ kind }) => kind),
      sorted.map(({ noticeKey }) => noticeKey),
      sorted.map(({ facts }) => JSON.stringify(facts)),
      ctx.now.toISOString(),
    ],
  )
  await enqueueAll(
    ctx,
    sendNoticeSpec,
    left.map(({ id }) => ({ noticeId: id })),
  )
  return left.length
}
