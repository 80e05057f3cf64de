import { setTimeout as sleep } from 'node:timers/promises'
import type postgres from 'postgres'

/**
 * Until so many others wait for what this transaction holds. Asked of the locks alone: `pg_stat_activity` is read once a transaction,
 * so whoever connects after that first look would never be seen from within it.
 */
export async function untilWaitedFor(sql: postgres.Sql | postgres.TransactionSql, backends = 1): Promise<void> {
  for (;;) {
    const [row] = await sql`
      select count(distinct pid)::int as waiting from pg_locks
      where not granted and locktype = 'transactionid' and transactionid = pg_current_xact_id()::xid`
    if (row?.waiting >= backends) return
    await sleep(5)
  }
}
