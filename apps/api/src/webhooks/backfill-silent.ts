import { toWireId } from '@trunkline/core/platform/wire-id'
import { hoursSince } from '@trunkline/core/webhooks/silence'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { step } from '../platform/step.ts'
import type { RecordProvider } from '../providers/find-record.ts'
import type { ListedRecord } from '../providers/listing.ts'
import { type List, lists } from '../reconciliation/read-lists.ts'
import { countBackfill, faultOf, lastDoneAt } from './backfill-runs.ts'
import { silentSources } from './gaps.ts'
import { type Fetched, fetchedKey, takeInFetched } from './take-in-fetched.ts'
import { withWords } from './with-words.ts'

/** So far back from its end a silence's list is read: an hour of silence, and what began before it. */
const lookedBackMs = 3 * 3_600_000
/** What has just ended may yet be told of. */
const settlingMs = 5 * 60_000
/** Telnyx gives fifty at once. A list without an end keeps nobody else waiting. */
const mostPages = 400
const atOnce = 100

/** The list in which stands what would have come to a door. */
function listOf({ provider, door }: { provider: WebhookProvider; door: string }): List | undefined {
  const kind = provider === 'telnyx' || door === 'sms' || door === 'sms-status' ? 'message' : 'call'
  return lists.find((list) => list.provider === provider && list.kind === kind)
}

type Looking = { runId: string; providers: readonly RecordProvider[]; faults: Map<RecordProvider, string> }

/**
 * Reads the lists of sources that are silent, or were since a run last read all, and takes in what is over and of which nothing here
 * knows: whoever speaks again has said nothing of what he would have said while nobody heard him.
 */
export async function backfillSilent(ctx: NetCtx, { runId, providers, faults }: Looking): Promise<void> {
  const since = new Map<List, Date>()
  // the newest first, each by itself: an hour of a busy inbox takes a while to count
  for (const until of hoursSince({ now: ctx.now, lookedAt: await lastDoneAt(ctx) })) {
    for (const source of await silentSources(ctx, until)) {
      const list = listOf(source)
      const from = new Date(until.getTime() - lookedBackMs)
      if (list !== undefined && from < (since.get(list) ?? ctx.now)) since.set(list, from)
    }
  }
  for (const [list, from] of since) {
    const provider = providers.find((one) => one === list.provider)
    if (provider === undefined || faults.has(provider)) continue
    try {
      const fault = await readList(ctx, list, { runId, provider, from })
      if (fault !== undefined) faults.set(provider, fault)
    } catch (error) {
      const fault = faultOf(error)
      if (fault === undefined) throw error
      faults.set(provider, fault.reason)
      ctx.log.warn({ error, provider, kind: list.kind }, 'the list of a silent source could not be read')
    }
  }
}

/** Answers why not all of it could be taken in, where that is so: the next run does the rest. */
async function readList(
  ctx: NetCtx,
  list: List,
  { from, ...run }: Omit<Chunk, 'chunk'> & { from: Date },
): Promise<string | undefined> {
  let fault: string | undefined
  const settled = ctx.now.getTime() - settlingMs
  let cursor: string | null = null
  for (let page = 0; page < mostPages; page++) {
    const { records, next } = await list.readPage(ctx, { from, to: ctx.now, cursor })
    const over = records.filter(
      ({ startedAt, endedAt }) => startedAt >= from && (endedAt?.getTime() ?? settled) < settled,
    )
    for (let first = 0; first < over.length; first += atOnce) {
      const chunk = over.slice(first, first + atOnce)
      fault = (await takeInUnknown(ctx, list, { ...run, chunk })) ?? fault
    }
    if (next === null) return fault
    cursor = next
  }
  return `its list is longer than ${mostPages} pages`
}

type Chunk = { runId: string; provider: RecordProvider; chunk: readonly ListedRecord[] }

async function takeInUnknown(ctx: NetCtx, list: List, of: Chunk): Promise<string | undefined> {
  const { provider } = of
  const listed = (await unknownOf(ctx, list, of)).map(
    ({ providerId, record, numbers }): Fetched => ({
      provider,
      kind: list.kind,
      providerId,
      record,
      phoneNumber: numbers[0] ?? null,
    }),
  )
  const { whole, fault } = await withWords(ctx, listed)
  await inTransaction(ctx, (ctx) => takeInWhole(ctx, list, { ...of, whole }))
  return fault
}

async function takeInWhole(ctx: Ctx, list: List, of: Chunk & { whole: readonly Fetched[] }): Promise<void> {
  const { runId, provider, chunk, whole } = of
  // somebody may have taken it in while its words were asked for
  const unknown = new Set((await unknownOf(ctx, list, of)).map(({ providerId }) => providerId))
  const receipts = await takeInFetched(
    ctx,
    whole.filter(({ providerId }) => unknown.has(providerId)),
    { source: 'back-fill', runId },
  )
  const admitted = receipts.filter(({ duplicate }) => !duplicate).length
  await countBackfill(ctx, runId, { listed: chunk.length, admitted })
  if (admitted > 0)
    await audit(ctx, {
      action: 'webhooks.silence_filled',
      subject: toWireId('backfill', runId),
      after: { provider, kind: list.kind, admitted },
    })
  step('webhooks.silence_filled')
}

/** What has no row under the name that its provider gives it, and waits under none. Of a call of which only its carrier has told it has more to say. */
async function unknownOf(ctx: Ctx, list: List, { provider, chunk }: Omit<Chunk, 'runId'>): Promise<ListedRecord[]> {
  const keys = list.kind === 'call' ? 'call_keys' : 'sms_keys'
  const rows = await statement<{ id: string }>(
    ctx.db,
    `select id from unnest($1::text[], $2::text[]) as listed (id, taken)
     where not exists (select from ${keys} where key = $3 || ':' || id)
       and not exists (select from idempotency_keys where key = decode(taken, 'hex'))`,
    [
      chunk.map(({ providerId }) => providerId),
      chunk.map(({ providerId }) => fetchedKey({ provider, kind: list.kind, providerId })),
      provider,
    ],
  )
  const unknown = new Set(rows.map(({ id }) => id))
  return chunk.filter(({ providerId }) => unknown.has(providerId))
}
