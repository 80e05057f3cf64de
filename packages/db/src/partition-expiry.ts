import type postgres from 'postgres'
import { lowestIdAt, type Partition, partitionAt } from './partition-month.ts'
import { holds, lockedCode, partitionsOf, whenUnlocked } from './partition-tables.ts'

const rowsAtOnce = 5000

/** A table that may lose what is old: from when on rows are kept, and which of the older ones forbid it. */
export type Expiry = { table: string; keptFrom: Date; forbids: string }

/** A month that holds rows, is no part of its table and could not be made one again. */
type Beside = { name: string; why: string }

/** A month goes when it lies wholly before what is kept and nothing in it forbids it. */
export async function dropExpired(
  sql: postgres.Sql,
  { table, keptFrom, forbids }: Expiry,
): Promise<{ dropped: string[]; beside: Beside[] }> {
  const dropped: string[] = []
  const beside: Beside[] = []
  const horizon = lowestIdAt(keptFrom)
  for (const { name, to } of await partitionsOf(sql, table)) {
    if (to > horizon || (await holds(sql, name, forbids))) continue
    await whenUnlocked(sql, `alter table ${table} detach partition ${name}`)
  }
  // those of a run that died in between too
  for (const month of await detachedFrom(sql, table)) {
    // what came while nobody could look, and what is kept for longer since
    if (await holds(sql, month.name, month.to > horizon ? 'true' : forbids)) {
      const why = await putBack(sql, table, month)
      if (why !== undefined) beside.push({ name: month.name, why })
      continue
    }
    if (month.to > horizon) continue
    await whenUnlocked(sql, `drop table ${month.name}`)
    dropped.push(month.name)
  }
  return { dropped, beside }
}

/** Its rows are proven to lie in its month before it is attached: meanwhile everybody is locked out of DEFAULT. Answers why where it cannot be: somebody’s copy, for instance. */
async function putBack(sql: postgres.Sql, table: string, { name, from, to }: Partition): Promise<string | undefined> {
  const bounds = `${name}_bounds`
  await whenUnlocked(sql, `alter table ${name} drop constraint if exists ${bounds}`)
  try {
    await whenUnlocked(sql, `alter table ${name} add constraint ${bounds} check (id >= '${from}' and id < '${to}')`)
    await whenUnlocked(sql, `alter table ${table} attach partition ${name} for values from ('${from}') to ('${to}')`)
    return undefined
  } catch (error) {
    const { code, message } = error as { code?: string; message: string }
    if (code === lockedCode) throw error
    return message
  } finally {
    await whenUnlocked(sql, `alter table ${name} drop constraint if exists ${bounds}`)
  }
}

/** DEFAULT itself stays: what is old in it goes row by row, and whatever somebody has locked with the next run. */
export async function deleteExpired(sql: postgres.Sql, { table, keptFrom, forbids }: Expiry): Promise<number> {
  let deleted = 0
  let after = '00000000-0000-0000-0000-000000000000'
  for (;;) {
    const [piece] = await sql.unsafe<[{ rows: number; last: string | null }]>(
      `with gone as (
         delete from ${table}_default where id in (
           select id from ${table}_default where id > '${after}' and id < '${lowestIdAt(keptFrom)}' and not (${forbids})
           order by id limit ${rowsAtOnce} for update skip locked)
         returning id)
       select count(*)::int as rows, (array_agg(id::text order by id desc))[1] as last from gone`,
    )
    deleted += piece.rows
    if (piece.rows < rowsAtOnce || piece.last === null) return deleted
    after = piece.last
  }
}

/** Tables that are named as a month of this one and are no part of it. Ours are guarded; what somebody has copied is not. */
async function detachedFrom(sql: postgres.Sql, table: string): Promise<Partition[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'r' and not relispartition and relrowsecurity
      and relname ~ ${`^${table}_\\d{4}_\\d{2}$`} order by relname`
  return rows.map(({ name }) => partitionAt(table, new Date(`${name.slice(-7).replace('_', '-')}-01T00:00:00Z`)))
}
