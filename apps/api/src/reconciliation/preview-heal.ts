import { toWireId } from '@trunkline/core/platform/wire-id'
import type { Meter } from '@trunkline/core/usage/meter'
import { isClosed, type Period, placeUsage } from '@trunkline/core/usage/period'
import { crossedLevels } from '@trunkline/core/usage/threshold'
import { customers } from '@trunkline/db/schema/customers'
import { reconciliationDifferences, reconciliationRuns } from '@trunkline/db/schema/reconciliation'
import { usageLimits, usagePeriods } from '@trunkline/db/schema/usage'
import { and, asc, eq, inArray, isNotNull, isNull } from 'drizzle-orm'
import type { z } from 'zod'
import { toCustomerRef } from '../customers/wire.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { hashOfPlan } from '../platform/privacy/holding.ts'
import { standingsOf } from '../usage/refresh-limits.ts'
import type { healPreview } from './wire.ts'

type Preview = z.infer<typeof healPreview>
type Difference = typeof reconciliationDifferences.$inferSelect
/** So many are taken in at once: the next preview holds the rest. */
const mostAtOnce = 500

export type HealInput = { runId: string; differenceId?: string | undefined }

/** What healing would take in: which calls and messages, for whom, how much, in which period, and which levels it passes. */
export async function previewHeal(ctx: Ctx, input: HealInput): Promise<Preview> {
  const { missing, isPartial } = await loadMissing(ctx, input)
  const accounts = await loadAccounts(ctx, missing)
  const items = missing.map((one) => toItem(ctx, one, accounts))
  const sumOf = (unit: string) =>
    items.filter((item) => item.unit === unit).reduce((all, { quantity }) => all + quantity, 0)
  const plan = {
    runId: toWireId('run', input.runId),
    count: items.length,
    seconds: sumOf('seconds'),
    segments: sumOf('segments'),
    isPartial,
    items,
    crossings: crossingsOf(missing, accounts),
  }
  // caps move with other usage: what was agreed to is what is taken in, for whom and when
  return { ...plan, hash: hashOfPlan({ runId: plan.runId, items }) }
}

/** What of a run is missing here and was not healed yet. */
export async function loadMissing(
  ctx: Ctx,
  input: HealInput,
  options: { lock?: true } = {},
): Promise<{ missing: Difference[]; isPartial: boolean }> {
  const { runId, differenceId } = input
  const [run] = await ctx.db.select().from(reconciliationRuns).where(eq(reconciliationRuns.id, runId))
  if (run === undefined) throw new DomainError('not_found', 'There is no such run')
  const query = ctx.db
    .select()
    .from(reconciliationDifferences)
    .where(
      and(
        eq(reconciliationDifferences.runId, runId),
        eq(reconciliationDifferences.class, 'missing_here'),
        isNotNull(reconciliationDifferences.record),
        isNull(reconciliationDifferences.healState),
        differenceId === undefined ? undefined : eq(reconciliationDifferences.id, differenceId),
      ),
    )
    .orderBy(asc(reconciliationDifferences.id))
    .limit(mostAtOnce + 1)
  const rows = options.lock ? await query.for('update') : await query
  return { missing: rows.slice(0, mostAtOnce), isPartial: rows.length > mostAtOnce }
}

type Account = {
  businessName: string
  zone: string
  limits: typeof usageLimits.$inferSelect
  over: readonly Period[]
}

async function loadAccounts(ctx: Ctx, missing: readonly Difference[]): Promise<Map<string, Account>> {
  const ids = [...new Set(missing.flatMap(({ customerId }) => customerId ?? []))]
  if (ids.length === 0) return new Map()
  const rows = await ctx.db
    .select({ limits: usageLimits, businessName: customers.businessName, zone: customers.timezone })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .where(inArray(usageLimits.customerId, ids))
  const over = await ctx.db
    .select({ customerId: usagePeriods.customerId, start: usagePeriods.periodStart, end: usagePeriods.periodEnd })
    .from(usagePeriods)
    .where(inArray(usagePeriods.customerId, ids))
    .orderBy(asc(usagePeriods.periodStart))
  return new Map(
    rows.map((row) => [
      row.limits.customerId,
      { ...row, over: over.filter(({ customerId }) => customerId === row.limits.customerId) },
    ]),
  )
}

const meterOf = ({ kind }: Difference): Meter => (kind === 'call' ? 'call_seconds' : 'sms_segments')

function placeOf(one: Difference, account: Account) {
  const { limits, over, zone } = account
  return placeUsage(
    { over, open: { start: limits.periodStart, end: limits.periodEnd } },
    { zone, at: one.occurredAt ?? one.createdAt },
  )
}

function toItem(ctx: Ctx, one: Difference, accounts: ReadonlyMap<string, Account>): Preview['items'][number] {
  const account = accounts.get(one.customerId ?? '')
  const placed = account && placeOf(one, account)
  return {
    id: toWireId('difference', one.id),
    customer: toCustomerRef(one.customerId, account?.businessName ?? null),
    provider: one.provider ?? '',
    providerId: one.providerId ?? '',
    kind: one.kind ?? 'call',
    unit: one.unit,
    quantity: one.theirs,
    occurredAt: (one.occurredAt ?? one.createdAt).toISOString(),
    periodStart: placed?.period.start.toISOString() ?? null,
    periodEnd: placed?.period.end.toISOString() ?? null,
    isClosed: placed !== undefined && placed.standing !== 'open' && isClosed(placed.period, ctx.now),
  }
}

/** Only the open counter has levels to pass: a period that is over alerts nobody. */
function crossingsOf(missing: readonly Difference[], accounts: ReadonlyMap<string, Account>): Preview['crossings'] {
  const sums = new Map<string, { customerId: string; account: Account; meter: Meter; quantity: number }>()
  for (const one of missing) {
    const account = accounts.get(one.customerId ?? '')
    if (one.customerId === null || account === undefined || placeOf(one, account).standing !== 'open') continue
    const meter = meterOf(one)
    const sum = sums.get(`${one.customerId} ${meter}`) ?? { customerId: one.customerId, account, meter, quantity: 0 }
    sums.set(`${one.customerId} ${meter}`, { ...sum, quantity: sum.quantity + one.theirs })
  }
  return [...sums.values()].flatMap(({ customerId, account, meter, quantity }) => {
    const before = standingsOf(account.limits)[meter]
    const after = { ...before, used: before.used + quantity }
    return crossedLevels({ before, after }).map((level) => ({
      customer: { id: toWireId('customer', customerId), businessName: account.businessName },
      unit: meter === 'call_seconds' ? ('seconds' as const) : ('segments' as const),
      level,
      before: before.used,
      after: after.used,
      base: before.base,
    }))
  })
}
