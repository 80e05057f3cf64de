import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { ReplayState } from '@trunkline/core/webhooks/bulk-replay'
import { webhookReplayItems, webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { and, asc, desc, eq, gt, isNotNull, lt, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { toReplayRow } from './replay-wire.ts'

type Page = { cursor?: string | undefined; limit: number }

/** Plans and their runs, the latest first. */
export async function listReplays(ctx: Ctx, input: Page & { state?: ReplayState | undefined }) {
  const after = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select()
    .from(webhookReplays)
    .where(
      and(
        input.state && eq(webhookReplays.state, input.state),
        after === undefined ? undefined : lt(webhookReplays.id, after),
      ),
    )
    .orderBy(desc(webhookReplays.id))
    .limit(input.limit + 1)
  return toPage(rows, { limit: input.limit, cursorOf: ({ id }) => cursorOfId(id), toItem: toReplayRow })
}

export const itemViews = ['changed', 'refused', 'skipped', 'failed'] as const

/** The webhooks of one replay of which the same is true, in the order of the run. */
export async function listReplayItems(ctx: Ctx, input: Page & { replayId: string; view: (typeof itemViews)[number] }) {
  const item = webhookReplayItems
  const after = idOfCursor(input.cursor)
  const isShown = {
    changed: sql`jsonb_array_length(${item.changes}) > 0`,
    refused: isNotNull(item.problem),
    skipped: eq(item.outcome, 'skipped'),
    failed: eq(item.outcome, 'failed'),
  }[input.view]
  const rows = await ctx.db
    .select()
    .from(item)
    .where(and(eq(item.replayId, input.replayId), isShown, after === undefined ? undefined : gt(item.webhookId, after)))
    .orderBy(asc(item.webhookId))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ webhookId }) => cursorOfId(webhookId),
    toItem: ({ webhookId, outcome, changes, problem }) => ({
      id: toWireId('webhook', webhookId),
      webhookId: toWireId('webhook', webhookId),
      outcome,
      changes: changes ?? [],
      problem,
    }),
  })
}
