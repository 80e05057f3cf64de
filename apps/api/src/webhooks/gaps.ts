import { toWireId } from '@trunkline/core/platform/wire-id'
import type { GapAnswer, GapKind } from '@trunkline/core/webhooks/gap'
import { isSilent, usualOf, wallShifts } from '@trunkline/core/webhooks/silence'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { customers } from '@trunkline/db/schema/customers'
import { raiseAlerts } from '../alerts/raise.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { firstIdAt } from '../platform/id.ts'
import { askableProviders } from '../providers/find-record.ts'
import { describeBackfill } from './backfill-runs.ts'
import { loadBacklog } from './backlog.ts'

const hourMs = 3_600_000
const weekMs = 168 * hourMs
const weeksLookedAt = 4
/** What is missing for longer is reconciliation's. */
const lookedAtDays = 7
const examplesShown = 5

/** When each is missing something: a call its end, also where the carrier alone has told of it, its analysis; a text what became of it. */
const patience = { end: '2 hours', analysis: '30 minutes', status: '1 hour' }

/** Since when what is missing is looked for: the `$1` of `gapTables`. */
export const lookedAtFrom = (ctx: Ctx): string => firstIdAt(new Date(ctx.now.getTime() - lookedAtDays * 24 * hourMs))

/** Every call and message that misses something, and who can be asked for it. What is shredded is asked of nobody. */
export const gapTables = `calls as materialized (
    select id, case
      when status in ('queued', 'initiated', 'ringing', 'in-progress') and updated_at < now() - interval '${patience.end}' then 'end'
      when status = 'completed' and retell_call_id is not null and ended_at < now() - interval '${patience.analysis}' then case
        when not jsonb_exists_any(facts, array['retell:call_ended', 'retell:call_analyzed']) then 'end'
        when not jsonb_exists(facts, 'retell:call_analyzed') then 'analysis'
      end
    end as missing,
    case when shredded_at is not null then null when retell_call_id is not null then 'retell' when twilio_call_sid is not null then 'twilio' end as provider,
    coalesce(retell_call_id, twilio_call_sid) as provider_id, phone_number
    from call_events where id >= $1::text::uuid
  ), messages as materialized (
    select id, case when shredded_at is not null then null when message_sid ~ '^(SM|MM)' then 'twilio' when message_sid is not null then 'telnyx' end as provider,
      message_sid as provider_id, phone_number
    from sms_events where id >= $1::text::uuid and direction = 'outbound' and updated_at < now() - interval '${patience.status}'
      and status in ('accepted', 'scheduled', 'queued', 'sending', 'sent') and not facts @? '$.*.isFinal'
  ), gaps as (
    select missing, id, provider, provider_id, phone_number from calls where missing is not null
    union all select 'status', id, provider, provider_id, phone_number from messages
  )`

type Missing = { missing: GapKind; found: number; ids: string[]; answers: Partial<Record<GapAnswer, number>> }
/** What should have come and did not, and what has come and is not counted yet. */
export async function listGaps(ctx: Ctx) {
  const missing = await statement<Missing>(
    ctx.db,
    `with ${gapTables}, told as (
       select gaps.missing, gaps.id, asked.answer from gaps
       left join webhook_gaps as asked on asked.event_id = gaps.id and asked.missing = gaps.missing
     )
     select missing, count(*)::int as found, (array_agg(id::text order by id desc))[1:${examplesShown}] as ids,
       (select coalesce(jsonb_object_agg(answer, many), '{}') from (
          select answer, count(*)::int as many from told as of where of.missing = told.missing and answer is not null group by answer
        ) as answered) as answers
     from told group by missing order by missing`,
    [lookedAtFrom(ctx)],
  )
  const backlog = await loadBacklog(ctx)
  return {
    missing: missing.map(({ missing, found, ids, answers }) => ({
      missing,
      found,
      answers: { filled: 0, unchanged: 0, unknown: 0, unanswered: 0, ...answers },
      examples: ids.map((id) => toWireId(missing === 'status' ? 'message' : 'call', id)),
    })),
    silent: await silentSources(ctx),
    backlog: backlog.customers,
    isBacklogWhole: backlog.isWhole,
    backfill: await describeBackfill(ctx),
  }
}

type Heard = { span: number; provider: WebhookProvider; door: string; heard: number; refused: number }
/** `refused`: what came of it all the same, and could not be proven to be the provider’s. */
type Silent = { provider: WebhookProvider; door: string; usual: number; refused: number }

/** Sources that say nothing in an hour of the week at which they usually say much: in the last one, or in the one that ends at `until`. */
export async function silentSources(ctx: Ctx, until = ctx.now): Promise<Silent[]> {
  const zones = (await ctx.db.selectDistinct({ zone: customers.timezone }).from(customers)).map(({ zone }) => zone)
  const weeks = Array.from({ length: weeksLookedAt + 1 }, (_, week) => week)
  const spans = weeks.flatMap((week) => {
    const past = new Date(until.getTime() - week * weekMs)
    return wallShifts({ zones, now: until, past }).map((shift) => ({ week, end: past.getTime() + shift }))
  })
  const rows = await statement<Heard>(
    ctx.db,
    `select span.nth::int - 1 as span, queue.provider, queue.door,
       count(*) filter (where queue.verdict = 'verified')::int as heard, count(*) filter (where queue.verdict <> 'verified')::int as refused
     from unnest($1::text[], $2::text[]) with ordinality as span (first, last, nth)
     join webhook_queue as queue on queue.id >= span.first::uuid and queue.id < span.last::uuid and queue.door not like 'fetched/%'
     group by 1, 2, 3`,
    [spans.map(({ end }) => firstIdAt(new Date(end - hourMs))), spans.map(({ end }) => firstIdAt(new Date(end)))],
  )
  const sources = Map.groupBy(rows, ({ provider, door }) => `${provider}/${door}`)
  return [...sources.values()].flatMap((rows) => {
    const heardIn = spans.map(({ week }, nth) => ({ week, heard: rows.find(({ span }) => span === nth)?.heard ?? 0 }))
    // of a week in which the clocks stood otherwise the least of what it may have been
    const [heard = 0, ...before] = weeks.map((nth) =>
      Math.min(...heardIn.flatMap(({ week, heard }) => (week === nth ? [heard] : []))),
    )
    const [source] = rows
    if (source === undefined || !isSilent({ heard, before })) return []
    const refused = rows.find(({ span }) => span === 0)?.refused ?? 0
    return [{ provider: source.provider, door: source.door, usual: usualOf(before) ?? 0, refused }]
  })
}

function whatHeals(ctx: Ctx, provider: WebhookProvider): string {
  const isAsked = ctx.env.WEBHOOK_BACKFILL === 'on' && askableProviders(ctx).some((one) => one === provider)
  return isAsked
    ? 'what its lists hold is taken in meanwhile, and the rest is healed by a reconciliation'
    : 'what it could not deliver it must send again, since nobody asks it for that'
}

const whereToLook = (refused: number): string =>
  refused === 0
    ? 'Look at the provider’s status and at the address that it calls'
    : `${refused} were refused: look under «Quarantined» why, its secret may have changed`

/** Tells once a day of each source that has fallen silent. */
export async function watchSilence(ctx: Ctx): Promise<void> {
  const silent = await silentSources(ctx)
  if (silent.length === 0) return
  await inTransaction(ctx, async (ctx) => {
    await raiseAlerts(
      ctx,
      silent.map(({ provider, door, usual, refused }) => ({
        type: 'source_silent',
        severity: 'high',
        customerId: null,
        dedupKey: `webhooks:silent:${provider}:${door}:${ctx.now.toISOString().slice(0, 10)}`,
        series: `webhooks:silent:${provider}:${door}`,
        rank: 1,
        title:
          refused === 0
            ? `Nothing came from ${provider} at ${door} for an hour`
            : `Nothing of ${provider} at ${door} was taken for an hour`,
        message: `At this hour of the week about ${usual} webhooks come. ${whereToLook(refused)}; ${whatHeals(ctx, provider)}.`,
        runbook: 'docs/runbooks/webhooks.md#silent',
        metadata: { provider, door, usual, ...(refused > 0 && { refused }) },
      })),
    )
  })
}
