import { setTimeout as pause } from 'node:timers/promises'
import type postgres from 'postgres'
import type { Partition } from './partition-month.ts'

/** Whoever queues for a lock is queued behind: nobody waits longer than this for us, and we come again. */
export const lockTimeoutMs = 400
const lockTries = 20
/** Not given within `lock_timeout`. */
export const lockedCode = '55P03'

/** The monthly ones, oldest first. */
export async function partitionsOf(sql: postgres.Sql, table: string): Promise<Partition[]> {
  const rows = await sql<{ name: string; bound: string }[]>`
    select child.relname as name, pg_get_expr(child.relpartbound, child.oid) as bound
    from pg_inherits join pg_class as child on child.oid = inhrelid
    where inhparent = ${table}::regclass and not inhdetachpending order by child.relname`
  return rows.flatMap(({ name, bound }) => {
    const [, from, to] = /^FOR VALUES FROM \('(.+)'\) TO \('(.+)'\)$/.exec(bound) ?? []
    return from === undefined || to === undefined ? [] : [{ name, from, to }]
  })
}

/** Waits for a lock only so long that nobody behind notices, and tries again. */
export async function whenUnlocked(sql: postgres.Sql, statement: string): Promise<void> {
  for (let nth = 1; ; nth++) {
    try {
      await sql.unsafe(statement)
      return
    } catch (error) {
      // 40P01: it was chosen to resolve a deadlock
      const passes = [lockedCode, '40P01'].includes((error as { code?: string }).code ?? '')
      if (!passes || nth === lockTries) throw error
      await pause(100 * nth)
    }
  }
}

export async function holds(sql: postgres.Sql, name: string, condition: string): Promise<boolean> {
  const [found] = await sql.unsafe<[{ rows: boolean }]>(
    `select exists (select from ${name} where ${condition}) as rows`,
  )
  return found.rows
}
