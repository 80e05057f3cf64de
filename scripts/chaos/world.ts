import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { startLocalPostgres } from '../../packages/db/src/local/server.ts'
import { openLine } from '../../packages/db/src/testing/line.ts'
import { type OwnPostgres, startOwnPostgres } from '../../packages/db/src/testing/postgres.ts'
import { openStage, type Process, until, withFreeze } from '../../test/process/open-stage.ts'
import { type Counted, countLosses } from './count.ts'
import { beginLoad, type Tellings } from './load.ts'
import { undoLater } from './undo.ts'

export type World = Awaited<ReturnType<typeof openWorld>>
export type Place = 'api' | 'other' | 'worker'

const clock = new URL('./clock.ts', import.meta.url).href

/** Two processes that serve and one that works, on a durable PostgreSQL of their own that is reached through a line. */
export async function openWorld(options: {
  random: () => number
  server?: OwnPostgres
  /** Where the spool stands. */
  data?: string
}) {
  const { random } = options
  const server = withFreeze(options.server ?? (await startOwnPostgres()))
  const line = await openLine(server.url)
  const stage = openStage({ databaseUrl: server.url, reachedAt: line.url })
  const folder = mkdtempSync(join(tmpdir(), 'trunkline-chaos-'))
  const clockFile = join(folder, 'clock')
  writeFileSync(clockFile, '0')
  const env = {
    NODE_OPTIONS: `--import=${clock}`,
    CHAOS_CLOCK_FILE: clockFile,
    ...(options.data !== undefined && { TRUNKLINE_DATA_DIR: options.data }),
  }
  const kept = undoLater(async () => {
    for (const one of stage.processes) if (!one.isOver()) await one.kill()
    await server.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  const processes: Record<Place, Process> = {
    api: await stage.start({ role: 'web', env }),
    other: await stage.start({ role: 'web', env }),
    worker: await stage.start({ role: 'worker', env }),
  }
  let aheadMs = 0
  const telling = { stage, doors: () => [processes.api, processes.other], aheadMs: () => aheadMs }
  const spool = join(options.data ?? join(stage.folder, 'data'), 'spool')
  const spooled = () => readdirSync(spool).filter((name) => !name.endsWith('.owner')).length

  return {
    stage,
    server,
    line,
    processes,
    telling,
    random,
    /** Files that wait in the spool. */
    spooled,

    /** The processes' clocks, and the provider's with them. The database keeps its own. */
    async jump(byMs: number): Promise<void> {
      writeFileSync(clockFile, String(byMs))
      aheadMs = byMs
      for (const { pid } of Object.values(processes)) process.kill(pid, 'SIGUSR2')
      await pause(50)
    },

    async restart(place: Place): Promise<void> {
      processes[place] = await processes[place].restart()
    },

    /** Under the load of a line of its own something happens; then all is told, drained and processed, and counted. */
    async tryUnderLoad(happen: (line: { id: string; phoneNumber: string }, tellings: Tellings) => Promise<number>) {
      const customer = await stage.customer(processes.other)
      const load = beginLoad(telling, { phoneNumber: customer.phoneNumber, random })
      const times = await happen(customer, load.tellings).catch(async (error: unknown) => {
        await load.stop().catch(() => undefined)
        throw error
      })
      const tellings = await load.stop()
      await until('the spool is drained', async () => spooled() === 0)
      await stage.settled()
      const counted: Counted = await countLosses(stage, customer, tellings)
      return { times, ...counted }
    },

    /** Ends everything, whatever state it is in. */
    async close(): Promise<void> {
      for (const one of stage.processes) if (!one.isOver()) await one.kill()
      await stage.close().finally(() => rmSync(folder, { recursive: true, force: true }))
      await line.close()
      await server.stop()
      kept()
    },
  }
}

/** A server whose files stand in a folder that is given, with little room for its log. */
export async function startPostgresIn(folder: string): Promise<OwnPostgres> {
  const settings = { max_wal_size: '48MB', min_wal_size: '32MB', shared_buffers: '64MB' }
  const start = (port?: number) => startLocalPostgres({ folder, settings, ...(port !== undefined && { port }) })
  let server = await start()
  return {
    url: server.url,
    get pid() {
      return server.pid
    },
    kill9: () => Promise.reject(new Error('This one fills its disk; it is not killed')),
    async restart() {
      await server.stop()
      server = await start(server.port)
    },
    stop: () => server.stop(),
  }
}
