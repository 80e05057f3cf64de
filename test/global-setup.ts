import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { jobs } from '../apps/api/src/jobs.ts'
import { openJobs } from '../apps/api/src/platform/job.ts'
import { openLog } from '../apps/api/src/platform/log.ts'
import { migrate } from '../packages/db/src/migrate.ts'
import { startTestServer } from '../packages/db/src/testing/postgres.ts'
import { schemaFile, schemaText } from '../scripts/schema-sql.ts'

export default function setup(): Promise<() => Promise<void>> {
  return startTestServer({ url: process.env.TEST_DATABASE_URL, migrate: migrateAndWriteDown })
}

// schema.sql is taken from the catalogue of the pinned server, whenever a migration has changed it
async function migrateAndWriteDown(ownerUrl: string): Promise<void> {
  await migrate(ownerUrl)
  await makeQueues(ownerUrl)
  if (process.env.TEST_DATABASE_URL) return
  const text = await schemaText(ownerUrl)
  if (!existsSync(schemaFile) || readFileSync(schemaFile, 'utf8') !== text) writeFileSync(schemaFile, text)
}

/** What the first start on a database makes, so that the many that follow find it. */
async function makeQueues(ownerUrl: string): Promise<void> {
  const queue = await openJobs({
    directUrl: ownerUrl,
    jobs,
    log: openLog({ level: 'warn', secrets: [] }),
    isWorker: false,
  })
  await queue.close()
}
