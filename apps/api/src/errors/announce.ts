import type { ErrorNews } from '@trunkline/core/errors/lifecycle'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { errorGroupCustomers } from '@trunkline/db/schema/errors'
import { and, count, eq, gt, like, sql } from 'drizzle-orm'
import { raiseAlerts } from '../alerts/raise.ts'
import type { Ctx } from '../platform/context.ts'
import type { Group } from './record.ts'

const words: Record<ErrorNews, { type: string; title: string; runbook: string }> = {
  new: { type: 'error_new', title: 'New error', runbook: 'docs/runbooks/errors.md#new' },
  regressed: { type: 'error_regressed', title: 'A resolved error is back', runbook: 'docs/runbooks/errors.md#back' },
  outgrown: { type: 'error_outgrown', title: 'An ignored error has grown', runbook: 'docs/runbooks/errors.md#grown' },
}

/** So many alerts about errors in an hour wake somebody one by one; after them one alert speaks for the rest of the hour. */
const mostAnHour = 10

/** One alert a bug, not one an occurrence; one more each time it comes back. Answers the alert that speaks for it. */
export async function announceError(ctx: Ctx, group: Group, news: ErrorNews): Promise<string | undefined> {
  const { type, title, runbook } = words[news]
  const series = `error:${group.id}`
  const [recent] = await ctx.db
    .select({ alerts: count() })
    .from(opsAlerts)
    .where(and(like(opsAlerts.alertType, 'error\\_%'), gt(opsAlerts.createdAt, sql`now() - interval '1 hour'`)))
  if ((recent?.alerts ?? 0) >= mostAnHour) return await announceMany(ctx)
  const [raised] = await raiseAlerts(ctx, [
    {
      type,
      severity: group.severity,
      customerId: await onlyCustomer(ctx, group),
      dedupKey: `${series}:${group.returns}`,
      series,
      rank: group.returns,
      title: `${title}: ${group.type} at ${group.culprit}`.slice(0, 300),
      message: `${group.title}\nSeen ${times(group.occurrences)}${group.customers === 0 ? '' : `, ${group.customers} of our customers affected`}. Open Errors to see where and why.`,
      runbook,
      metadata: {
        error: toWireId('error', group.id),
        source: group.source,
        occurrences: group.occurrences,
        customers: group.customers,
      },
    },
  ])
  return raised
}

async function announceMany(ctx: Ctx): Promise<string | undefined> {
  const hour = ctx.now.toISOString().slice(0, 13)
  const [raised] = await raiseAlerts(ctx, [
    {
      type: 'errors_many',
      severity: 'critical',
      customerId: null,
      dedupKey: `errors:many:${hour}`,
      series: `errors:many:${hour}`,
      rank: 1,
      title: `More than ${mostAnHour} different errors within an hour`,
      message:
        'Something larger is broken: a release, the database, a provider. Open Errors; further ones of this hour raise no alert of their own.',
      runbook: 'docs/runbooks/errors.md#many',
      metadata: {},
    },
  ])
  return raised
}

const times = (occurrences: number) => (occurrences === 1 ? 'once' : `${occurrences.toLocaleString('en-US')} times`)

/** The customer whom it is about, where it has hit one alone. */
async function onlyCustomer(ctx: Ctx, group: Group): Promise<string | null> {
  if (group.customers !== 1) return null
  const [hit] = await ctx.db
    .select({ customerId: errorGroupCustomers.customerId })
    .from(errorGroupCustomers)
    .where(eq(errorGroupCustomers.groupId, group.id))
    .limit(1)
  return hit?.customerId ?? null
}
