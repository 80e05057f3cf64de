import type { Severity } from '@trunkline/core/alerts/severity'
import type { ErrorSource } from '@trunkline/core/errors/fingerprint'
import type { ErrorState } from '@trunkline/core/errors/lifecycle'
import { toPage } from '@trunkline/core/platform/page'
import { errorGroupCustomers, errorGroups, errorHours } from '@trunkline/db/schema/errors'
import { and, count, desc, eq, exists, gte, ilike, inArray, lt, ne, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { cursorOfPair, timeOfCursor } from '../platform/keyset.ts'
import { toErrorRow } from './wire.ts'

type Input = {
  state?: ErrorState | undefined
  resolved?: 'true' | 'false' | undefined
  severity?: Severity | undefined
  source?: ErrorSource | undefined
  q?: string | undefined
  customerId?: string | undefined
  from?: string | undefined
  to?: string | undefined
  cursor?: string | undefined
  limit: number
}

const hourMs = 3_600_000
const hoursShown = 24

/** The bugs that happened last come first. */
export async function listErrors(ctx: Ctx, input: Input) {
  const after = timeOfCursor(input.cursor)
  const text = input.q === undefined ? undefined : `%${input.q.replaceAll(/[\\%_]/g, '\\$&')}%`
  const rows = await ctx.db
    .select()
    .from(errorGroups)
    .where(
      and(
        input.state && eq(errorGroups.state, input.state),
        input.resolved === undefined
          ? undefined
          : input.resolved === 'true'
            ? eq(errorGroups.state, 'resolved')
            : ne(errorGroups.state, 'resolved'),
        input.severity && eq(errorGroups.severity, input.severity),
        input.source && eq(errorGroups.source, input.source),
        text === undefined
          ? undefined
          : or(ilike(errorGroups.title, text), ilike(errorGroups.type, text), ilike(errorGroups.culprit, text)),
        input.customerId === undefined
          ? undefined
          : exists(
              ctx.db
                .select({ one: sql`1` })
                .from(errorGroupCustomers)
                .where(
                  and(
                    eq(errorGroupCustomers.groupId, errorGroups.id),
                    eq(errorGroupCustomers.customerId, input.customerId),
                  ),
                ),
            ),
        input.from ? gte(errorGroups.lastSeenAt, new Date(input.from)) : undefined,
        input.to ? lt(errorGroups.lastSeenAt, new Date(input.to)) : undefined,
        after && sql`(${errorGroups.lastSeenAt}, ${errorGroups.id}) < (${after.value}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(errorGroups.lastSeenAt), desc(errorGroups.id))
    .limit(input.limit + 1)
  const hoursOf = await loadHours(
    ctx,
    rows.map(({ id }) => id),
  )
  const [unresolved] = await ctx.db.select({ groups: count() }).from(errorGroups).where(eq(errorGroups.state, 'open'))
  return {
    ...toPage(rows, {
      limit: input.limit,
      cursorOf: ({ lastSeenAt, id }) => cursorOfPair(lastSeenAt.toISOString(), id),
      toItem: (group) => toErrorRow(group, hoursOf(group.id)),
    }),
    unresolvedCount: unresolved?.groups ?? 0,
  }
}

/** How often each of these happened in each of the last 24 hours, the current one last. */
export async function loadHours(ctx: Ctx, groupIds: readonly string[]): Promise<(groupId: string) => number[]> {
  const first = Math.floor(ctx.now.getTime() / hourMs) * hourMs - (hoursShown - 1) * hourMs
  const rows =
    groupIds.length === 0
      ? []
      : await ctx.db
          .select()
          .from(errorHours)
          .where(and(inArray(errorHours.groupId, [...groupIds]), gte(errorHours.hour, new Date(first))))
  const found = new Map(rows.map(({ groupId, hour, occurrences }) => [`${groupId} ${hour.getTime()}`, occurrences]))
  return (groupId) =>
    Array.from({ length: hoursShown }, (_, index) => found.get(`${groupId} ${first + index * hourMs}`) ?? 0)
}
