import type { ErrorState } from '@trunkline/core/errors/lifecycle'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { errorGroups } from '@trunkline/db/schema/errors'
import { and, eq, ne, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { announce } from '../platform/live.ts'
import { loadHours } from './list.ts'
import { untouched } from './record.ts'
import { toErrorRow, toErrorState } from './wire.ts'

type Change = Partial<Record<keyof typeof errorGroups.$inferInsert, unknown>>

/** It is mended. Should it happen again, it comes back by itself and says so. */
export async function resolveError(ctx: Ctx, input: { errorId: string; notes?: string | undefined; by: string }) {
  return await decide(ctx, input.errorId, 'resolved', 'errors.resolve', {
    resolvedAt: ctx.now,
    resolvedBy: input.by,
    resolution: input.notes ?? null,
  })
}

/** It is left alone until a moment, or until it has happened so many times more, or has hit so many customers more. */
export async function ignoreError(
  ctx: Ctx,
  input: {
    errorId: string
    until?: string | undefined
    occurrences?: number | undefined
    customers?: number | undefined
    by: string
  },
) {
  if (input.until === undefined && input.occurrences === undefined && input.customers === undefined) {
    throw new DomainError('invalid', 'Say until when, until how many occurrences, or until how many customers', {
      fields: { until: 'is missing, and so are occurrences and customers' },
    })
  }
  if (input.until !== undefined && Date.parse(input.until) <= ctx.now.getTime()) {
    throw new DomainError('invalid', 'The moment has passed', { fields: { until: 'must lie in the future' } })
  }
  return await decide(ctx, input.errorId, 'ignored', 'errors.ignore', {
    ignoredAt: ctx.now,
    ignoredBy: input.by,
    ignoreUntil: input.until === undefined ? null : new Date(input.until),
    ignoreOccurrences:
      input.occurrences === undefined ? null : sql`${errorGroups.occurrences} + ${input.occurrences}::bigint`,
    ignoreCustomers: input.customers === undefined ? null : sql`${errorGroups.customers} + ${input.customers}::int`,
  })
}

/** What was decided is taken back. */
export async function reopenError(ctx: Ctx, input: { errorId: string }) {
  return await decide(ctx, input.errorId, 'open', 'errors.reopen', {})
}

async function decide(ctx: Ctx, errorId: string, state: ErrorState, action: string, change: Change) {
  return await inTransaction(ctx, async (ctx) => {
    const [before] = await ctx.db
      .select({ state: errorGroups.state })
      .from(errorGroups)
      .where(eq(errorGroups.id, errorId))
      .for('update')
    if (before === undefined) throw new DomainError('not_found', 'There is no such error')
    // ignoring again sets new bounds; resolving or reopening again would do nothing
    const isOther = state === 'ignored' ? undefined : ne(errorGroups.state, state)
    const [group] = await ctx.db
      .update(errorGroups)
      .set({ ...untouched, ...change, state } as Partial<typeof errorGroups.$inferInsert>)
      .where(and(eq(errorGroups.id, errorId), isOther))
      .returning()
    if (group === undefined) {
      throw new DomainError('conflict', `The error is ${state} already`, { fields: { state: `is ${state}` } })
    }
    await audit(ctx, {
      action,
      subject: toWireId('error', errorId),
      before: { state: before.state },
      after: { state, ...(group.resolution === null ? {} : { notes: group.resolution }) },
    })
    await announce(ctx, ['errors'])
    const hoursOf = await loadHours(ctx, [group.id])
    return { ...toErrorRow(group, hoursOf(group.id)), ...toErrorState(group) }
  })
}
