import { fileURLToPath } from 'node:url'
import { drizzle } from 'drizzle-orm/postgres-js'
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator'
import { PgBoss } from 'pg-boss'
import postgres from 'postgres'

const migrationsFolder = fileURLToPath(new URL('../migrations', import.meta.url))

/** Any number: the same in every process, so that only one migrates at a time. */
const migrationLock = 7_274_001

/**
 * Brings the database up to the newest schema, the job queue's schema too, and lets the application's role use it.
 * Needs the owner's connection, past any pooler. Processes that start together wait for the first one.
 */
export async function migrate(ownerUrl: string): Promise<void> {
  const sql = postgres(ownerUrl, { max: 1, onnotice: () => undefined, connect_timeout: 10 })
  try {
    await sql`select pg_advisory_lock(${migrationLock})`
    await applyMigrations(drizzle(sql), { migrationsFolder })
    await installJobQueue(ownerUrl)
    await sql.unsafe(`
      grant usage on schema pgboss to trunkline_app;
      grant select, insert, update, delete on all tables in schema pgboss to trunkline_app;
      grant execute on all functions in schema pgboss to trunkline_app;
      alter default privileges in schema pgboss grant select, insert, update, delete on tables to trunkline_app;
    `)
  } finally {
    await sql.end()
  }
}

async function installJobQueue(ownerUrl: string): Promise<void> {
  const boss = new PgBoss({ connectionString: ownerUrl, max: 1, supervise: false, schedule: false })
  let fault: Error | undefined
  boss.on('error', (error) => {
    fault ??= error
  })
  await boss.start()
  await boss.stop({ graceful: false, close: true })
  if (fault !== undefined) throw fault
}
