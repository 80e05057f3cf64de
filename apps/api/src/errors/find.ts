import { toWireId } from '@trunkline/core/platform/wire-id'
import { may } from '@trunkline/core/sessions/permission'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { customers } from '@trunkline/db/schema/customers'
import { errorGroupCustomers, errorGroups, errorLogs } from '@trunkline/db/schema/errors'
import { desc, eq } from 'drizzle-orm'
import { toCustomerRef } from '../customers/wire.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { loadHours } from './list.ts'
import { toErrorRow, toErrorState } from './wire.ts'

/** One bug: what was decided, whom it hit, its alert, and the occurrences that were kept. */
export async function findError(ctx: Ctx, input: { errorId: string }) {
  const [found] = await ctx.db
    .select({ group: errorGroups, alert: opsAlerts })
    .from(errorGroups)
    .leftJoin(opsAlerts, eq(opsAlerts.id, errorGroups.alertId))
    .where(eq(errorGroups.id, input.errorId))
  if (found === undefined) throw new DomainError('not_found', 'There is no such error')
  const { group, alert } = found
  const logs = await ctx.db
    .select({ log: errorLogs, businessName: customers.businessName })
    .from(errorLogs)
    .leftJoin(customers, eq(customers.id, errorLogs.customerId))
    .where(eq(errorLogs.groupId, group.id))
    .orderBy(desc(errorLogs.id))
  const hits = await ctx.db
    .select({ id: customers.id, businessName: customers.businessName, occurrences: errorGroupCustomers.occurrences })
    .from(errorGroupCustomers)
    .innerJoin(customers, eq(customers.id, errorGroupCustomers.customerId))
    .where(eq(errorGroupCustomers.groupId, group.id))
    .orderBy(desc(errorGroupCustomers.occurrences), desc(customers.id))
    .limit(20)
  const hoursOf = await loadHours(ctx, [group.id])
  const readsContent = ctx.actor.kind === 'user' && may(ctx.actor.role, 'content')
  return {
    ...toErrorRow(group, hoursOf(group.id)),
    ...toErrorState(group),
    firstRelease: group.firstRelease,
    lastRelease: group.lastRelease,
    alert: alert === null ? null : { id: toWireId('alert', alert.id), title: alert.title, severity: alert.severity },
    hits: hits.map(({ id, businessName, occurrences }) => ({
      customer: { id: toWireId('customer', id), businessName },
      occurrences,
    })),
    samples: logs.map(({ log, businessName }) => ({
      id: toWireId('errorSample', log.id),
      at: log.at.toISOString(),
      message: log.message,
      stack: log.stack
        .split('\n')
        .filter((line) => line !== '')
        .map((text) => ({ text, isOurs: /\((?:apps|packages)\/[\w-]+\/src\//.test(text) })),
      place: log.place,
      requestId: log.requestId,
      actor: log.actor,
      customer: toCustomerRef(log.customerId, businessName),
      webhookId: log.webhookId === null ? null : toWireId('webhook', log.webhookId),
      input: readsContent ? log.input : null,
      release: log.release,
      userAgent: log.userAgent,
    })),
  }
}
