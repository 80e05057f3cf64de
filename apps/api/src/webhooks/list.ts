import { soughtNumber } from '@trunkline/core/numbers/phone'
import { toPage } from '@trunkline/core/platform/page'
import { mostLooked, type Searched } from '@trunkline/core/webhooks/search'
import type { WebhookProvider, WebhookState } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { customers } from '@trunkline/db/schema/customers'
import { idempotencyKeys, webhooks } from '@trunkline/db/schema/webhooks'
import { and, desc, eq, getTableColumns, gte, inArray, lt, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { firstIdAt } from '../platform/id.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { isOfCause, startOfError } from './causes.ts'
import { holds, namedBy } from './sought.ts'
import { toWebhookRow } from './wire.ts'

type Listed = { items: ReturnType<typeof toWebhookRow>[]; nextCursor: string | null; searched: Searched }
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

/**
 * Newest first. `q` first finds what it names through an index (an id, a number), then a part of the event's type, the error
 * or the body among so many rows a page: `searched` says how far that went, and `nextCursor` goes on from there.
 */
export async function listWebhooks(ctx: Ctx, input: Input): Promise<Listed> {
  const { text, after } = placeOf(input.cursor)
  const named = input.q ? await namedBy(ctx, input.q) : undefined
  const isByIndex = named !== undefined && !text
  const cause = input.cause ? await isOfCause(ctx, input.cause) : undefined
  const { id, ...others } = getTableColumns(webhooks)
  const looked = ctx.db
    .select({ id, ...others, start: startOfError.as('start') })
    .from(webhooks)
    .where(
      and(
        isByIndex ? named : undefined,
        input.state && eq(webhooks.state, input.state),
        cause?.condition,
        input.phone ? eq(webhooks.phoneNumber, soughtNumber(input.phone)) : undefined,
        input.from ? gte(webhooks.id, firstIdAt(new Date(input.from))) : undefined,
        input.to ? lt(webhooks.id, firstIdAt(new Date(input.to))) : undefined,
        after ? lt(webhooks.id, after) : undefined,
      ),
    )
    .orderBy(...(cause?.isOneStart ? [desc(startOfError)] : []), desc(webhooks.id))
    .limit(mostLooked)
    .as('webhook_queue')
  const { headers: _headers, body, url: _url, bodySha256: _hash, start, ...listed } = looked._.selectedFields
  // with one start first it is the same order, and the index has it
  const newestFirst = [...(cause?.isOneStart ? [desc(start)] : []), desc(looked.id)]
  const part = isByIndex ? undefined : input.q
  const rows = await ctx.db
    .select({ webhook: listed, businessName: customers.businessName })
    .from(looked)
    .leftJoin(customers, eq(customers.id, looked.customerId))
    .where(
      and(
        input.provider && eq(looked.provider, input.provider),
        part ? or(holds(looked.eventType, part), holds(looked.lastError, part), holds(body, part)) : undefined,
        // what was named has been shown already
        named && part ? sql`(${named}) is not true` : undefined,
      ),
    )
    .orderBy(...newestFirst)
    .limit(input.limit + 1)
  if (isByIndex && rows.length === 0 && after === undefined)
    return await listWebhooks(ctx, { ...input, cursor: fromTheNewest })
  const duplicates = await duplicatesOf(
    ctx,
    rows.map(({ webhook }) => webhook.id),
  )
  const place = (id: string) => `${text ? textual : ''}${cursorOfId(id)}`
  const page = toPage(rows, {
    limit: input.limit,
    cursorOf: ({ webhook }) => place(webhook.id),
    toItem: (row) => toWebhookRow({ ...row, duplicates: duplicates.get(row.webhook.id) ?? 0 }),
  })
  if (page.nextCursor !== null) return { ...page, searched: null }
  const [last] = await ctx.db
    .select({ id: looked.id, receivedAt: looked.receivedAt })
    .from(looked)
    .orderBy(...newestFirst)
    .limit(1)
    .offset(mostLooked - 1)
  if (last !== undefined) {
    const searched = { by: 'rows' as const, backTo: last.receivedAt.toISOString() }
    return { ...page, nextCursor: place(last.id), searched }
  }
  if (!isByIndex) return { ...page, searched: null }
  return {
    ...page,
    nextCursor: fromTheNewest,
    searched: { by: 'index', backTo: null } satisfies Searched,
  }
}

/** A cursor of the rows whose bytes are searched, behind what was found by name. */
const textual = 't'
const fromTheNewest = `${textual}${'f'.repeat(32)}`

function placeOf(cursor: string | undefined): { text: boolean; after: string | undefined } {
  const text = cursor?.startsWith(textual) ?? false
  return { text, after: idOfCursor(text ? cursor?.slice(textual.length) : cursor) }
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
