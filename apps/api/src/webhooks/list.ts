import { toE164 } from '@trunkline/core/numbers/phone'
import { toPage } from '@trunkline/core/platform/page'
import type { WebhookProvider, WebhookState } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { customers } from '@trunkline/db/schema/customers'
import { idempotencyKeys, webhooks } from '@trunkline/db/schema/webhooks'
import { and, desc, eq, getTableColumns, gte, ilike, inArray, lt, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { firstIdAt } from '../platform/id.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { isOfCause } from './causes.ts'
import { toWebhookRow } from './wire.ts'

type Input = {
  state?: WebhookState | undefined
  provider?: WebhookProvider | undefined
  cause?: string | undefined
  phone?: string | undefined
  q?: string | undefined
  from?: string | undefined
  to?: string | undefined
  cursor?: string | undefined
  limit: number
}

const { headers: _headers, body: _body, url: _url, bodySha256: _hash, ...listed } = getTableColumns(webhooks)

/** A text for which `like` looks as it stands. */
export const literal = (text: string) => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)

/** Newest first. `q` finds a part of the event's type, the error, or the body (an id of the provider's, for instance). */
export async function listWebhooks(ctx: Ctx, input: Input) {
  const after = idOfCursor(input.cursor)
  const pattern = input.q ? `%${literal(input.q)}%` : undefined
  const rows = await ctx.db
    .select({ webhook: listed, businessName: customers.businessName })
    .from(webhooks)
    .leftJoin(customers, eq(customers.id, webhooks.customerId))
    .where(
      and(
        input.state && eq(webhooks.state, input.state),
        input.provider && eq(webhooks.provider, input.provider),
        input.cause ? await isOfCause(ctx, input.cause) : undefined,
        input.phone ? eq(webhooks.phoneNumber, toE164(input.phone) ?? input.phone) : undefined,
        pattern
          ? or(ilike(webhooks.eventType, pattern), ilike(webhooks.lastError, pattern), ilike(webhooks.body, pattern))
          : undefined,
        input.from ? gte(webhooks.id, firstIdAt(new Date(input.from))) : undefined,
        input.to ? lt(webhooks.id, firstIdAt(new Date(input.to))) : undefined,
        after ? lt(webhooks.id, after) : undefined,
      ),
    )
    .orderBy(desc(webhooks.id))
    .limit(input.limit + 1)
  const duplicates = await duplicatesOf(
    ctx,
    rows.map(({ webhook }) => webhook.id),
  )
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ webhook }) => cursorOfId(webhook.id),
    toItem: (row) => toWebhookRow({ ...row, duplicates: duplicates.get(row.webhook.id) ?? 0 }),
  })
}

/** How often each was delivered again. */
export async function duplicatesOf(ctx: Ctx, webhookIds: string[]): Promise<Map<string, number>> {
  if (webhookIds.length === 0) return new Map()
  const keys = await ctx.db
    .select({ webhookId: idempotencyKeys.webhookId, duplicates: idempotencyKeys.duplicates })
    .from(idempotencyKeys)
    .where(and(inArray(idempotencyKeys.webhookId, webhookIds), sql`${idempotencyKeys.duplicates} > 0`))
  return new Map(keys.map(({ webhookId, duplicates }) => [webhookId, duplicates]))
}

/** How many webhooks stand in each state that waits for something. Processed ones are counted by the hour elsewhere. */
export async function countWebhooks(ctx: Ctx): Promise<Record<Exclude<WebhookState, 'processed'>, number>> {
  // in two, as the indexes of what waits are: no index holds all four states
  const rows = await statement<{ state: WebhookState; rows: number }>(
    ctx.db,
    `select state, count(*)::int as rows from webhook_queue where state in ('received', 'failed') group by state
     union all
     select state, count(*)::int from webhook_queue where state in ('dead', 'quarantined') group by state`,
    [],
  )
  const counts = { received: 0, failed: 0, dead: 0, quarantined: 0 }
  for (const { state, rows: found } of rows) if (state !== 'processed') counts[state] = found
  return counts
}
