import postgres from 'postgres'
import { deleteExpired, dropExpired, type Expiry } from './partition-expiry.ts'
import { addMonths, lowestIdAt, type Partition, partitionAt } from './partition-month.ts'
import { holds, lockedCode, lockTimeoutMs, partitionsOf, whenUnlocked } from './partition-tables.ts'

/** Any number but the migrations': only one process at a time makes and drops partitions. */
const partitionLock = 7_274_002
const dayMs = 86_400_000
/** Not done within `statement_timeout`. */
const cancelledCode = '57014'

export type Maintained = {
  made: string[]
  dropped: string[]
  /** Rows of DEFAULT that had had their time. */
  deleted: number
  /** What a person must look at: `table` and, in words, what is wrong with it. */
  faults: { table: string; what: string }[]
  /** Tables that somebody had locked for so long that not all could be done: it has to be done again. */
  locked: string[]
}

/**
 * Keeps the tables that are partitioned by their time-ordered id: this month's partition and the next ones stand before a row
 * needs them, so that DEFAULT stays what it was made for, and a month that may be forgotten goes as a whole. Then looks at what
 * it leaves: rows in DEFAULT that have a partition's time, indexes that are not valid, rows that are older than may be.
 * Needs the owner's connection. Undefined where another process is at it.
 */
export async function maintainPartitions(ownerUrl: string, options: Options): Promise<Maintained | undefined> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined, connect_timeout: 10 })
  try {
    const [lock] = await sql<[{ taken: boolean }]>`select pg_try_advisory_lock(${partitionLock}) as taken`
    if (!lock.taken) return undefined
    await sql.unsafe(`set lock_timeout = ${lockTimeoutMs}`)
    await sql.unsafe('set statement_timeout = 0')
    const maintained: Maintained = { made: [], dropped: [], deleted: 0, faults: [], locked: [] }
    for (const table of await partitionedTables(sql)) {
      try {
        await maintain(sql, table, options, maintained)
      } catch (error) {
        if ((error as { code?: string }).code !== lockedCode) throw error
        maintained.locked.push(table)
        maintained.faults.push(...(await leftBehind(sql, table, options.now)))
      }
    }
    maintained.faults.push(...(await invalidIndexes(sql)))
    return maintained
  } finally {
    await sql.end()
  }
}

type Options = { now: Date; monthsAhead: number; expiries: readonly Expiry[] }

async function maintain(sql: postgres.Sql, table: string, options: Options, maintained: Maintained): Promise<void> {
  const monthly = await makeAhead(sql, table, options, maintained)
  const expiry = options.expiries.find((one) => one.table === table)
  if (expiry !== undefined) {
    const { dropped, beside } = await dropExpired(sql, expiry)
    maintained.dropped.push(...dropped)
    maintained.faults.push(
      ...beside.map(({ name, why }) => ({
        table,
        what: `${name} stands beside it with rows and could not be put back: ${why}`,
      })),
    )
    maintained.deleted += await deleteExpired(sql, expiry)
  }
  await inspect(sql, { table, monthly, expiry }, maintained)
}

/**
 * What must not stay so: one night without a run is made good by the next, but where the month after next is missing, many were; and what
 * DEFAULT refuses for a partition that could not be attached, it refuses when the month has begun. Asks the catalogue alone: whatever
 * asks the table itself waits for the lock.
 */
async function leftBehind(sql: postgres.Sql, table: string, now: Date): Promise<Maintained['faults']> {
  const standing = await sql<{ name: string }[]>`
    select child.relname as name from pg_inherits join pg_class as child on child.oid = inhrelid join pg_class as parent on parent.oid = inhparent
    where parent.relname = ${table}`
  const refusing = await sql<{ name: string }[]>`
    select conname as name from pg_constraint join pg_class on pg_class.oid = conrelid where relname = ${`${table}_default`}`
  const stands = (name: string) => standing.some((one) => one.name === name)
  const { name: afterNext } = partitionAt(table, addMonths(now, 2))
  const missing = `${afterNext} does not stand yet, and the table is locked night after night`
  const refused = refusing
    .map(({ name }) => name)
    .filter((name) => name.endsWith(elsewhere('')) && !stands(name.slice(0, -elsewhere('').length)))
  return [
    ...(stands(afterNext) ? [] : [missing]),
    ...refused.map((name) => `DEFAULT refuses rows until its constraint ${name} is dropped`),
  ].map((what) => ({ table, what }))
}

/**
 * On a database that holds nothing yet: the partitions of this month and the next, before the first row comes. Later DEFAULT would have
 * begun to hold the month. Processes that start together wait for the first one. A table that somebody has locked has rows, or is
 * left to the nightly run: nobody's start waits for it.
 */
export async function makeFirstPartitions(ownerUrl: string, now: Date): Promise<string[]> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined, connect_timeout: 10 })
  try {
    await sql`select pg_advisory_lock(${partitionLock})`
    await sql.unsafe(`set lock_timeout = ${lockTimeoutMs}`)
    const made: string[] = []
    for (const table of await partitionedTables(sql)) {
      try {
        if ((await partitionsOf(sql, table)).length > 0 || (await holds(sql, `${table}_default`, 'true'))) continue
        for (const months of [0, 1]) {
          const month = partitionAt(table, addMonths(now, months))
          if (await make(sql, table, month, now)) made.push(month.name)
        }
      } catch (error) {
        if ((error as { code?: string }).code !== lockedCode) throw error
      }
    }
    return made
  } finally {
    await sql.end()
  }
}

async function partitionedTables(sql: postgres.Sql): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select relname as name from pg_class
    where relnamespace = 'public'::regnamespace and relkind = 'p' order by relname`
  return rows.map(({ name }) => name)
}

async function makeAhead(
  sql: postgres.Sql,
  table: string,
  { now, monthsAhead }: { now: Date; monthsAhead: number },
  { made, faults }: Maintained,
): Promise<Partition[]> {
  const standing = await partitionsOf(sql, table)
  const first = await firstMonth(sql, table, now, standing)
  for (let nth = 0; nth <= monthsAhead; nth++) {
    const month = partitionAt(table, addMonths(first, nth))
    if (standing.some(({ from }) => from === month.from)) continue
    if (await make(sql, table, month, now)) made.push(month.name)
    else if (!isUnderWay(month, now))
      faults.push({ table, what: `DEFAULT holds rows of ${month.name}, which could not be made` })
  }
  return await partitionsOf(sql, table)
}

/** The month of now, unless DEFAULT has begun to hold it: then the next one, and never one that begins within a day. */
async function firstMonth(sql: postgres.Sql, table: string, now: Date, standing: readonly Partition[]): Promise<Date> {
  const current = addMonths(now, 0)
  if (standing.some(({ from }) => from === lowestIdAt(current))) return current
  const [held] = await sql.unsafe<[{ rows: boolean }]>(
    `select exists (select from ${table}_default where id >= '${lowestIdAt(current)}') as rows`,
  )
  if (!held.rows && now.getTime() - current.getTime() < dayMs) return addMonths(current, 1)
  if (!held.rows) return current
  const next = addMonths(current, 1)
  return next.getTime() - now.getTime() < dayMs ? addMonths(next, 1) : next
}

/** Rows of it may come at any moment, or before a run that is interrupted has been carried on. */
const isUnderWay = ({ from }: Partition, now: Date) => from <= lowestIdAt(new Date(now.getTime() + dayMs))

/** Made beside the table, then attached; false where DEFAULT holds rows of it. */
async function make(sql: postgres.Sql, table: string, month: Partition, now: Date): Promise<boolean> {
  const { name } = month
  // what a run left that died in between
  await takeRows(sql, table, month)
  await whenUnlocked(sql, `drop table if exists ${name}`)
  // guarded from its first moment: the application does not start beside a table of customers that anybody may read
  await sql.unsafe(
    `create table ${name} (like ${table} including all)${await settingsOf(sql, table)}; alter table ${name} enable row level security`,
  )
  try {
    await (isUnderWay(month, now) ? attachAtOnce(sql, table, month) : attachProven(sql, table, month))
    return true
  } catch (error) {
    await whenUnlocked(sql, `drop table ${name}`)
    if (['23514', cancelledCode].includes((error as { code?: string }).code ?? '')) return false
    throw error
  }
}

/**
 * DEFAULT is known to hold nothing of its time: the check is validated while everybody reads and writes, so that attaching need not
 * read DEFAULT with everybody locked out. Until then DEFAULT refuses rows of that time, so it must not have come yet.
 */
async function attachProven(sql: postgres.Sql, table: string, { name, from, to }: Partition): Promise<void> {
  try {
    await whenUnlocked(
      sql,
      `alter table ${table}_default add constraint ${elsewhere(name)} check (id < '${from}' or id >= '${to}') not valid`,
    )
    await whenUnlocked(sql, `alter table ${table}_default validate constraint ${elsewhere(name)}`)
    await whenUnlocked(sql, attaching(table, { name, from, to }))
  } finally {
    await takeRows(sql, table, { name })
  }
}

/** While DEFAULT is read nobody waits for long: one that is too large for that keeps the month. */
async function attachAtOnce(sql: postgres.Sql, table: string, month: Partition): Promise<void> {
  await sql.unsafe(`set statement_timeout = ${2 * lockTimeoutMs}`)
  try {
    await whenUnlocked(sql, attaching(table, month))
  } finally {
    await sql.unsafe('set statement_timeout = 0')
  }
}

const elsewhere = (name: string) => `${name}_is_elsewhere`
const attaching = (table: string, { name, from, to }: Partition) =>
  `alter table ${table} attach partition ${name} for values from ('${from}') to ('${to}')`
const takeRows = (sql: postgres.Sql, table: string, { name }: Pick<Partition, 'name'>) =>
  whenUnlocked(sql, `alter table ${table}_default drop constraint if exists ${elsewhere(name)}`)

/** How full a page is filled, and the like: it stands at DEFAULT, since a partitioned table itself has none, and is not copied. */
async function settingsOf(sql: postgres.Sql, table: string): Promise<string> {
  const [found] = await sql<[{ settings: string | null }]>`
    select array_to_string(reloptions, ', ') as settings from pg_class where oid = ${`${table}_default`}::regclass`
  return found.settings ? ` with (${found.settings})` : ''
}

async function inspect(
  sql: postgres.Sql,
  { table, monthly, expiry }: { table: string; monthly: readonly Partition[]; expiry: Expiry | undefined },
  { faults }: Maintained,
): Promise<void> {
  const [first] = monthly
  if (first !== undefined && (await holds(sql, `${table}_default`, `id >= '${first.from}'`)))
    faults.push({ table, what: `DEFAULT takes rows though partitions stand since ${first.name}` })
  if (expiry === undefined) return
  const horizon = lowestIdAt(expiry.keptFrom)
  for (const { name } of (await partitionsOf(sql, table)).filter(({ to }) => to <= horizon))
    faults.push({ table, what: `${name} has had its time and holds rows that are not done` })
  if (await holds(sql, `${table}_default`, `id < '${horizon}'`))
    faults.push({ table, what: 'DEFAULT holds rows that have had their time and are not done' })
}

/** Of all our tables: what is charged once hangs on indexes of those that have no partitions. */
async function invalidIndexes(sql: postgres.Sql): Promise<Maintained['faults']> {
  const invalid = await sql<{ table: string; name: string }[]>`
    select coalesce(pg_partition_root(indrelid), indrelid)::regclass::text as table, indexrelid::regclass::text as name
    from pg_index join pg_class on pg_class.oid = indrelid
    where relnamespace in (select oid from pg_namespace where nspname in ('public', 'pgboss')) and not (indisvalid and indisready) order by 1, 2`
  return invalid.map(({ table, name }) => ({ table, what: `the index ${name} is not valid` }))
}
