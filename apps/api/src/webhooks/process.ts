import type { BillingEvent } from '@trunkline/core/billing/event'
import { isBlockCode } from '@trunkline/core/compliance/block-code'
import type { VendorEvent } from '@trunkline/core/webhooks/adapter'
import { rawOf, statement } from '@trunkline/db/connect'
import { noteReceipts } from '../alerts/note-receipt.ts'
import { recordBilling } from '../billing/record.ts'
import { type Block, noteBlocks } from '../compliance/note-blocks.ts'
import { type Heard, recordSaid } from '../compliance/record-said.ts'
import { type Recorded, recordEvents, type Said } from '../events/record.ts'
import { countTraffic } from '../events/traffic.ts'
import { keepUnknown } from '../numbers/keep-unknown.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { announce, type Topic } from '../platform/live.ts'
import { webhooksProcessed } from '../platform/metrics.ts'
import { findErased } from '../platform/privacy/erased-subjects.ts'
import { step } from '../platform/step.ts'
import { sendingNumbers } from '../providers/text-senders.ts'
import { meterUsage } from '../usage/meter.ts'
import { claimDue, type Stored, storedColumns } from './claim.ts'
import { eventsOf, readAgain } from './fetched.ts'
import { saidIn } from './receive.ts'
import { reasonOf, recordFailure } from './record-failure.ts'
import { endsOf, shredErased } from './shred-erased.ts'

type Claim = Pick<Stored, 'id' | 'attempts'>

/** After so many failures, of which one was alone, it is no accident. */
const suspectAfter = 2

/** `claimed` counts what was laid aside because it is paused, too: whoever fills a batch asks again at once. */
export type BatchResult = { claimed: number; processed: number; failed: number }

/**
 * Claims the oldest waiting webhooks and makes everything they say true in one commit: events, ledger, counters, crossings,
 * alerts, delivery jobs, and that they are done. If the batch cannot be committed each is tried alone, so that one
 * poisonous row costs the others nothing; what has failed again since is tried apart from the start.
 */
export async function processBatch(ctx: Ctx, options: { limit: number }): Promise<BatchResult> {
  let claimed: Claim[] = []
  let apart: Claim[] = []
  let done: BatchResult = { claimed: 0, processed: 0, failed: 0 }
  try {
    done = await inTransaction(ctx, async (ctx) => {
      const { batch: due, parked } = await claimDue(ctx, options.limit)
      const batch = due.filter(({ attempts }) => attempts < suspectAfter)
      claimed = batch.map(toClaim)
      apart = due.filter(({ attempts }) => attempts >= suspectAfter).map(toClaim)
      if (batch.length === 0) return { claimed: parked, processed: 0, failed: 0 }
      step('process.claimed')
      const { faults } = await digest(ctx, batch)
      step('process.written')
      return { claimed: batch.length + parked, processed: batch.length - faults.size, failed: faults.size }
    })
    if (done.claimed > 0) step('process.committed')
    webhooksProcessed.inc({ outcome: 'processed' }, done.processed)
    webhooksProcessed.inc({ outcome: 'dead' }, done.failed)
  } catch (error) {
    if (claimed.length === 0) throw error
    ctx.log.warn({ error, webhooks: claimed.length }, 'batch not committed; trying one by one')
    apart.unshift(...claimed)
  }
  return await processOneByOne(ctx, apart, done)
}

const toClaim = ({ id, attempts }: Stored): Claim => ({ id, attempts })

/** Each in a transaction of its own, unless it was done, put off or laid aside meanwhile. */
async function processOneByOne(ctx: Ctx, claimed: readonly Claim[], done: BatchResult): Promise<BatchResult> {
  const total: BatchResult = { ...done, claimed: done.claimed + claimed.length }
  for (const { id, attempts } of claimed) {
    try {
      const result = await inTransaction(ctx, async (ctx) => {
        const alone = await statement<Stored>(
          ctx.db,
          `select ${storedColumns} from webhook_queue where id = $1::text::uuid and state in ('received', 'failed') and verdict = 'verified'
             and next_attempt_at <= now() for update skip locked`,
          [id],
        )
        return alone.length === 0 ? undefined : await digest(ctx, alone)
      })
      if (result === undefined) continue
      const outcome = result.faults.size > 0 ? 'dead' : 'processed'
      if (outcome === 'dead') total.failed++
      else total.processed++
      webhooksProcessed.inc({ outcome })
    } catch (error) {
      total.failed++
      webhooksProcessed.inc({ outcome: await recordFailure(ctx, id, error, { attempts }) })
    }
  }
  return total
}

/**
 * What became true of a batch, and why which of it could not be read: the same path for a first processing and for a replay.
 * A replay also compares again what should be booked already.
 */
export async function digest(
  ctx: Ctx,
  batch: readonly Stored[],
  options = { isReplay: false },
): Promise<{ recorded: Recorded[]; faults: ReadonlyMap<string, string> }> {
  const { said, faults, named, heard } = readAll(batch)
  const { spoken, money } = split(said)
  const lines = spoken.flatMap(({ event }) => endsOf(event))
  const [{ recorded, traffic }, erased] = await Promise.all([recordEvents(ctx, spoken), findErased(ctx, lines)])
  const payers = await recordBilling(ctx, money)
  const own = sendingNumbers(ctx.env)
  const isOurs = (numbers: readonly string[]) => numbers.some((number) => own.includes(number))
  const strangers = recorded.flatMap(({ customerId, numbers, waitsAs, webhooks }) =>
    customerId === undefined && waitsAs !== undefined && !isOurs(numbers)
      ? webhooks.map(({ webhookId, eventType, receivedAt }) => ({
          name: erased.get(waitsAs) ?? waitsAs,
          numbers,
          webhookId,
          eventType,
          at: receivedAt,
        }))
      : [],
  )
  if (strangers.length > 0) await keepUnknown(ctx, strangers)
  const charges = recorded.flatMap(({ charges, webhooks }) =>
    charges
      .filter(({ isBooked }) => options.isReplay || isBooked !== true)
      .map((charge) => ({ ...charge, webhookId: webhooks.at(-1)?.webhookId })),
  )
  // sent together, carried out one after the other: counters are locked last, so that nobody waits for them longer than he must
  const [, { booked }] = await Promise.all([
    markDone(ctx, batch, { recorded, payers, faults, named }),
    meterUsage(ctx, charges),
  ])
  await noteReceipts(ctx, receiptsOf(spoken, own))
  await noteBlocks(ctx, blocksIn(spoken))
  await recordSaid(rawOf(ctx.db), heard)
  await shredErased(ctx, spoken, { recorded, erased })
  await Promise.all([
    countTraffic(ctx, traffic),
    announce(ctx, changedTopics({ recorded, booked, strangers: strangers.length })),
  ])
  return { recorded, faults }
}

type SpokenEvent = Exclude<VendorEvent, BillingEvent>

/** What is said of calls and messages, and what of money. */
function split(said: readonly Said<VendorEvent>[]): { spoken: Said<SpokenEvent>[]; money: Said<BillingEvent>[] } {
  const isMoney = (one: Said<VendorEvent>): one is Said<BillingEvent> => one.event.kind === 'billing'
  const isSpoken = (one: Said<VendorEvent>): one is Said<SpokenEvent> => one.event.kind !== 'billing'
  return { spoken: said.filter(isSpoken), money: said.filter(isMoney) }
}

/** Receipts of texts that we sent ourselves, from a number of our own. */
function receiptsOf(said: readonly Said<SpokenEvent>[], own: readonly string[]) {
  return said.flatMap(({ event }) =>
    event.kind === 'message' && event.fact.from !== undefined && own.includes(event.fact.from)
      ? [{ messageSid: (event.keys[0] ?? '').replace(/^(twilio|telnyx):/, ''), status: event.fact.status }]
      : [],
  )
}

/** Texts that a provider did not send because their recipient had told it so. */
function blocksIn(said: readonly Said<SpokenEvent>[]): Block[] {
  return said.flatMap(({ event, webhookId, receivedAt: at }) => {
    if (event.kind !== 'message' || !isBlockCode(event.fact.errorCode)) return []
    const { from: line, to: phoneNumber } = event.fact
    return line === undefined || phoneNumber === undefined ? [] : [{ line, phoneNumber, webhookId, at }]
  })
}

/** `named`: what event each is that could not be read when it came; `heard`: what these ask of us, which the door has not heard. */
function readAll(batch: readonly Stored[]) {
  const said: Said<VendorEvent>[] = []
  const faults = new Map<string, string>()
  const named = new Map<string, string>()
  const heard: Heard[] = []
  for (const webhook of batch) {
    try {
      const receivedAt = new Date(webhook.received_at).toISOString()
      const bytes = { bodyEncoding: webhook.body_encoding, receivedAt: new Date(receivedAt) }
      const stored = { ...webhook, ...bytes }
      const reading = webhook.event_type === null ? readAgain(stored) : undefined
      const asked = reading && saidIn(reading)
      if (reading !== undefined) named.set(webhook.id, reading.eventType)
      if (asked !== undefined) heard.push({ ...asked, webhookId: webhook.id, at: receivedAt })
      for (const event of eventsOf(stored)) {
        said.push({ webhookId: webhook.id, eventType: webhook.event_type ?? 'unknown', receivedAt, event })
      }
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error
      faults.set(webhook.id, reasonOf(error).text)
    }
  }
  return { said, faults, named, heard }
}

async function markDone(
  ctx: Ctx,
  batch: readonly Stored[],
  found: {
    recorded: readonly Recorded[]
    payers: ReadonlyMap<string, string>
    faults: ReadonlyMap<string, string>
    named: ReadonlyMap<string, string>
  },
): Promise<void> {
  const ownerOf = new Map<string, string | undefined>([
    ...found.payers,
    ...found.recorded.flatMap(({ webhooks, customerId }) =>
      webhooks.map(({ webhookId }) => [webhookId, customerId] as const),
    ),
  ])
  const lineOf = new Map(
    found.recorded.flatMap(({ webhooks, line }) => webhooks.map(({ webhookId }) => [webhookId, line] as const)),
  )
  // the door knows the line only as far as one delivery tells it; what was processed stays so, whatever is made of its bytes now: its money stands
  await statement(
    ctx.db,
    `update webhook_queue as webhook set state = done.state, processed_at = case when done.state = 'processed' then coalesce(webhook.processed_at, now()) end,
       attempts = attempts + 1, next_attempt_at = null, last_error = done.error, customer_id = done.customer::uuid,
       phone_number = coalesce(done.line, webhook.phone_number), event_type = coalesce(webhook.event_type, done.type)
     from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as done (id, state, error, customer, line, type)
     where webhook.id = done.id::uuid and not (webhook.state = 'processed' and done.state = 'dead')`,
    [
      batch.map(({ id }) => id),
      batch.map(({ id }) => (found.faults.has(id) ? 'dead' : 'processed')),
      batch.map(({ id }) => found.faults.get(id) ?? null),
      batch.map(({ id }) => ownerOf.get(id) ?? null),
      batch.map(({ id }) => lineOf.get(id) ?? null),
      batch.map(({ id }) => found.named.get(id) ?? null),
    ],
  )
}

function changedTopics(change: { recorded: readonly Recorded[]; booked: number; strangers: number }): Topic[] {
  const changed: Topic[] = ['webhooks']
  if (change.recorded.some(({ kind }) => kind === 'call')) changed.push('calls')
  if (change.recorded.some(({ kind }) => kind === 'message')) changed.push('messages')
  if (change.booked > 0) changed.push('usage')
  if (change.strangers > 0) changed.push('unknown_phones')
  return changed
}
