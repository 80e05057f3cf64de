import type { ListedKind, RunSource } from '@trunkline/core/reconciliation/run'
import { statement } from '@trunkline/db/connect'
import { ZodError } from 'zod'
import { type Ctx, inTransaction, type NetCtx } from '../platform/context.ts'
import { step } from '../platform/step.ts'
import { ProviderError } from '../providers/call.ts'
import type { ListedPage, ListedRecord, ListWindow } from '../providers/listing.ts'
import { canListRetell, listRetellCalls } from '../providers/retell/list-calls.ts'
import { canListTelnyx, listTelnyxMessages } from '../providers/telnyx/list.ts'
import { canListTwilio, listTwilioCalls, listTwilioMessages } from '../providers/twilio/list.ts'
import { notConfigured } from './announce-run.ts'
import { moveOn, type Run } from './lease.ts'

export type List = {
  provider: string
  kind: ListedKind
  isConfigured(ctx: Pick<Ctx, 'env'>): boolean
  readPage(ctx: NetCtx, window: ListWindow): Promise<ListedPage>
}

export const lists: readonly List[] = [
  { provider: 'retell', kind: 'call', isConfigured: canListRetell, readPage: listRetellCalls },
  { provider: 'twilio', kind: 'call', isConfigured: canListTwilio, readPage: listTwilioCalls },
  { provider: 'twilio', kind: 'message', isConfigured: canListTwilio, readPage: listTwilioMessages },
  { provider: 'telnyx', kind: 'message', isConfigured: canListTelnyx, readPage: listTelnyxMessages },
]

/** What began before the window and ended in it, or the other way round, is listed too. */
const marginMs = 86_400_000
/** After so many new beginnings a list that cannot be read is left out. */
const patience = 8

export const firstSources = (ctx: Pick<Ctx, 'env'>): RunSource[] =>
  lists.map(({ provider, kind, isConfigured }) => {
    const isRead = isConfigured(ctx)
    const reason = isRead ? null : notConfigured
    return { provider, kind, state: isRead ? 'waiting' : 'skipped', cursor: null, pages: 0, listed: 0, reason }
  })

/**
 * Reads the next page of the first list that is not read to its end, and keeps it together with the place of the page after it:
 * whoever takes the run up goes on there. The provider is asked outside any transaction.
 */
export async function readNextPage(ctx: NetCtx, run: Run): Promise<Run | undefined> {
  const source = run.sources.find(({ state }) => state === 'waiting' || state === 'reading')
  const list = lists.find(({ provider, kind }) => provider === source?.provider && kind === source.kind)
  if (source === undefined || list === undefined) return await moveOn(ctx, run, { phase: 'comparing' })
  const { cursor } = source
  let page: ListedPage
  try {
    page = await list.readPage(ctx, {
      from: new Date(run.windowFrom.getTime() - marginMs),
      to: new Date(Math.min(run.windowTo.getTime() + marginMs, ctx.now.getTime())),
      cursor,
    })
  } catch (error) {
    const reason = reasonOf(error)
    if (reason === undefined && run.leaseGeneration < patience) throw error
    ctx.log.warn({ error, provider: list.provider, kind: list.kind }, 'a list could not be read')
    return await moveOn(ctx, run, {
      sources: withSource(run, { ...source, state: 'skipped', cursor: null, reason: reason ?? 'it did not answer' }),
    })
  }
  step('reconciliation.page_read')
  return await inTransaction(ctx, async (ctx) => {
    await keepPage(ctx, run, { list, records: page.records })
    const moved = await moveOn(ctx, run, {
      sources: withSource(run, {
        ...source,
        state: page.next === null ? 'read' : 'reading',
        cursor: page.next,
        pages: source.pages + 1,
        listed: source.listed + page.records.length,
      }),
    })
    step('reconciliation.page_kept')
    return moved
  })
}

/** Why asking again is of no use, or undefined where it may be. */
function reasonOf(error: unknown): string | undefined {
  if (error instanceof ProviderError && error.outcome === 'refused') return 'it refused to list them'
  return error instanceof ZodError || error instanceof SyntaxError ? 'its list is not as documented' : undefined
}

const withSource = (run: Run, source: RunSource): RunSource[] =>
  run.sources.map((one) => (one.provider === source.provider && one.kind === source.kind ? source : one))

/** A record is kept whole only where nothing here knows of it. One that is listed twice counts as it is listed last. */
async function keepPage(ctx: Ctx, run: Run, page: { list: List; records: readonly ListedRecord[] }): Promise<void> {
  const { provider, kind } = page.list
  const records = [...new Map(page.records.map((record) => [record.providerId, record])).values()]
  if (records.length === 0) return
  const keys = kind === 'call' ? 'call_keys' : 'sms_keys'
  const iso = (at: Date | null) => at?.toISOString() ?? null
  await statement(
    ctx.db,
    `insert into reconciliation_listed (run_id, provider, kind, provider_id, carrier_id, numbers, agent_id, quantity, price_micros,
       started_at, ended_at, record)
     select $1::text::uuid, $2, $3, id, carrier, array(select jsonb_array_elements_text(numbers::jsonb)), agent, quantity::bigint,
       price::bigint, started::timestamptz, ended::timestamptz,
       case when exists (select from ${keys} where key = $2 || ':' || id) then null else record end
     from unnest($4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[])
       as listed (id, carrier, numbers, agent, quantity, price, started, ended, record)
     on conflict (run_id, provider, kind, provider_id) do update set quantity = excluded.quantity, price_micros = excluded.price_micros,
       ended_at = excluded.ended_at, record = excluded.record`,
    [
      run.id,
      provider,
      kind,
      records.map(({ providerId }) => providerId),
      records.map(({ carrierId }) => carrierId),
      records.map(({ numbers }) => JSON.stringify(numbers)),
      records.map(({ agentId }) => agentId),
      records.map(({ quantity }) => String(quantity)),
      records.map(({ priceMicros }) => (priceMicros === null ? null : String(priceMicros))),
      records.map(({ startedAt }) => startedAt.toISOString()),
      records.map(({ endedAt }) => iso(endedAt)),
      records.map(({ record }) => record),
    ],
  )
}
