import { horizonsOf } from '@trunkline/core/platform/retention'
import { maintainPartitions as maintain } from '@trunkline/db/partitions'
import { raiseAlerts } from '../alerts/raise.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { loadRetention } from '../platform/privacy/retention.ts'

/** So long that a month of failing runs still finds a partition. */
const monthsAhead = 3

/** A row that is not done, or whose bytes nobody has shredded, keeps its whole month. */
const notDone = `state in ('received', 'failed', 'dead') or shredded_at is null`

/** Makes the partitions of the next months, drops those of the inbox that have had their time, and tells of what is wrong with any. */
export async function maintainPartitions(ctx: Ctx): Promise<void> {
  const { bytes, events } = horizonsOf(await loadRetention(ctx), ctx.now)
  const keptFrom = new Date(Math.min(bytes.getTime(), events.getTime()))
  const maintained = await maintain(ctx.env.DATABASE_DIRECT_URL, {
    now: ctx.now,
    monthsAhead,
    expiries: [{ table: 'webhook_queue', keptFrom, forbids: notDone }],
  })
  if (maintained === undefined) return
  const { made, dropped, deleted, faults, locked } = maintained
  if (made.length + dropped.length + deleted > 0) ctx.log.info({ made, dropped, deleted }, 'partitions maintained')
  const month = ctx.now.toISOString().slice(0, 7)
  await raiseAlerts(
    ctx,
    faults.map(({ table, what }) => ({
      type: 'partition_fault',
      severity: 'high',
      customerId: null,
      dedupKey: `partition_fault:${month}:${what}`,
      series: `partition_fault:${table}`,
      rank: 0,
      title: `The table ${table} needs a look`,
      message: `${table}: ${what}.`,
      runbook: 'docs/runbooks/monitors.md#partitions',
      metadata: { table, what },
    })),
  ) // after the rest is done and told: the job tries again
  if (locked.length > 0)
    throw new DomainError('unavailable', `Somebody has held a lock for too long on ${locked.join(', ')}`)
}
