import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Account, accountFor } from './account.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { clusterOwner, createCluster, environment, lastLine, readPassword } from './cluster.ts'
import { placeOf } from './place.ts'
import { freePort } from './port.ts'
import { findRunning, type Postmaster, readPostmaster } from './postmaster.ts'
import { isRunning } from './process.ts'

const majorVersion = '18'
const startTimeoutMs = 60_000
const stopTimeoutMs = 60_000

export type LocalPostgres = {
  /** Of the maintenance database `postgres`, as superuser. */
  url: string
  port: number
  pid: number
  /** Where the files really are. */
  folder: string
  /** True when it was found running. */
  adopted: boolean
  stop(): Promise<void>
}

export type LocalPostgresOptions = {
  /** The data folder; it is created with a new cluster when it is missing. */
  folder: string
  /** A free one when it is not given. */
  port?: number
  /** Server settings. Left out: PostgreSQL's own, which are durable. */
  settings?: Record<string, string>
  /** Variables of its programs, beside the few that they always get. */
  environment?: Record<string, string>
}

/**
 * Runs the embedded PostgreSQL in a folder, or adopts the one that a dead launcher left running there. The caller holds the folder's lock.
 * The port stands in postmaster.pid and nowhere else. The server is no part of our process group: Ctrl-C reaches it through stop() alone.
 */
export async function startLocalPostgres(options: LocalPostgresOptions): Promise<LocalPostgres> {
  const folder = placeOf(options.folder)
  const account = accountFor(folder)
  const binaries = findBinaries(account)
  if (!existsSync(join(folder, 'PG_VERSION'))) createCluster(folder, binaries, account)
  const version = readFileSync(join(folder, 'PG_VERSION'), 'utf8').trim()
  if (version !== majorVersion)
    throw new Error(`${folder} holds a PostgreSQL ${version} database; this is ${majorVersion}`)

  const running = await findRunning(folder, startTimeoutMs)
  const { pid, port } = running ?? (await start(folder, binaries, account, options))
  return {
    url: `postgres://${clusterOwner}:${readPassword(folder)}@127.0.0.1:${port}/postgres`,
    port,
    pid,
    folder,
    adopted: running !== undefined,
    stop: () => stop(pid),
  }
}

/** Makes the files of a server that `startLocalPostgres` starts later. */
export function createLocalPostgres(folder: string): void {
  const place = placeOf(folder)
  const account = accountFor(place)
  createCluster(place, findBinaries(account), account)
}

async function start(
  folder: string,
  binaries: Binaries,
  account: Account | undefined,
  options: LocalPostgresOptions,
): Promise<Postmaster> {
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const port = options.port ?? (await freePort())
    const outcome = await attempt(folder, binaries, account, port, options, deadline)
    if (typeof outcome !== 'string') return outcome
    // backends of a killed postmaster take a moment to notice; a free port may be taken by somebody quicker
    const passes = /pre-existing shared memory|could not bind|Address already in use|could not create any TCP/.test(
      outcome,
    )
    if (!passes || Date.now() > deadline)
      throw new Error(`the database did not start: ${lastLine(outcome) ?? 'no reason given'}`)
    await pause(100)
  }
}

/** Starts it once; answers what it logged when it did not come up. */
async function attempt(
  folder: string,
  binaries: Binaries,
  account: Account | undefined,
  port: number,
  { settings, environment: own }: LocalPostgresOptions,
  deadline: number,
): Promise<Postmaster | string> {
  const log = join(folder, 'trunkline.log')
  const output = openSync(log, 'w', 0o600)
  const all = {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    log_timezone: 'UTC',
    timezone: 'UTC',
    ...settings,
  }
  const flags = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`])
  let child: ChildProcess
  try {
    child = spawn(binaries.postgres, ['-D', folder, '-p', String(port), ...flags], {
      ...account,
      cwd: '/',
      env: { ...environment, ...own },
      detached: true,
      stdio: ['ignore', output, output],
    })
  } finally {
    closeSync(output)
  }
  const failed = new Promise<string>((resolve) => child.once('error', (error) => resolve(error.message)))
  child.unref()
  for (;;) {
    const found = readPostmaster(folder)
    if (found?.pid === child.pid && found?.status === 'ready') return found
    if (child.exitCode !== null || child.signalCode !== null) return readFileSync(log, 'utf8')
    if (Date.now() > deadline) {
      child.kill('SIGQUIT')
      return readFileSync(log, 'utf8')
    }
    const error = await Promise.race([failed, pause(10)])
    if (error) return error
  }
}

async function stop(pid: number): Promise<void> {
  const deadline = Date.now() + stopTimeoutMs
  let signal: NodeJS.Signals = 'SIGINT'
  while (isRunning(pid)) {
    try {
      process.kill(pid, signal)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ESRCH') return
      throw error
    }
    for (let waited = 0; isRunning(pid) && waited < 1000; waited += 10) await pause(10)
    if (Date.now() > deadline) signal = 'SIGQUIT'
  }
}
