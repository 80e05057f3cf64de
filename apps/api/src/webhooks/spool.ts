import { hash } from 'node:crypto'
import { type FileHandle, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { startOf } from '@trunkline/db/local/process'
import type { Logger } from '../platform/log.ts'
import { spooledWebhooks } from '../platform/metrics.ts'
import { type Arrival, batchSize } from './arrival.ts'

export type Spool = Awaited<ReturnType<typeof openSpool>>

/** One line a record: eight hex digits of its SHA-256, a space, its JSON. */
const lineOf = (arrival: Arrival): string => {
  const json = JSON.stringify(arrival)
  return `${hash('sha256', json).slice(0, 8)} ${json}\n`
}

/** A process, told from another that gets the same id later: in a container each one gets it. */
const ownerOf = (pid: number): string => `${pid}-${hash('sha256', startOf(pid) ?? 'gone').slice(0, 8)}`

/** The owner that stands in a file's name: `<owner>-<serial>.open`, `<stem>.draining-<owner>`. */
const ownerIn = (name: string): string | undefined =>
  (/^(\d+-[0-9a-f]{8})-\d+\.open$/.exec(name) ?? /\.draining-(\d+-[0-9a-f]{8})$/.exec(name))?.[1]

/**
 * Where verified webhooks rest while the database is away: append-only files, one a process, fsynced before anybody is
 * answered, bounded in bytes. What a dead process left is taken over by the next one that drains.
 */
export async function openSpool(options: { folder: string; maxBytes: number; log: Logger }) {
  const { folder, maxBytes, log } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  let current: { handle: FileHandle; name: string } | undefined
  let { bytes, records } = await sizeOf(folder)
  const self = ownerOf(process.pid)
  let serial = Date.now()
  spooledWebhooks.set(records)
  let tail: Promise<unknown> = Promise.resolve()

  /** Appends and rotations one after the other. */
  function inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const next = tail.then(work, work)
    // whoever asked hears of the error; the next in line goes on
    tail = next.catch(() => undefined)
    return next
  }

  async function append(arrivals: readonly Arrival[]): Promise<void> {
    const text = arrivals.map(lineOf).join('')
    const size = Buffer.byteLength(text)
    if (bytes + size > maxBytes) throw new Error(`The spool is full (${bytes} of ${maxBytes} bytes)`)
    if (current === undefined) {
      const name = `${self}-${serial++}.open`
      current = { name, handle: await open(join(folder, name), 'a', 0o600) }
      // the file's name must survive a crash as well as its content
      const directory = await open(folder, 'r')
      try {
        await directory.sync()
      } finally {
        await directory.close()
      }
    }
    try {
      await current.handle.appendFile(text)
      await current.handle.datasync()
    } catch (error) {
      // half a record may stand at the end: nothing may follow it
      await rotate()
      throw error
    }
    bytes += size
    records += arrivals.length
    spooledWebhooks.set(records)
  }

  async function rotate(): Promise<void> {
    if (current === undefined) return
    const { handle, name } = current
    current = undefined
    await handle.close()
    await rename(join(folder, name), join(folder, name.replace(/open$/, 'ready')))
  }

  /** Files that may be drained now: those closed, and those of processes that are gone. */
  async function claimable(): Promise<string[]> {
    const names = (await readdir(folder)).sort()
    return names.filter((name) => {
      if (name.endsWith('.ready')) return true
      const owner = ownerIn(name)
      return owner !== undefined && owner !== self && owner !== ownerOf(Number.parseInt(owner, 10))
    })
  }

  async function drainFile(name: string, store: (arrivals: Arrival[]) => Promise<void>): Promise<number> {
    const stem = name.replace(/\.(open|ready|draining-[\w-]+)$/, '')
    const claimed = `${stem}.draining-${self}`
    try {
      await rename(join(folder, name), join(folder, claimed))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
      throw error
    }
    try {
      const { arrivals, isTorn } = readRecords(await readFile(join(folder, claimed), 'utf8'))
      for (let from = 0; from < arrivals.length; ) {
        const rows = batchSize(arrivals.slice(from))
        await store(arrivals.slice(from, from + rows))
        from += rows
      }
      if (isTorn) {
        log.error({ file: name }, 'a spool file has a damaged record; it is kept beside')
        await rename(join(folder, claimed), join(folder, `${stem}.damaged`))
      } else await rm(join(folder, claimed))
      return arrivals.length
    } catch (error) {
      await rename(join(folder, claimed), join(folder, `${stem}.ready`))
      throw error
    }
  }

  return {
    append: (arrivals: readonly Arrival[]) => inTurn(() => append(arrivals)),

    /** Hands everything that rests here to `store` and forgets it once stored. Answers how many records went over. */
    async drain(store: (arrivals: Arrival[]) => Promise<void>): Promise<number> {
      await inTurn(rotate)
      let drained = 0
      for (const name of await claimable()) drained += await drainFile(name, store)
      const left = await readdir(folder)
      if (left.length === 0) {
        bytes = 0
        records = 0
      } else records = Math.max(0, records - drained)
      spooledWebhooks.set(records)
      return drained
    },

    /** Records that this process knows to be waiting. */
    waiting: () => records,
    close: () => inTurn(rotate),
  }
}

/** What earlier processes left here. */
async function sizeOf(folder: string): Promise<{ bytes: number; records: number }> {
  let bytes = 0
  let records = 0
  for (const name of await readdir(folder)) {
    if (name.endsWith('.damaged')) continue
    const text = await readFile(join(folder, name), 'utf8')
    bytes += Buffer.byteLength(text)
    records += text.split('\n').length - 1
  }
  return { bytes, records }
}

/** Every whole record. A line without its end is one whose fsync never finished, so nobody was answered for it. */
function readRecords(text: string): { arrivals: Arrival[]; isTorn: boolean } {
  const lines = text.split('\n')
  lines.pop()
  const arrivals: Arrival[] = []
  let isTorn = false
  for (const line of lines) {
    const json = line.slice(9)
    if (hash('sha256', json).slice(0, 8) === line.slice(0, 8)) arrivals.push(JSON.parse(json) as Arrival)
    else isTorn = true
  }
  return { arrivals, isTorn }
}
