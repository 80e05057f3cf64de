import { hash, randomUUID } from 'node:crypto'
import type { Sql } from '@trunkline/db/connect'
import { type Heard, recordSaid } from '../compliance/record-said.ts'
import type { Arrival, Receipt } from './arrival.ts'

const columns = [
  ['id', 'id'],
  ['key', 'key'],
  ['provider', 'provider'],
  ['door', 'door'],
  ['eventType', 'event_type'],
  ['phoneNumber', 'phone_number'],
  ['url', 'url'],
  ['remoteAddress', 'remote_address'],
  ['bodyEncoding', 'body_encoding'],
  ['bodyBytes', 'body_bytes'],
  ['bodySha256', 'body_sha256'],
  ['contentSha256', 'content_sha256'],
  ['verdict', 'verdict'],
  ['secretId', 'secret_id'],
  ['state', 'state'],
  ['receivedAt', 'received_at'],
  ['lastError', 'last_error'],
  ['revisionOf', 'revision_of'],
] as const satisfies readonly (readonly [keyof Arrival, string])[]

/**
 * Long, and full of quotation marks: joined by what nobody can guess and taken apart by the server, since an array would
 * have every one of them escaped on this side and read again on the other.
 */
const documents = ['headers', 'body'] as const satisfies readonly (keyof Arrival)[]
const separator = randomUUID()

const names = [...columns.map(([, name]) => name), ...documents]
const parameter = (place: number) => `$${place + 1}::text`
const arrays = columns.map((_, index) => `${parameter(index)}[]`)
// the first piece is what stands before the first separator: nothing
const pieces = documents.map(
  (_, index) => `(string_to_array(${parameter(columns.length + index)}, '${separator}'))[2:]`,
)

// one statement, one commit: the key is taken and the bytes are kept, or neither. Each value is cast once, on its way in.
// Oldest first, by the clock of whoever received it; where that runs ahead, nothing waits until the database's has followed
const insertFrom = (source: string) => `
with input as materialized (
  select id::uuid, decode(key, 'hex') as key, provider, door, event_type, phone_number, url, remote_address,
    headers::jsonb, body, body_encoding, body_bytes::integer, decode(body_sha256, 'hex') as body_sha256,
    decode(content_sha256, 'hex') as content_sha256, verdict,
    secret_id::uuid, state, received_at::timestamptz, last_error, revision_of::uuid
  from ${source} as arrival (${names.join(', ')})
), taken as (
  insert into idempotency_keys (key, webhook_id, body_sha256, created_at)
  select key, id, coalesce(content_sha256, body_sha256), received_at from input where key is not null order by key
  on conflict (key) do nothing
  returning webhook_id
)
insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding,
  body_bytes, body_sha256, verdict, secret_id, state, received_at, last_error, revision_of, next_attempt_at)
select id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding,
  body_bytes, body_sha256, verdict, secret_id, state, received_at, last_error, revision_of, least(received_at, now())
from input where key is null or id in (select webhook_id from taken)`

const insertMany = insertFrom(`unnest(${[...arrays, ...pieces].join(', ')})`)
// there is nothing to put together and take apart again
const insertOne = insertFrom(`(values (${names.map((_, place) => parameter(place)).join(', ')}))`)

/**
 * Keeps a batch of arrivals in one commit and says of each whether it had been here before. Equal keys of one batch are
 * folded and the rest sorted, so that no statement meets a key twice and two batches cannot lock each other out.
 * The same identity with other bytes is kept too, as a revision of the first. What people ask of us is timed by the database as it comes:
 * the clocks of two processes may differ. What has waited keeps the time of whoever received it.
 */
export async function storeArrivals(
  sql: Sql,
  arrivals: readonly Arrival[],
  have: 'come' | 'waited' = 'come',
): Promise<Receipt[]> {
  if (!arrivals.some(({ said }) => said !== undefined)) return await storeThese(sql, arrivals)
  // what somebody asks of us is in force with the commit that keeps his words
  const receipts = await sql.begin((transaction) => storeWithin(transaction as unknown as Sql, arrivals, have))
  return receipts
}

/** The same on a transaction that is open already. */
export async function storeWithin(sql: Sql, arrivals: readonly Arrival[], have: 'come' | 'waited'): Promise<Receipt[]> {
  const receipts = await storeThese(sql, arrivals)
  const heard = arrivals.flatMap((arrival, index) => heardIn(arrival, receipts[index]) ?? [])
  await recordSaid(sql, have === 'come' ? heard.map((one) => ({ ...one, at: undefined })) : heard)
  return receipts
}

/** Of what is told again nothing is heard, and where it is told in other words only that somebody wants to be left alone. */
function heardIn({ said, id, receivedAt }: Arrival, receipt: Receipt | undefined): Heard | undefined {
  if (said === undefined || receipt?.duplicate === true) return undefined
  if (receipt?.isRevision === true && said.kind !== 'stop') return undefined
  return { ...said, webhookId: id, at: receivedAt }
}

async function storeThese(sql: Sql, arrivals: readonly Arrival[]): Promise<Receipt[]> {
  const { firsts, repeats } = fold(arrivals)
  const receipts = new Map<string, Receipt>()
  const inserted = await insert(sql, firsts)
  for (const arrival of firsts) receipts.set(arrival.id, { duplicate: false, webhookId: arrival.id })
  if (inserted < firsts.length || repeats.length > 0) await settleRepeats(sql, { firsts, repeats, receipts })
  return arrivals.map(({ id }) => receipts.get(id) ?? { duplicate: true, webhookId: id })
}

/**
 * Stores what comes back from the spool. The database may have taken it already, when it fell silent over the commit: a key
 * tells that by itself, and what has no key is looked for.
 */
export async function storeSpooled(sql: Sql, arrivals: readonly Arrival[]): Promise<void> {
  const unnamed = arrivals.filter(({ key }) => key === null).map(({ id }) => id)
  const stored =
    unnamed.length === 0
      ? []
      : ((await sql.unsafe('select id from webhook_queue where id = any (($1::text[])::uuid[])', [unnamed] as never, {
          prepare: true,
        })) as unknown as { id: string }[])
  const known = new Set(stored.map(({ id }) => id))
  const left = arrivals.filter(({ id }) => !known.has(id))
  if (left.length > 0) await storeArrivals(sql, left, 'waited')
}

function fold(arrivals: readonly Arrival[]): { firsts: Arrival[]; repeats: Arrival[] } {
  const seen = new Set<string>()
  const firsts: Arrival[] = []
  const repeats: Arrival[] = []
  for (const arrival of arrivals) {
    if (arrival.key !== null && seen.has(arrival.key)) {
      repeats.push(arrival)
      continue
    }
    if (arrival.key !== null) seen.add(arrival.key)
    firsts.push(arrival)
  }
  return { firsts, repeats }
}

async function insert(sql: Sql, arrivals: readonly Arrival[]): Promise<number> {
  const [alone] = arrivals
  if (alone !== undefined && arrivals.length === 1) {
    const values = [...columns.map(([name]) => alone[name]), ...documents.map((name) => alone[name])]
    const result = await sql.unsafe(
      insertOne,
      values.map((value) => (value === null || value === undefined ? null : String(value))),
      { prepare: true },
    )
    return result.count
  }
  const parameters = [
    ...columns.map(([name]) => arrayLiteral(arrivals, name)),
    ...documents.map((name) => arrivals.map((arrival) => separator + arrival[name]).join('')),
  ]
  const result = await sql.unsafe(insertMany, parameters, { prepare: true })
  return result.count
}

/** One column as PostgreSQL's array literal: written here in one pass, since the driver's own takes two over every value. */
function arrayLiteral(arrivals: readonly Arrival[], column: (typeof columns)[number][0]): string {
  let literal = '{'
  for (const arrival of arrivals) {
    const value = arrival[column] ?? null
    if (literal.length > 1) literal += ','
    literal += value === null ? 'NULL' : `"${String(value).replace(/["\\]/g, '\\$&')}"`
  }
  return `${literal}}`
}

type Known = { key: string; webhook_id: string; body_sha256: string }

async function settleRepeats(
  sql: Sql,
  batch: { firsts: readonly Arrival[]; repeats: readonly Arrival[]; receipts: Map<string, Receipt> },
): Promise<void> {
  const keyed = [...batch.firsts, ...batch.repeats].filter((arrival) => arrival.key !== null)
  const keys = [...new Set(keyed.map(({ key }) => key as string))].sort()
  const known = (await sql.unsafe(
    `select encode(key, 'hex') as key, webhook_id, encode(body_sha256, 'hex') as body_sha256
     from idempotency_keys where key = any (select decode(k, 'hex') from unnest($1::text[]) as k)`,
    [keys] as never,
    { prepare: true },
  )) as unknown as Known[]
  const holders = new Map(known.map((row) => [row.key, row]))
  const revisions: { arrival: Arrival; revision: Arrival }[] = []
  const forgotten: Arrival[] = []
  const counts = new Map<string, number>()
  for (const arrival of keyed) {
    const holder = holders.get(arrival.key as string)
    if (holder === undefined) {
      forgotten.push(arrival)
      continue
    }
    // its own row: a drained spool record whose commit had gone through after all
    if (holder.webhook_id === arrival.id) continue
    const content = arrival.contentSha256 ?? arrival.bodySha256
    if (holder.body_sha256 === content) {
      batch.receipts.set(arrival.id, { duplicate: true, webhookId: holder.webhook_id })
      counts.set(holder.key, (counts.get(holder.key) ?? 0) + 1)
    } else if (arrival.revisionOf === null) {
      const key = hash('sha256', `${arrival.key}:${content}`)
      revisions.push({ arrival, revision: { ...arrival, key, revisionOf: holder.webhook_id } })
    }
  }
  await countDuplicates(sql, counts)
  if (forgotten.length > 0) {
    // the key was there and has had its time since: nobody has kept what it kept out
    const receipts = await storeThese(sql, forgotten)
    for (const [index, { id }] of forgotten.entries())
      batch.receipts.set(id, receipts[index] ?? { duplicate: false, webhookId: id })
  }
  if (revisions.length === 0) return
  // a transaction may be open already; what they say is written down by whoever called
  const kept = await storeThese(
    sql,
    revisions.map(({ revision }) => revision),
  )
  for (const [index, { arrival }] of revisions.entries()) {
    batch.receipts.set(arrival.id, {
      ...(kept[index] ?? { duplicate: false, webhookId: arrival.id }),
      isRevision: true,
    })
  }
}

async function countDuplicates(sql: Sql, counts: ReadonlyMap<string, number>): Promise<void> {
  if (counts.size === 0) return
  const keys = [...counts.keys()].sort()
  await sql.unsafe(
    `with repeat as (
       select decode(k, 'hex') as key, n::integer as times from unnest($1::text[], $2::text[]) as repeat (k, n)
     ), locked as (
       select key from idempotency_keys where key in (select key from repeat) order by key for update
     )
     update idempotency_keys as known set duplicates = duplicates + repeat.times, last_duplicate_at = now()
     from repeat, locked where known.key = repeat.key and locked.key = repeat.key`,
    [keys, keys.map((key) => String(counts.get(key)))] as never,
    { prepare: true },
  )
}
