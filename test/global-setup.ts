import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { migrate } from '../packages/db/src/migrate.ts'
import { startTestServer } from '../packages/db/src/testing/postgres.ts'
import { schemaFile, schemaText } from '../scripts/schema-sql.ts'

export default function setup(): Promise<() => Promise<void>> {
  return startTestServer({ url: process.env.TEST_DATABASE_URL, migrate: migrateAndWriteDown })
}

// schema.sql is taken from the catalogue of the pinned server, whenever a migration has changed it
async function migrateAndWriteDown(ownerUrl: string): Promise<void> {
  await migrate(ownerUrl)
  if (process.env.TEST_DATABASE_URL) return
  const text = await schemaText(ownerUrl)
  if (!existsSync(schemaFile) || readFileSync(schemaFile, 'utf8') !== text) writeFileSync(schemaFile, text)
}
