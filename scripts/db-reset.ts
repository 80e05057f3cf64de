import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../packages/db/src/local/port.ts'
import { startLocalPostgres } from '../packages/db/src/local/server.ts'
import { migrate } from '../packages/db/src/migrate.ts'
import { readArguments } from './lib/arguments.ts'
import { describeExit, startNode } from './lib/child.ts'
import { type DataFolder, openDataFolder } from './lib/data-folder.ts'
import { recreateDatabase } from './lib/database.ts'
import { demoEnvironment, embeddedEnvironment } from './lib/environment.ts'
import { Fault, lineOf } from './lib/fault.ts'
import { endLeftovers } from './lib/leftovers.ts'
import { listening } from './lib/port.ts'
import { loadSettingsFile, readSettings } from './lib/settings.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const host = '127.0.0.1'
const loopback = ['localhost', '127.0.0.1', '[::1]']

readArguments(
  'usage: pnpm db:reset\nDrops the database of DATABASE_URL (of this machine only), or the one in .data, and makes it anew.',
)
loadSettingsFile(root)
try {
  await reset()
} catch (error) {
  process.stderr.write(`The database was not reset: ${lineOf(error)}\n`)
  process.exitCode = 1
}

async function reset(): Promise<void> {
  const settings = readSettings(process.env)
  if (settings.databaseUrl) return await resetGiven(settings.databaseUrl)
  const folder = openDataFolder(settings.dataFolder)
  try {
    await endLeftovers(folder.path, new AbortController().signal)
    await resetEmbedded(folder, settings.demo)
  } finally {
    folder.release()
  }
}

async function resetGiven(url: string): Promise<void> {
  const { hostname, pathname } = new URL(url)
  if (!loopback.includes(hostname))
    throw new Fault(`DATABASE_URL names ${hostname}; only a database of this machine is reset`)
  const name = decodeURIComponent(pathname.slice(1))
  if (!name || name === 'postgres') throw new Fault('DATABASE_URL names no database that may be dropped')
  const server = new URL(url)
  server.pathname = '/postgres'
  await migrate(await recreateDatabase(server.href, name))
  process.stdout.write(`The database ${name} is new and empty\n`)
}

async function resetEmbedded(folder: DataFolder, demo: boolean): Promise<void> {
  const server = await startLocalPostgres({ folder: join(folder.path, 'postgres') })
  try {
    const url = await recreateDatabase(server.url, 'trunkline')
    // what waits for the old database has nothing to do in the new one
    for (const name of ['spool', 'sim.json']) rmSync(join(folder.path, name), { recursive: true, force: true })
    await bootOnce(folder, {
      ...process.env,
      ...embeddedEnvironment(folder, url, process.env),
      ...(demo && demoEnvironment(folder, await freePort(), process.env)),
      TRUNKLINE_DATA_DIR: folder.path,
    })
  } finally {
    await server.stop()
  }
  process.stdout.write(
    `The database in ${folder.path} is new${demo ? ', with the demo world' : ''}; npm start begins with it\n`,
  )
}

/** The api migrates, makes the first admin and the demo world when it starts; that is all that is wanted of it. */
async function bootOnce(folder: DataFolder, env: NodeJS.ProcessEnv): Promise<void> {
  const port = await freePort()
  const api = startNode({
    name: 'the api',
    args: ['apps/api/src/main.ts'],
    cwd: root,
    env: { ...env, ROLE: 'web', HOST: host, PORT: String(port), LOG_LEVEL: 'warn' },
  })
  const settled = new AbortController()
  const early = await Promise.race([api.exited, listening(host, port, settled.signal)])
  settled.abort()
  if (early) throw new Fault(`the api ${describeExit(early)} on the new database in ${folder.path}`)
  await api.stop(30_000)
}
