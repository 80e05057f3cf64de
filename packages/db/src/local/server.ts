import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { basename, dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { type Account, accountFor } from './account.ts'
import { type Binaries, findBinaries } from './binaries.ts'
import { placeOf } from './place.ts'
import { commandOf, isRunning } from './process.ts'

const user = 'trunkline'
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

  const running = await findRunning(folder)
  const { pid, port } = running ?? (await start(folder, binaries, account, options))
  const password = readFileSync(join(folder, passwordFile), 'utf8').trim()
  return {
    url: `postgres://${user}:${password}@127.0.0.1:${port}/postgres`,
    port,
    pid,
    folder,
    adopted: running !== undefined,
    stop: () => stop(pid),
  }
}

const passwordFile = 'trunkline-password'

// made under another name and renamed, so that a start that was killed half-way leaves no half cluster behind
function createCluster(folder: string, binaries: Binaries, account: Account | undefined): void {
  const parent = dirname(folder)
  mkdirSync(parent, { recursive: true })
  for (const name of readdirSync(parent))
    if (name.startsWith(`${basename(folder)}.new-`)) rmSync(join(parent, name), { recursive: true, force: true })
  const unfinished = `${folder}.new-${randomBytes(4).toString('hex')}`
  mkdirSync(unfinished, { mode: 0o700 })
  const secret = join(parent, `${basename(unfinished)}-password`)
  writeFileSync(secret, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 })
  if (account) for (const path of [unfinished, secret]) chownSync(path, account.uid, account.gid)
  const init = spawnSync(
    binaries.initdb,
    [
      `--pgdata=${unfinished}`,
      `--username=${user}`,
      `--pwfile=${secret}`,
      '--auth=scram-sha-256',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
    ],
    { ...account, cwd: '/', env: environment, encoding: 'utf8' },
  )
  if (init.status !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    rmSync(secret, { force: true })
    throw new Error(`the database could not be created: ${lastLine(init.stderr) ?? init.error?.message ?? init.signal}`)
  }
  renameSync(secret, join(unfinished, passwordFile))
  // an empty folder may stand there already, made by whoever prepared the disk
  renameSync(unfinished, folder)
}

const environment = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

type Postmaster = { pid: number; port: number; memory: string | undefined; status: string | undefined }

// lines: pid, data folder, start time, port, socket folder, address, shared memory key, status
function readPostmaster(folder: string): Postmaster | undefined {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  return {
    pid: Number(lines[0]),
    port: Number(lines[3]),
    memory: lines[6]?.trim().split(/ +/)[1],
    status: lines[7]?.trim(),
  }
}

async function findRunning(folder: string): Promise<Postmaster | undefined> {
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const found = readPostmaster(folder)
    if (!found) return undefined
    if (!isRunning(found.pid) || !commandOf(found.pid)?.includes(`-D ${folder} `)) {
      await discard(folder, found, deadline)
      return undefined
    }
    if (found.status === 'ready') return found
    if (Date.now() > deadline) throw new Error(`the database process ${found.pid} in ${folder} does not get ready`)
    await pause(20)
  }
}

// PostgreSQL itself refuses to start while the pid it left answers, though it may be a zombie's or somebody else's by now
async function discard(folder: string, { memory }: Postmaster, deadline: number): Promise<void> {
  while (isAttached(memory)) {
    if (Date.now() > deadline) throw new Error(`processes of a dead database server in ${folder} do not end`)
    await pause(20)
  }
  rmSync(join(folder, 'postmaster.pid'), { force: true })
}

// backends that outlive their postmaster still write, and hold its shared memory
function isAttached(memory: string | undefined): boolean {
  const table = '/proc/sysvipc/shm'
  if (!memory || !existsSync(table)) return false
  const rows = readFileSync(table, 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/ +/))
  return rows.some(([, id, , , , , attached]) => id === memory && Number(attached) > 0)
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
    const outcome = await attempt(folder, binaries, account, port, options.settings ?? {}, deadline)
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
  settings: Record<string, string>,
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
      env: environment,
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

export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (!address || typeof address === 'string') throw new Error('no free port')
  return address.port
}

function lastLine(text: string | null | undefined): string | undefined {
  const lines = text?.trim().split('\n') ?? []
  return lines.findLast((line) => /FATAL|PANIC|error/.test(line)) ?? lines.at(-1)
}
