import { randomUUID } from 'node:crypto'
import type postgres from 'postgres'

type Column = {
  name: string
  type: string
  isRequired: boolean
  words: string[]
  target: string | null
}

/** Where the catalogue does not say what a row needs. */
const particular: Record<string, Record<string, string | null>> = {
  customers: { timezone: 'UTC', country: 'US' },
  users: { role: 'owner' },
  unknown_phone: { resolution: 'matched' },
  webhook_queue: { state: 'processed', verdict: 'verified', provider: 'retell', body_encoding: 'utf8' },
  call_events: { direction: 'inbound', seconds_source: 'retell' },
  sms_events: { direction: 'inbound' },
  ops_alerts: { delivery: 'delivered' },
  api_keys: { revoked_by: null },
  billing_accounts: { subscription_status: 'active' },
  usage_credits: { meter: 'call_seconds', ended_by: null },
  usage_crossings: { meter: 'call_seconds' },
  usage_holds: { meter: 'call_seconds' },
  usage_keys: { meter: 'call_seconds' },
  usage_pauses: { ended_by: null },
  webhook_pauses: { door: null, ended_by: null },
  reconciliation_runs: { state: 'matched', finished_at: '2026-01-01Z', window_from: '2025-12-30Z' },
  reconciliation_differences: { ours: '1', theirs: '1', delta: '0', kind: 'call' },
  webhook_replays: { counts: null },
  notice_preferences: { muted: '{}' },
  password_resets: { token_hash: 'reset', expires_at: '2100-01-01Z' },
}
/** Columns that hold what was said, by whatever table. */
const content = ['transcript', 'summary', 'body', 'input', 'facts', 'headers']

/**
 * Puts a row that belongs to this customer, or to a user of his, into every table that has such rows, found in the catalogue:
 * a table that is new is among them. Every text that takes any text is `<mark> <table>`, what was said `said:<mark> <table>`. Answers the
 * ids by table. `also` names tables of staff alone that tell of customers all the same.
 */
export async function plantCanaries(
  sql: postgres.Sql,
  canary: { customerId: string; mark: string; also?: readonly string[] },
): Promise<ReadonlyMap<string, string>> {
  const { customerId, mark } = canary
  const ids = new Map<string, string>()
  const rowOf = async (table: string): Promise<string> => {
    const known = ids.get(table)
    if (known !== undefined) return known
    const row: Record<string, unknown> = {}
    for (const column of await columnsOf(sql, table)) {
      const { name, target } = column
      const given = particular[table]?.[name]
      if (given !== undefined) row[name] = column.type === 'bytea' ? Buffer.from(`${mark} ${given}`) : given
      else if (table === 'customers' && name === 'id') row[name] = customerId
      else if (name === 'customer_id') row[name] = customerId
      else if (target === 'tier_snapshots') row[name] = (await sql`select id from tier_snapshots limit 1`)[0]?.id
      else if (target !== null && target !== table && (column.isRequired || target === 'users'))
        row[name] = await rowOf(target)
      else if (target === null) {
        const value = valueFor(column, `${content.includes(name) ? 'said:' : ''}${mark}`, table)
        if (value !== undefined) row[name] = column.type === 'jsonb' ? sql.json(value as never) : value
      }
    }
    const [made] = await sql`
      insert into ${sql(table)} ${sql(row)} on conflict do nothing
      returning ${'id' in row ? sql`id` : sql`null as id`}`.catch((cause: unknown) => {
      throw new Error(`${table} takes no canary: say in testing/canaries.ts what a row of it needs`, { cause })
    })
    ids.set(table, String(made?.id ?? row.customer_id ?? row.user_id ?? customerId))
    return ids.get(table) ?? ''
  }
  await rowOf('customers')
  for (const { name } of await guardedTables(sql)) await rowOf(name)
  for (const name of canary.also ?? []) await rowOf(name)
  return ids
}

/** Every table with rows of a customer or of a user, and the column that says whose. Partitions are parts of their table. */
export async function guardedTables(sql: postgres.Sql): Promise<{ name: string; own: string }[]> {
  return await sql<{ name: string; own: string }[]>`
    select relname as name, case when relname = 'customers' then 'id' when bool_or(attname = 'customer_id') then 'customer_id' else 'user_id' end as own
    from pg_class join pg_attribute on attrelid = pg_class.oid and not attisdropped
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
      and (attname in ('customer_id', 'user_id') or relname = 'customers')
    group by relname order by relname`
}

async function columnsOf(sql: postgres.Sql, table: string): Promise<Column[]> {
  const found = await sql<(Omit<Column, 'words'> & { check: string | null })[]>`
    select attname as name, format_type(atttypid, atttypmod) as type,
      attnotnull and not atthasdef as "isRequired",
      (select string_agg(pg_get_constraintdef(con.oid), ' ') from pg_constraint con
        where conrelid = attrelid and contype = 'c' and conkey = array[attnum]) as check,
      (select target.relname from pg_constraint con join pg_class target on target.oid = confrelid
        where conrelid = attrelid and contype = 'f' and conkey = array[attnum]) as target
    from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and (not atthasdef or attname = 'customer_id') and attidentity = ''
    order by attnum`
  return found.map(({ check, ...column }) => ({
    ...column,
    words: [...(check ?? '').matchAll(/'([^']+)'::text/g)].map(([, word]) => word ?? ''),
  }))
}

function valueFor({ name, type, isRequired, words }: Column, mark: string, table: string): unknown {
  if (words.length > 0) return isRequired ? (type === 'text[]' ? words.slice(0, 1) : words[0]) : undefined
  if (type === 'text') return name.endsWith('_sha256') ? undefined : `${mark} ${table}`
  if (type === 'jsonb') return name === 'headers' ? [['mark', `${mark} ${table}`]] : { mark: `${mark} ${table}` }
  if (type === 'text[]') return [`${mark} ${table}`]
  if (!isRequired) return undefined
  if (type === 'uuid') return randomUUID()
  if (type === 'bytea') return Buffer.from(`${mark} ${table}`)
  if (type === 'boolean') return false
  if (type.startsWith('timestamp')) return /end|expires|until|after/.test(name) ? '2100-01-01Z' : new Date()
  return 1
}
