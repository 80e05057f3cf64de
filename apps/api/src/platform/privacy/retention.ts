import {
  horizonsOf,
  type Retention,
  type RetentionKind,
  retentionKinds,
  retentionRules,
} from '@trunkline/core/platform/retention'
import { statement } from '@trunkline/db/connect'
import { retentionMarks, retentionSettings } from '@trunkline/db/schema/platform'
import { eq, sql } from 'drizzle-orm'
import { audit } from '../audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../context.ts'
import type { Env } from '../env.ts'
import { firstIdAt } from '../id.ts'
import type { Holding } from './holding.ts'

const defaultsOf = (env: Env): Retention => ({
  bytes: env.RETENTION_BYTES_DAYS,
  events: env.RETENTION_EVENTS_MONTHS,
  audit: env.RETENTION_AUDIT_MONTHS,
})

/** How long everything is kept: as an administrator has said, else as the environment does. */
export async function loadRetention(ctx: Ctx): Promise<Retention> {
  const rows = await ctx.db.select().from(retentionSettings)
  return { ...defaultsOf(ctx.env), ...Object.fromEntries(rows.map(({ kind, amount }) => [kind, amount])) }
}

/** The same with its bounds, and who has said so. */
export async function showRetention(ctx: Ctx) {
  const rows = await ctx.db.select().from(retentionSettings)
  const defaults = defaultsOf(ctx.env)
  return {
    kinds: retentionKinds.map((kind) => {
      const row = rows.find((setting) => setting.kind === kind)
      const amount = row?.amount ?? defaults[kind]
      const said = { updatedAt: row?.updatedAt.toISOString() ?? null, updatedBy: row?.updatedBy ?? null }
      return { kind, amount, default: defaults[kind], ...retentionRules[kind], ...said }
    }),
  }
}

/** How much the next sweep would shred or forget, table by table, if everything was kept so long. Changes nothing. */
export async function previewRetention(
  ctx: Ctx,
  holdings: readonly Holding[],
  input: Retention,
): Promise<{ rows: { table: string; kind: RetentionKind; rows: number }[] }> {
  const horizons = horizonsOf(input, ctx.now)
  const rows: { table: string; kind: RetentionKind; rows: number }[] = []
  for (const { table, retention } of holdings) {
    if (retention === undefined) continue
    const { kind, waits } = retention
    const [mark] = await ctx.db.select().from(retentionMarks).where(eq(retentionMarks.kind, table))
    const [due] = await statement<{ rows: string }>(
      ctx.db,
      `select count(*) as rows from ${table} where id > $1::text::uuid and id < $2::text::uuid and shredded_at is null and not (${waits})`,
      [mark?.throughId ?? '00000000-0000-0000-0000-000000000000', firstIdAt(horizons[kind])],
    )
    rows.push({ table, kind, rows: Number(due?.rows ?? 0) })
  }
  const [old] = await statement<{ rows: string }>(
    ctx.db,
    `select count(*) as rows from audit_log where created_at < least($1::text::timestamptz, now() - interval '1 year')`,
    [horizons.audit.toISOString()],
  )
  return { rows: [...rows, { table: 'audit_log', kind: 'audit', rows: Number(old?.rows ?? 0) }] }
}

/** Says how long everything is kept from now on. What is as the environment says is not said again. */
export async function setRetention(ctx: Ctx, input: Retention) {
  await inTransaction(ctx, async (ctx) => {
    // who changes them at the same moment waits, so that each writes down what was before
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended('retention_settings', 0))`)
    const before = await loadRetention(ctx)
    const defaults = defaultsOf(ctx.env)
    const changed = retentionKinds.filter((kind) => before[kind] !== input[kind])
    if (changed.length === 0) return
    for (const kind of changed) {
      const setting = { kind, amount: input[kind], updatedAt: ctx.now, updatedBy: actorLabel(ctx.actor) }
      if (input[kind] === defaults[kind]) await ctx.db.delete(retentionSettings).where(eq(retentionSettings.kind, kind))
      else
        await ctx.db
          .insert(retentionSettings)
          .values(setting)
          .onConflictDoUpdate({ target: retentionSettings.kind, set: setting })
    }
    const only = (values: Retention) => Object.fromEntries(changed.map((kind) => [kind, values[kind]]))
    await audit(ctx, {
      action: 'privacy.set_retention',
      subject: 'setting:retention',
      before: only(before),
      after: only(input),
    })
  })
  return await showRetention(ctx)
}
