import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { auditLog } from '@trunkline/db/schema/platform'
import { and, desc, eq, gte, ilike, like, lt, or } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../context.ts'
import { firstIdAt } from '../id.ts'
import { cursorOfId, idOfCursor } from '../keyset.ts'

const facts = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).nullable()
export const auditRow = z.object({
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  customerId: z.string().nullable(),
  address: z.string().nullable(),
  requestId: z.string(),
  before: facts,
  after: facts,
})
export type AuditRow = z.infer<typeof auditRow>

export type AuditFilter = {
  actor?: string | undefined
  action?: string | undefined
  subject?: string | undefined
  customerId?: string | undefined
  from?: string | undefined
  to?: string | undefined
}

const literal = (text: string) => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)
// ids are made as the row is: a time range is a range of ids
const since = (text: string | undefined) => (text === undefined ? undefined : firstIdAt(new Date(text)))

function conditions(filter: AuditFilter) {
  const [from, to] = [since(filter.from), since(filter.to)]
  const { actor, action, subject, customerId } = filter
  return [
    actor ? or(eq(auditLog.actor, actor), ilike(auditLog.actor, `%${literal(actor)}%`)) : undefined,
    // `customers` finds all that was done to customers, `customers.delete` one kind of act
    action ? or(eq(auditLog.action, action), like(auditLog.action, `${literal(action)}.%`)) : undefined,
    subject ? eq(auditLog.subject, subject) : undefined,
    customerId ? eq(auditLog.customerId, customerId) : undefined,
    from ? gte(auditLog.id, from) : undefined,
    to ? lt(auditLog.id, to) : undefined,
  ]
}

/** Who did what, the latest first. */
export async function listAudit(ctx: Ctx, input: AuditFilter & { cursor?: string | undefined; limit: number }) {
  const after = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select()
    .from(auditLog)
    .where(and(...conditions(input), after ? lt(auditLog.id, after) : undefined))
    .orderBy(desc(auditLog.id))
    .limit(input.limit + 1)
  return toPage(rows, { limit: input.limit, cursorOf: (row) => cursorOfId(row.id), toItem: toAuditRow })
}

/** The same, all of them, page by page. */
export async function* readAudit(ctx: Ctx, filter: AuditFilter): AsyncGenerator<AuditRow[]> {
  let cursor: string | undefined
  do {
    const page = await listAudit(ctx, { ...filter, cursor, limit: 500 })
    yield page.items
    cursor = page.nextCursor ?? undefined
  } while (cursor !== undefined)
}

const toAuditRow = (row: typeof auditLog.$inferSelect): AuditRow => ({
  id: toWireId('audit', row.id),
  at: row.createdAt.toISOString(),
  actor: row.actor,
  action: row.action,
  subject: row.subject,
  customerId: row.customerId === null ? null : toWireId('customer', row.customerId),
  address: row.address,
  requestId: row.requestId,
  before: row.before as AuditRow['before'],
  after: row.after as AuditRow['after'],
})
