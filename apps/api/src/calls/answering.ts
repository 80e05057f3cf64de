import { answeringSwitch } from '@trunkline/db/schema/calls'
import { sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { announce } from '../platform/live.ts'

const name = 'maintenance'

/** Whether calls are answered, and who has said so. What has an end is over by itself, by the database's clock. */
export async function showAnswering(ctx: Ctx) {
  const [row] = await ctx.db
    .select({
      isOn: sql<boolean>`${answeringSwitch.isOn} and (${answeringSwitch.until} is null or ${answeringSwitch.until} > now())`,
      reason: answeringSwitch.reason,
      until: answeringSwitch.until,
      updatedAt: answeringSwitch.updatedAt,
      updatedBy: answeringSwitch.updatedBy,
    })
    .from(answeringSwitch)
  return {
    isInMaintenance: row?.isOn ?? false,
    reason: row?.reason ?? null,
    until: row?.until?.toISOString() ?? null,
    updatedAt: row?.updatedAt.toISOString() ?? null,
    updatedBy: row?.updatedBy ?? null,
  }
}

/** From the next call on, every caller of every customer hears that the line is being worked on; or is answered again. */
export async function setAnswering(
  ctx: Ctx,
  input: { isInMaintenance: boolean; reason: string; until?: string | undefined },
) {
  const until = input.until === undefined ? null : new Date(input.until)
  if (until !== null && until <= ctx.now)
    throw new DomainError('invalid', 'Maintenance ends after now', { fields: { until: 'must lie in the future' } })
  return await inTransaction(ctx, async (ctx) => {
    // who switches at the same moment waits, so that each writes down what was before
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended('answering_switch', 0))`)
    const before = await showAnswering(ctx)
    const setting = {
      name,
      isOn: input.isInMaintenance,
      reason: input.reason,
      until: input.isInMaintenance ? until : null,
      updatedAt: ctx.now,
      updatedBy: actorLabel(ctx.actor),
    }
    await ctx.db
      .insert(answeringSwitch)
      .values(setting)
      .onConflictDoUpdate({ target: answeringSwitch.name, set: setting })
    const after = await showAnswering(ctx)
    const told = ({ isInMaintenance, until, reason }: typeof after) => ({ isInMaintenance, until, reason })
    await audit(ctx, {
      action: 'calls.setAnswering',
      subject: 'setting:answering',
      before: told(before),
      after: told(after),
    })
    await announce(ctx, ['calls'])
    return after
  })
}
