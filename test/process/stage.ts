import { test as base } from 'vitest'
import { isRunning } from '../../packages/db/src/local/process.ts'
import { openLine } from '../../packages/db/src/testing/line.ts'
import { type OwnPostgres, startOwnPostgres, testDatabase } from '../../packages/db/src/testing/postgres.ts'
import { type Freeze, openStage, type Stage, until, withFreeze } from './open-stage.ts'

export { adminPhone, type Process, type Stage, until } from './open-stage.ts'

/** Whatever rested in the spool has gone over. */
export const drained = (stage: Stage) => until('the spool is drained', async () => stage.spooled().length === 0)

type CutStage = Stage & { line: Awaited<ReturnType<typeof openLine>> }
type OwnStage = Stage & { postgres: OwnPostgres & Freeze }

export const test = base.extend<{ stage: Stage; cutStage: CutStage; ownStage: OwnStage }>({
  /** On a database of the server that the whole run shares. */
  stage: async ({ onTestFailed }, use) => {
    const database = await testDatabase()
    const stage = openStage({ databaseUrl: database.url })
    onTestFailed(() => stage.print())
    await use(stage)
    await stage.close()
    await database.drop()
  },
  /** The same, and the way to the database can be cut. */
  cutStage: async ({ onTestFailed }, use) => {
    const database = await testDatabase()
    const line = await openLine(database.url)
    const stage = { ...openStage({ databaseUrl: database.url, reachedAt: line.url }), line }
    onTestFailed(() => stage.print())
    await use(stage)
    await stage.close()
    await line.close()
    await database.drop()
  },
  /** On a server of its own, with fsync, to be killed, stopped and frozen. */
  ownStage: async ({ onTestFailed }, use) => {
    const server = await startOwnPostgres()
    const stage = { ...openStage({ databaseUrl: server.url }), postgres: withFreeze(server) }
    onTestFailed(() => stage.print())
    await use(stage)
    if (isRunning(server.pid)) stage.postgres.thaw()
    else await server.restart()
    await stage.close()
    await server.stop()
  },
})
