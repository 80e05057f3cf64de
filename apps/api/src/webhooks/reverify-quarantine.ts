import type { Refusal, WebhookProvider } from '@trunkline/core/webhooks/state'
import { rawOf, statement } from '@trunkline/db/connect'
import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { adapters } from './adapters.ts'
import type { Arrival } from './arrival.ts'
import { arrivalOf, type Incoming } from './receive.ts'
import { loadSecrets, type SecretsByProvider, secretsFor } from './sources.ts'
import { storeWithin } from './store.ts'
import { verifyAgain } from './verify-again.ts'

export type Which = { provider?: WebhookProvider | undefined; cause?: Refusal | undefined }

type Refused = {
  id: string
  provider: WebhookProvider
  verdict: Refusal
  door: string
  url: string
  remote_address: string
  headers: [string, string][] | string
  body: string
  body_encoding: 'utf8' | 'base64'
  body_sha256: string
  received_at: string
}

/** What is looked at together: some rows, and of large ones fewer. */
const piece = { rows: 200, bytes: 16 * 1024 * 1024 }

const nextPiece = `select id, provider, verdict, door, url, remote_address, headers, body, body_encoding, encode(body_sha256, 'hex') as body_sha256, received_at
  from (select *, sum(body_bytes) over (order by id) - body_bytes as before from (
    select * from webhook_queue where state = 'quarantined' and verdict <> 'too_large' and shredded_at is null and id > $1::text::uuid
      and ($2::text = '' or provider = $2) and ($3::text = '' or verdict = $3) order by id limit ${piece.rows}) as waiting) as sized
  where before < ${piece.bytes} order by id`

/** `outdated`: the signature is right, and the time that it signs was refused by the clock that we had then. */
type Reconsidered = { rows: Refused[]; proven: Arrival[]; outdated: Arrival[] }

/** Refused deliveries, oldest first, each with what it would be if it came now. */
async function* reconsidered(ctx: Ctx, which: Which): AsyncGenerator<Reconsidered> {
  const secrets = await loadSecrets(ctx)
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const rows = await statement<Refused>(ctx.db, nextPiece, [after, which.provider ?? '', which.cause ?? ''])
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.id
    const found: Reconsidered = { rows, proven: [], outdated: [] }
    for (const row of rows) {
      const { arrival, isOutdated } = prove(ctx, row, secrets) ?? {}
      if (arrival !== undefined) (isOutdated ? found.outdated : found.proven).push(arrival)
    }
    yield found
  }
}

/** Undefined where it still cannot be proven. */
function prove(
  ctx: Ctx,
  row: Refused,
  secrets: SecretsByProvider,
): { arrival: Arrival; isOutdated: boolean } | undefined {
  const { provider, door, url, body, body_encoding: bodyEncoding, body_sha256: bodySha256 } = row
  const headers = typeof row.headers === 'string' ? (JSON.parse(row.headers) as [string, string][]) : row.headers
  const refused = { provider, door, url, headers, body, bodyEncoding, receivedAt: new Date(row.received_at) }
  const { delivery, verdicts } = verifyAgain(ctx, refused, secretsFor(secrets, row))
  const verified = verdicts.find(({ verdict }) => verdict === 'verified')
  const signed = verified ?? verdicts.find(({ verdict, secretId }) => verdict === 'timestamp_stale' && secretId)
  if (signed === undefined) return undefined
  const incoming: Incoming = { ...delivery, provider, remoteAddress: row.remote_address, rawHeaders: headers.flat() }
  const arrival = arrivalOf(incoming, {
    body: Buffer.from(delivery.body),
    bodySha256,
    verdict: 'verified',
    secretId: signed.secretId,
    reading: adapters[provider].read(delivery, bodySha256),
  })
  return { arrival: { ...arrival, id: row.id }, isOutdated: verified === undefined }
}

type Group = { provider: WebhookProvider; cause: Refusal }
type Counts = { refused: number; provable: number; outdated: number }
type Provable = Counts & { items: (Group & Counts & { kept: number })[] }

/**
 * How many of them could be released now, in all and by provider and cause. What is kept beyond the refused has no bytes any more, so
 * that nothing can be said of it. Changes nothing.
 */
export async function previewReverification(ctx: Ctx, which: Which): Promise<Provable> {
  const { items } = await countQuarantine(ctx, which)
  const groups = new Map(
    items.map(({ provider, cause, rows }) => [nameOf(provider, cause), group(provider, cause, rows)]),
  )
  for await (const { rows, proven, outdated } of reconsidered(ctx, which)) {
    const genuine = new Set(proven.map(({ id }) => id))
    const late = new Set(outdated.map(({ id }) => id))
    for (const { id, provider, verdict } of rows) {
      const name = nameOf(provider, verdict)
      const found = groups.get(name) ?? group(provider, verdict, 0)
      groups.set(name, found)
      found.refused += 1
      // some may have come since they were counted
      found.kept = Math.max(found.kept, found.refused)
      if (genuine.has(id)) found.provable += 1
      if (late.has(id)) found.outdated += 1
    }
  }
  const all = [...groups.values()]
  const sum = (of: keyof Counts) => all.reduce((total, found) => total + found[of], 0)
  return { refused: sum('refused'), provable: sum('provable'), outdated: sum('outdated'), items: all }
}

const nameOf = (provider: WebhookProvider, cause: Refusal) => `${provider} ${cause}`
const group = (provider: WebhookProvider, cause: Refusal, kept: number) => ({
  provider,
  cause,
  kept,
  refused: 0,
  provable: 0,
  outdated: 0,
})

export type Reverified = { released: number; duplicates: number; refused: number }

/**
 * Releases whatever can be proven genuine with the secrets that count now, as if it came in now: it takes its key, is counted where the
 * same event was accepted since, and asks to be left alone where it says so. Piece by piece, each in a commit; whoever repeats it goes on.
 * What was signed rightly and refused for its time alone comes with it where a person says that our clock was wrong.
 */
export async function reverifyQuarantine(ctx: Ctx, input: Which & { outdated?: boolean }): Promise<Reverified> {
  const { outdated: withOutdated = false, ...which } = input
  const done = { released: 0, duplicates: 0, refused: 0 }
  for await (const { rows, proven, outdated } of reconsidered(ctx, which)) {
    const genuine = withOutdated ? [...proven, ...outdated] : proven
    const { released, duplicates } = await release(ctx, genuine)
    done.released += released
    done.duplicates += duplicates
    done.refused += rows.length - genuine.length
  }
  await audit(ctx, {
    action: 'webhooks.reverify',
    subject: `quarantine:${which.provider ?? 'all'}`,
    after: { cause: which.cause ?? null, outdated: withOutdated, ...done },
  })
  return done
}

async function release(ctx: Ctx, proven: readonly Arrival[]): Promise<{ released: number; duplicates: number }> {
  if (proven.length === 0) return { released: 0, duplicates: 0 }
  return await inTransaction(ctx, async (ctx) => {
    // taken out and put in again by the intake's own statement, in one commit: what somebody else released meanwhile is his,
    // and what was erased stays so
    const taken = await statement<{ id: string }>(
      ctx.db,
      `delete from webhook_queue where id = any (($1::text[])::uuid[]) and state = 'quarantined' and shredded_at is null returning id`,
      [proven.map(({ id }) => id)],
    )
    const ids = new Set(taken.map(({ id }) => id))
    const arrivals = proven.filter(({ id }) => ids.has(id))
    const receipts = await storeWithin(rawOf(ctx.db), arrivals, 'waited')
    step('quarantine.released')
    const duplicates = receipts.filter(({ duplicate }) => duplicate).length
    await announce(ctx, ['inbox', 'webhooks'])
    return { released: arrivals.length - duplicates, duplicates }
  })
}

/** What is kept in quarantine, by provider and cause. */
export async function countQuarantine(ctx: Ctx, which: Which = {}) {
  const rows = await statement<{
    provider: WebhookProvider
    cause: Refusal
    rows: number
    oldest: string
    newest: string
  }>(
    ctx.db,
    `select provider, verdict as cause, count(*)::int as rows, min(received_at) as oldest, max(received_at) as newest
     from webhook_queue where state = 'quarantined' and ($1::text = '' or provider = $1) and ($2::text = '' or verdict = $2)
     group by provider, verdict order by count(*) desc, provider, verdict`,
    [which.provider ?? '', which.cause ?? ''],
  )
  return {
    items: rows.map((row) => ({
      ...row,
      oldest: new Date(row.oldest).toISOString(),
      newest: new Date(row.newest).toISOString(),
    })),
  }
}
