import { type Severity, severities } from '@trunkline/core/alerts/severity'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { callAllowance, smsAllowance } from '@trunkline/core/usage/limit'
import { toUsageMeter } from '@trunkline/core/usage/wire'
import { statement } from '@trunkline/db/connect'
import { opsAlerts } from '@trunkline/db/schema/alerts'
import { customers } from '@trunkline/db/schema/customers'
import { unknownPhones } from '@trunkline/db/schema/numbers'
import { providerStatus } from '@trunkline/db/schema/providers'
import { usageLimits } from '@trunkline/db/schema/usage'
import { count, desc, eq, isNull, sql } from 'drizzle-orm'
import { listAlerts } from '../alerts/list.ts'
import type { Ctx } from '../platform/context.ts'
import { hoursBetween, type TrafficRow } from './traffic.ts'
import type { Overview } from './wire.ts'

const hourMs = 3_600_000
const weekMs = 168 * hourMs

/** Is anything wrong, how much is going on, and who is nearest to his cap. */
export async function loadOverview(ctx: Ctx): Promise<Overview> {
  const now = ctx.now.getTime()
  const dayStart = Math.floor(now / (24 * hourMs)) * 24 * hourMs
  const hours = await hoursBetween(ctx, { from: new Date(now - 24 * hourMs - hourMs), to: ctx.now, bucket: 'hour' })
  const lastWeek = await hoursBetween(ctx, {
    from: new Date(dayStart - weekMs),
    to: new Date(now - weekMs),
    bucket: 'hour',
  })
  const range = { hours, lastWeek, dayStart, now }
  const inbox = await inboxOf(ctx)
  const openAlerts = await openAlertsOf(ctx)
  const [unknown] = await ctx.db.select({ rows: count() }).from(unknownPhones).where(isNull(unknownPhones.resolvedAt))
  const lastAlerts = (await listAlerts(ctx, { limit: 10 })).items
  const nearestCap = await nearestCapOf(ctx)
  const calls = trendOf(range, 'call.', 'count')
  return {
    now: ctx.now.toISOString(),
    sentence: sentenceOf({ inbox, openAlerts, unknownNumbers: unknown?.rows ?? 0, nearestCap }),
    calls,
    messages: trendOf(range, 'message.', 'count'),
    seconds: trendOf(range, 'call.completed', 'seconds'),
    inbox,
    openAlerts,
    unknownNumbers: unknown?.rows ?? 0,
    lastAlerts,
    nearestCap,
    providers: await providersOf(ctx),
  }
}

type Range = { hours: TrafficRow[]; lastWeek: TrafficRow[]; dayStart: number; now: number }

function trendOf(range: Range, prefix: string, field: 'count' | 'seconds') {
  const total = (rows: readonly TrafficRow[]) =>
    Math.max(
      0,
      rows.filter(({ outcome }) => outcome.startsWith(prefix)).reduce((sum, row) => sum + Number(row[field]), 0),
    )
  const firstHour = Math.floor(range.now / hourMs) * hourMs - 23 * hourMs
  const spark = Array.from({ length: 24 }, (_, index) =>
    total(range.hours.filter(({ at }) => Date.parse(at) === firstHour + index * hourMs)),
  )
  return {
    today: total(range.hours.filter(({ at }) => Date.parse(at) >= range.dayStart)),
    sameTimeLastWeek: total(range.lastWeek),
    spark,
  }
}

async function inboxOf(ctx: Ctx): Promise<Overview['inbox']> {
  const [row] = await statement<{ waiting: number; failed: number; dead: number; oldest: number | null }>(
    ctx.db,
    `select (select count(*)::int from webhook_queue where state = 'received') as waiting,
       (select count(*)::int from webhook_queue where state = 'failed') as failed,
       (select count(*)::int from webhook_queue where state = 'dead') as dead,
       (select extract(epoch from now() - min(received_at))::float from webhook_queue where state in ('received', 'failed') and next_attempt_at is not null) as oldest`,
    [],
  )
  return {
    waiting: row?.waiting ?? 0,
    failed: row?.failed ?? 0,
    dead: row?.dead ?? 0,
    oldestWaitingSeconds: Math.max(0, row?.oldest ?? 0),
  }
}

async function openAlertsOf(ctx: Ctx): Promise<Overview['openAlerts']> {
  const rows = await ctx.db
    .select({ severity: opsAlerts.severity, rows: count() })
    .from(opsAlerts)
    .where(isNull(opsAlerts.acknowledgedAt))
    .groupBy(opsAlerts.severity)
  const bySeverity = Object.fromEntries(severities.map((severity) => [severity, 0])) as Record<Severity, number>
  for (const { severity, rows: found } of rows) bySeverity[severity] = found
  return { total: rows.reduce((sum, row) => sum + row.rows, 0), bySeverity }
}

async function nearestCapOf(ctx: Ctx): Promise<Overview['nearestCap']> {
  const base = sql`greatest(1, ${usageLimits.callCapSeconds} + ${usageLimits.callCreditSeconds} + ${usageLimits.rolloverSeconds})`
  const smsBase = sql`greatest(1, ${usageLimits.smsCap} + ${usageLimits.smsCredit})`
  const rows = await ctx.db
    .select({ customer: customers, limits: usageLimits })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .orderBy(
      desc(sql`greatest(${usageLimits.callUsedSeconds}::float / ${base}, ${usageLimits.smsUsed}::float / ${smsBase})`),
      customers.id,
    )
    .limit(8)
  return rows.map(({ customer, limits }) => ({
    customerId: toWireId('customer', customer.id),
    businessName: customer.businessName,
    tier: customer.tier,
    calls: toUsageMeter(callAllowance(limits)),
    sms: toUsageMeter(smsAllowance(limits)),
  }))
}

async function providersOf(ctx: Ctx): Promise<Overview['providers']> {
  const known = await ctx.db.select().from(providerStatus)
  const heard = await statement<{ provider: string; at: string | null }>(
    ctx.db,
    `select provider, (select received_at from webhook_queue where webhook_queue.provider = sources.provider and state <> 'quarantined' order by id desc limit 1) as at
     from unnest(array['retell', 'twilio', 'telnyx']) as sources (provider)`,
    [],
  )
  const isConfigured = {
    retell: ctx.env.retellSecrets.length > 0,
    twilio: ctx.env.twilioSecrets.length > 0,
    telnyx: ctx.env.telnyxKeys.length > 0,
  }
  return heard.map(({ provider, at }) => {
    const api = known.find((row) => row.provider === provider)
    const fallback = isConfigured[provider as keyof typeof isConfigured]
      ? ('healthy' as const)
      : ('not_configured' as const)
    return {
      provider,
      component: 'webhooks',
      state: api?.state ?? fallback,
      circuit: api?.circuit ?? ('closed' as const),
      lastEventAt: at === null ? null : new Date(at).toISOString(),
    }
  })
}

type Item = Overview['sentence']['items'][number]

/** What is wrong, the worst first; nothing where nothing is. */
function sentenceOf(
  found: Pick<Overview, 'inbox' | 'openAlerts' | 'unknownNumbers' | 'nearestCap'>,
): Overview['sentence'] {
  const { inbox, openAlerts, unknownNumbers } = found
  const items: Item[] = []
  const urgent = openAlerts.bySeverity.critical + openAlerts.bySeverity.high
  if (inbox.oldestWaitingSeconds > 60) {
    items.push({
      severity: 'critical',
      text: `The inbox is ${Math.round(inbox.oldestWaitingSeconds)} s behind`,
      link: { to: 'webhooks' },
    })
  }
  if (urgent > 0)
    items.push({
      severity: 'high',
      text: `${urgent} urgent ${urgent === 1 ? 'alert is' : 'alerts are'} open`,
      link: { to: 'alerts' },
    })
  if (inbox.dead > 0) {
    items.push({
      severity: 'medium',
      text: `${inbox.dead} ${inbox.dead === 1 ? 'webhook needs' : 'webhooks need'} a person`,
      link: { to: 'webhooks' },
    })
  }
  const stopped = found.nearestCap.filter(({ calls, sms }) => calls.state === 'hard_stop' || sms.state === 'hard_stop')
  for (const customer of stopped.slice(0, 3)) {
    items.push({
      severity: 'medium',
      text: `${customer.businessName} is stopped at its cap`,
      link: { to: 'customers', id: customer.customerId },
    })
  }
  if (unknownNumbers > 0) {
    const text = `${unknownNumbers} unknown ${unknownNumbers === 1 ? 'number waits' : 'numbers wait'} for an owner`
    items.push({ severity: 'low', text, link: { to: 'unknown-numbers' } })
  }
  return { state: items.length === 0 ? 'quiet' : 'attention', items }
}
