import { join } from 'node:path'
import { freePort } from '../../packages/db/src/local/port.ts'
import { type Build, buildWhenStale } from './build.ts'
import { type Child, describeExit, type Exit, startNode } from './child.ts'
import { type DataFolder, openDataFolder } from './data-folder.ts'
import { type EmbeddedDatabase, startEmbeddedDatabase } from './embedded-database.ts'
import { aborted, endingSignal } from './ending.ts'
import { demoEnvironment, embeddedEnvironment, simEnvironment } from './environment.ts'
import { Fault, lineOf } from './fault.ts'
import { endLeftovers, noteProcesses } from './leftovers.ts'
import { checkPort, listening, originOf } from './port.ts'
import { readSettings, type Settings } from './settings.ts'

/** What Node is given to run a part of the system. */
export type Part = { args: string[]; cwd: string }

export type Parts = {
  root: string
  env: NodeJS.ProcessEnv
  /** What must be built before the api starts. */
  builds: Build[]
  api: Part
  sim: Part
  /** Serves the admin from its sources. Without it the api serves what was built of it. */
  admin?: Part
}

type Stop = () => Promise<void> | void

const apiPatienceMs = 30_000
const patienceMs = 5_000

/**
 * Runs the whole system until a signal ends it, a part of it dies, or it cannot start. Whatever happens, what was started is stopped
 * again, in reverse order. Answers the exit code.
 */
export async function runSystem(parts: Parts): Promise<number> {
  const ending = endingSignal()
  const stops: Stop[] = []
  let exitCode = 1
  try {
    exitCode = await run(parts, stops, ending)
  } catch (error) {
    if (ending.aborted) exitCode = 0
    else tell(`Trunkline cannot start: ${error instanceof Fault ? error.message : lineOf(error)}`)
  }
  for (const stop of stops.reverse())
    try {
      await stop()
    } catch (error) {
      tell(`Trunkline could not stop cleanly: ${lineOf(error)}`)
      exitCode = 1
    }
  return exitCode
}

async function run(parts: Parts, stops: Stop[], ending: AbortSignal): Promise<number> {
  const settings = readSettings(parts.env)
  const folder = openDataFolder(settings.dataFolder)
  stops.push(() => folder.release())
  await endLeftovers(folder.path, ending)
  const port = settings.port === 0 ? await freePort() : settings.port
  if (port !== undefined) await checkPort(settings.host, port)

  const database = await prepare(parts, settings, folder, stops, ending)
  ending.throwIfAborted()

  const simPort = settings.demo ? await freePort() : undefined
  const env: NodeJS.ProcessEnv = {
    ...parts.env,
    ...(port !== undefined && { PORT: String(port) }),
    TRUNKLINE_DATA_DIR: folder.path,
    TRUNKLINE_DEMO: 'off',
    ...(database && embeddedEnvironment(folder, database.url, parts.env)),
    ...(simPort !== undefined && demoEnvironment(folder, simPort, parts.env)),
  }
  const children: Child[] = []
  const start = (name: string, part: Part, patience: number, more: NodeJS.ProcessEnv = {}): Child => {
    const child = startNode({ name, ...part, env: { ...env, ...more } })
    children.push(child)
    stops.push(() => child.stop(patience))
    noteProcesses(folder.path, children)
    return child
  }

  const api = start('the api', parts.api, apiPatienceMs)
  const early = await exitBeforeServing(api, settings.host, port, ending)
  if (early) {
    // the api has named the fault on standard error itself when it answers 1
    if (early.code !== 1) tell(`Trunkline cannot start: the api ${describeExit(early)}`)
    return 1
  }
  ending.throwIfAborted()
  const url = originOf(settings.host, port ?? 0)
  if (simPort !== undefined) start('the sim', parts.sim, patienceMs, simEnvironment(folder, simPort, url, parts.env))
  if (parts.admin) start('the admin', parts.admin, patienceMs, { TRUNKLINE_API: url })

  const reason = await Promise.race([
    aborted(ending),
    ...(database ? [database.lost] : []),
    ...children.map(async (child) => `${child.name} ${describeExit(await child.exited)}`),
  ])
  if (reason === undefined) return 0
  tell(`Trunkline stops: ${reason}`)
  return 1
}

/** The database and the builds, at the same time; all are waited for, so that nothing still starts while everything is stopped. */
async function prepare(
  parts: Parts,
  settings: Settings,
  folder: DataFolder,
  stops: Stop[],
  ending: AbortSignal,
): Promise<EmbeddedDatabase | undefined> {
  const [database, ...builds] = await Promise.allSettled([
    settings.databaseUrl ? undefined : startEmbeddedDatabase(join(folder.path, 'postgres'), tell),
    ...parts.builds.map((build) => buildWhenStale(parts.root, build, ending)),
  ])
  if (database.status === 'rejected') throw database.reason
  const started = database.value
  if (started) stops.push(() => started.stop())
  for (const build of builds) if (build.status === 'rejected') throw build.reason
  return started
}

/** Resolves when the api serves, or ending has begun; with its exit when it does not get that far. */
async function exitBeforeServing(
  api: Child,
  host: string,
  port: number | undefined,
  ending: AbortSignal,
): Promise<Exit | undefined> {
  const settled = new AbortController()
  const until = AbortSignal.any([ending, settled.signal])
  try {
    // without a port the api is about to say what is wrong with it
    return await Promise.race([api.exited, port === undefined ? aborted(ending) : listening(host, port, until)])
  } finally {
    settled.abort()
  }
}

function tell(line: string): void {
  process.stderr.write(`${line}\n`)
}
