import { maskText } from '@trunkline/core/platform/mask'
import { auditLog } from '@trunkline/db/schema/platform'
import { actorLabel, type Ctx } from './context.ts'
import { newId } from './id.ts'
import { announce } from './live.ts'
import type { Holding } from './privacy/holding.ts'

type Facts = Record<string, string | number | boolean | null>

type Entry = { action: string; subject: string; customerId?: string | null; before?: Facts; after?: Facts }

/** Writes who did what to what, on the caller's transaction. Numbers in it are masked. */
export const audit = (ctx: Ctx, entry: Entry): Promise<void> => auditAll(ctx, [entry])

/** The same of many at once. */
export async function auditAll(ctx: Ctx, entries: readonly Entry[]): Promise<void> {
  if (entries.length === 0) return
  await ctx.db.insert(auditLog).values(
    entries.map((entry) => ({
      id: newId(),
      actor: actorLabel(ctx.actor),
      address: ctx.address,
      requestId: ctx.requestId,
      action: entry.action,
      subject: entry.subject,
      customerId: entry.customerId ?? null,
      before: masked(entry.before),
      after: masked(entry.after),
      createdAt: ctx.now,
    })),
  )
  await announce(ctx, ['audit'])
}

function masked(facts: Facts | undefined): Facts | null {
  if (facts === undefined) return null
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => [name, typeof value === 'string' ? maskText(value) : value]),
  )
}

/** Who did what stays for its time, whoever asks: numbers in it are masked, and owners are named by an id. */
export const auditHoldings: readonly Holding[] = [
  {
    table: 'audit_log',
    ofCustomer: {
      where: 'customer_id = $1::text::uuid',
      keep: 'It says who did what, is never changed, and leaves when it is old',
    },
  },
]
