import { toWireId } from '@trunkline/core/platform/wire-id'
import { askAgainAfter, type GapAnswer, type GapKind } from '@trunkline/core/webhooks/gap'
import { statement } from '@trunkline/db/connect'
import { webhookGaps } from '@trunkline/db/schema/webhooks-gaps'
import { and, eq, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { step } from '../platform/step.ts'
import { askableProviders, type FoundRecord, findRecord, type RecordProvider } from '../providers/find-record.ts'
import { beginBackfill, countBackfill, endBackfill, faultOf } from './backfill-runs.ts'
import { backfillSilent } from './backfill-silent.ts'
import { gapTables, lookedAtFrom } from './gaps.ts'
import { takeInFetched } from './take-in-fetched.ts'

/** So many are asked for by one run. What is left is the next one's. */
const mostAsked = 100
/** Longer than it takes to ask for all of them, though each answer be as slow as it may. */
const leaseSeconds = 1200

const hasFailed = `asked.answer is not distinct from 'unanswered'`

type Gap = {
  event_id: string
  missing: GapKind
  generation: number
  asks: number
  provider: RecordProvider
  provider_id: string
  phone_number: string | null
}

/**
 * Asks the providers for what never came, and takes what they answer into the inbox: of calls and messages that miss something, and
 * of sources that have fallen silent. A provider that does not answer is left alone until the next run.
 */
export async function backfillGaps(ctx: NetCtx): Promise<void> {
  if (ctx.env.WEBHOOK_BACKFILL === 'off') return
  const runId = await beginBackfill(ctx)
  const faults = new Map<RecordProvider, string>()
  const providers = askableProviders(ctx)
  for (const gap of await claimGaps(ctx, providers)) await fillGap(ctx, gap, { runId, faults })
  await backfillSilent(ctx, { runId, providers, faults })
  await endBackfill(
    ctx,
    runId,
    [...faults].map(([provider, fault]) => `${provider}: ${fault}`),
  )
}

/**
 * Takes gaps of which nobody is asking just now, for some minutes: the oldest of each provider in turn, so that who does not answer
 * leaves room for the others, and at last those over which their provider failed before.
 */
async function claimGaps(ctx: Ctx, providers: readonly RecordProvider[]): Promise<Gap[]> {
  if (providers.length === 0) return []
  return await statement<Gap>(
    ctx.db,
    `with ${gapTables}, due as (
       select gaps.id, gaps.missing, ${hasFailed} as has_failed,
         row_number() over (partition by gaps.provider order by ${hasFailed}, gaps.id, gaps.missing) as turn
       from gaps left join webhook_gaps as asked on asked.event_id = gaps.id and asked.missing = gaps.missing
       where gaps.provider = any ($2::text[]) and (asked.event_id is null or asked.next_ask_at <= now())
       order by turn, gaps.id limit ${mostAsked}
     ), claimed as (
       insert into webhook_gaps as gap (event_id, missing, generation, next_ask_at, updated_at)
       select id, missing, 1, now() + interval '${leaseSeconds} seconds', now() from due
       on conflict (event_id, missing) do update
         set generation = gap.generation + 1, next_ask_at = excluded.next_ask_at, updated_at = excluded.updated_at
         where gap.next_ask_at <= now()
       returning gap.event_id, gap.missing, gap.generation, gap.asks
     )
     select claimed.*, gaps.provider, gaps.provider_id, gaps.phone_number
     from claimed join gaps on gaps.id = claimed.event_id and gaps.missing = claimed.missing
       join due on due.id = claimed.event_id and due.missing = claimed.missing order by due.has_failed, claimed.event_id`,
    [lookedAtFrom(ctx), [...providers]],
  )
}

type Filling = { runId: string; faults: Map<RecordProvider, string> }

async function fillGap(ctx: NetCtx, gap: Gap, { runId, faults }: Filling): Promise<void> {
  const kind = gap.missing === 'status' ? ('message' as const) : ('call' as const)
  let found: FoundRecord | undefined
  let answer: GapAnswer = 'unanswered'
  // whoever has just not answered is not asked again
  if (faults.has(gap.provider)) return await putBack(ctx, gap)
  try {
    found = await findRecord(ctx, { provider: gap.provider, kind, providerId: gap.provider_id })
    answer = found === undefined ? 'unknown' : 'unchanged'
  } catch (error) {
    const fault = faultOf(error)
    if (fault === undefined) throw error
    if (fault.endsIt) faults.set(gap.provider, fault.reason)
    ctx.log.warn({ error, provider: gap.provider, missing: gap.missing }, 'a gap could not be asked for')
  }
  const isThere = gap.missing === 'analysis' ? found?.isAnalyzed : found?.isOver
  const record = found !== undefined && isThere === true ? found.record : undefined
  step('webhooks.gap_asked')
  await inTransaction(ctx, (ctx) => keepAnswer(ctx, gap, { runId, answer, record }))
}

const heldBy = (gap: Gap) =>
  and(
    eq(webhookGaps.eventId, gap.event_id),
    eq(webhookGaps.missing, gap.missing),
    eq(webhookGaps.generation, gap.generation),
  )

const inSeconds = (seconds: number | null) => (seconds === null ? null : sql`now() + make_interval(secs => ${seconds})`)

/** Nobody has asked for it: it is the next run's, and before the one over which its provider has just failed. */
async function putBack(ctx: Ctx, gap: Gap): Promise<void> {
  const nextAskAt = inSeconds(askAgainAfter({ answer: 'unanswered', asks: gap.asks }))
  const answer = sql`nullif(${webhookGaps.answer}, 'unanswered')`
  await ctx.db.update(webhookGaps).set({ answer, nextAskAt, updatedAt: sql`now()` }).where(heldBy(gap))
}

type Answered = { runId: string; answer: GapAnswer; record: string | undefined }

/** Writes the answer down together with the entry that it became, unless somebody else holds the gap by now. */
async function keepAnswer(ctx: Ctx, gap: Gap, answered: Answered): Promise<void> {
  const { runId, record } = answered
  const held = heldBy(gap)
  const [ours] = await ctx.db.select({ asks: webhookGaps.asks }).from(webhookGaps).where(held).for('update')
  if (ours === undefined) return
  const isTaken = record !== undefined && (await isStillThere(ctx, gap))
  const answer = isTaken ? 'filled' : answered.answer
  const [receipt] = isTaken
    ? await takeInFetched(
        ctx,
        [
          {
            provider: gap.provider,
            kind: gap.missing === 'status' ? 'message' : gap.missing === 'analysis' ? 'analysis' : 'call',
            providerId: gap.provider_id,
            record,
            phoneNumber: gap.phone_number,
          },
        ],
        { source: 'back-fill', runId },
      )
    : []
  const asks = ours.asks + (answer === 'unanswered' ? 0 : 1)
  await ctx.db
    .update(webhookGaps)
    .set({
      answer,
      asks,
      nextAskAt: inSeconds(askAgainAfter({ answer, asks })),
      webhookId: receipt?.webhookId ?? null,
      updatedAt: sql`now()`,
    })
    .where(held)
  await countBackfill(ctx, runId, { asked: 1, [answer]: 1 })
  if (receipt !== undefined)
    await audit(ctx, {
      action: 'webhooks.gap_filled',
      subject: toWireId(gap.missing === 'status' ? 'message' : 'call', gap.event_id),
      after: { missing: gap.missing, provider: gap.provider, webhook: toWireId('webhook', receipt.webhookId) },
    })
  step('webhooks.gap_filled')
}

/** Whoever is erased while his provider is asked stays erased. */
async function isStillThere(ctx: Ctx, gap: Gap): Promise<boolean> {
  const table = gap.missing === 'status' ? sql`sms_events` : sql`call_events`
  const rows = await ctx.db.execute(
    sql`select from ${table} where id = ${gap.event_id} and shredded_at is null for share`,
  )
  return rows.length > 0
}
