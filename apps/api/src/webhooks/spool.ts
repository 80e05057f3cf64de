import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { spooledWebhooks } from '../platform/metrics.ts'
import { type Arrival, batchSize } from './arrival.ts'
import { handOver, type Store } from './hand-over.ts'
import { countRecords, isCounted, lineOf, ownerIn, recordsIn, stemOf, unlessMissing } from './spool-file.ts'
import { type OwnerOptions, openOwner } from './spool-owner.ts'

export type Spool = Awaited<ReturnType<typeof openSpool>>

/** How long a disk that refused a record is told of. */
const diskFaultMs = 60_000

type Current = { handle: FileHandle; stem: string; ino: bigint }

/**
 * Where verified webhooks rest while the database is away: append-only files of one owner each, fsynced before anybody is
 * answered, bounded in bytes. Several processes may share the folder; what a dead one left is taken over by the next one that
 * drains.
 */
export async function openSpool(
  options: OwnerOptions & { maxBytes: number; onAside?: (error: unknown, webhookId: string) => void },
) {
  const { folder, maxBytes, log, onAside } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const owner = await openOwner(options)
  const path = (name: string) => join(folder, name)
  const inTurn = oneAfterAnother()
  const drainInTurn = oneAfterAnother()
  let serial = Date.now()
  let current: Current | undefined
  let refused: { bytes: number; at: number; isFull: boolean } | undefined
  let bytes = 0
  /** Records by the file's stem: those written here, and those found at the start. */
  const known = await countRecords(folder)
  /** Who has said STOP in them, by the same; of what was found at the start nobody knows before it is drained. */
  const stopped = new Map<string, Set<string>>()
  await recount()

  async function append(arrivals: readonly Arrival[]): Promise<void> {
    const text = arrivals.map(lineOf).join('')
    const size = Buffer.byteLength(text)
    const isFull = bytes + size > maxBytes
    try {
      if (isFull) throw new Error(`The spool is full (${bytes} of ${maxBytes} bytes)`)
      const stem = await appendText(text)
      known.set(stem, (known.get(stem) ?? 0) + arrivals.length)
      for (const { said } of arrivals)
        if (said?.kind === 'stop') stopped.set(stem, (stopped.get(stem) ?? new Set()).add(said.from))
      refused = undefined
    } catch (error) {
      refused = { bytes, at: performance.now(), isFull }
      throw error
    }
    bytes += size
    spooledWebhooks.set(waiting())
  }

  async function appendText(text: string): Promise<string> {
    for (let tries = 0; tries < 3; tries++) {
      current ??= await begin()
      const { handle, stem, ino } = current
      try {
        await handle.appendFile(text)
        await handle.datasync()
      } catch (error) {
        // half a record may stand at the end: nothing may follow it
        await rotate()
        throw error
      }
      if ((await inodeOf(`${stem}.open`)) === ino) return stem
      // whoever took this process for dead may have read the file before the end was written: it is written again
      log.warn({ file: stem }, 'a spool file in use was taken over')
      current = undefined
      await handle.close()
    }
    throw new Error('The spool’s files are taken over as soon as they are made')
  }

  async function begin(): Promise<Current> {
    const stem = `${owner.id}-${serial++}`
    const handle = await open(path(`${stem}.open`), 'ax', 0o600)
    try {
      // the file's name must survive a crash as well as its content
      const directory = await open(folder, 'r')
      try {
        await directory.sync()
      } finally {
        await directory.close()
      }
      return { handle, stem, ino: (await handle.stat({ bigint: true })).ino }
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  async function inodeOf(name: string): Promise<bigint | undefined> {
    return await stat(path(name), { bigint: true }).then(({ ino }) => ino, unlessMissing(undefined))
  }

  /** Answers whether there was such a file: another process may have been quicker. */
  async function move(from: string, to: string): Promise<boolean> {
    return await rename(path(from), path(to)).then(() => true, unlessMissing(false))
  }

  async function rotate(): Promise<void> {
    if (current === undefined) return
    const { handle, stem } = current
    current = undefined
    try {
      await handle.close()
    } finally {
      await move(`${stem}.open`, `${stem}.ready`)
    }
  }

  async function recount(): Promise<void> {
    let counted = 0
    const stems = new Set<string>()
    for (const name of await readdir(folder)) {
      stems.add(stemOf(name))
      if (!isCounted(name)) continue
      counted += await stat(path(name)).then(({ size }) => size, unlessMissing(0))
    }
    for (const stem of known.keys()) if (!stems.has(stem)) known.delete(stem)
    for (const stem of stopped.keys()) if (!stems.has(stem)) stopped.delete(stem)
    bytes = counted
    spooledWebhooks.set(waiting())
  }

  /** A full spool refuses until it is less full; what the disk refused once may be taken the next time. */
  const isRefusing = (): boolean =>
    refused !== undefined && (refused.isFull ? bytes >= refused.bytes : performance.now() < refused.at + diskFaultMs)

  function waiting(): number {
    return known.values().reduce((sum, records) => sum + records, 0)
  }

  /** Files that may be drained now: those closed, and those of processes that are gone. */
  async function claimable(): Promise<string[]> {
    const names = (await readdir(folder)).sort()
    const gone = new Map<string, boolean>()
    const found: string[] = []
    for (const name of names) {
      const holder = ownerIn(name)
      if (holder !== undefined && !gone.has(holder)) gone.set(holder, await owner.isGone(holder))
      // drains come one after another: what this process was draining it is not draining any more
      const isLeft = holder === owner.id ? !name.endsWith('.open') : holder !== undefined && gone.get(holder) === true
      if (isLeft || name.endsWith('.ready')) found.push(name)
    }
    return found
  }

  async function drainFile(name: string, store: Store): Promise<number> {
    const stem = stemOf(name)
    const claimed = `${stem}.draining-${owner.id}`
    if (name !== claimed && !(await move(name, claimed))) return 0
    let batch: Arrival[] = []
    let stored = 0
    let isWhole = true
    const layAside = (error: unknown, { id }: Arrival) => {
      isWhole = false
      log.error({ error, file: stem, webhookId: id }, 'a spooled webhook cannot be stored')
      onAside?.(error, id)
    }
    try {
      for await (const arrival of recordsIn(path(claimed))) {
        if (arrival === undefined) isWhole = false
        else if (batchSize([...batch, arrival]) > batch.length) batch.push(arrival)
        else {
          stored += await handOver(batch, { store, layAside })
          batch = [arrival]
        }
      }
      if (batch.length > 0) stored += await handOver(batch, { store, layAside })
    } catch (error) {
      await move(claimed, `${stem}.ready`)
      throw error
    }
    if (isWhole) await rm(path(claimed), { force: true })
    else {
      log.error({ file: stem }, 'a spool file has a damaged record; it is kept beside')
      await move(claimed, `${stem}.damaged`)
    }
    known.delete(stem)
    return stored
  }

  async function drainAll(store: Store): Promise<number> {
    let drained = 0
    for (const name of await claimable()) drained += await drainFile(name, store)
    return drained
  }

  /** Takes away what owners that are gone left of themselves. */
  async function forgetGone(): Promise<void> {
    const names = await readdir(folder)
    const holders = new Set(names.map(ownerIn))
    for (const name of names) {
      const [, other] = /^(.+)\.owner$/.exec(name) ?? []
      if (other !== undefined && !holders.has(other) && (await owner.isGone(other))) await owner.forget(other)
    }
  }

  async function drain(store: Store): Promise<number> {
    try {
      const older = await drainAll(store)
      // only once the database takes what is older: an outage would leave a file for every try
      await inTurn(rotate)
      const drained = older + (await drainAll(store))
      await forgetGone()
      return drained
    } finally {
      await inTurn(recount)
    }
  }

  return {
    append: (arrivals: readonly Arrival[]) => inTurn(() => append(arrivals)),

    /** Hands everything that rests here to `store` and forgets it once stored. Answers how many records went over. */
    drain: (store: Store): Promise<number> => drainInTurn(() => drain(store)),

    /** Whether a STOP from this number, of which this process has said that it was received, rests here. */
    hasStopped: (phoneNumber: string): boolean => stopped.values().some((numbers) => numbers.has(phoneNumber)),

    /** Records that this process knows to be waiting, and whether the last ones that it was given found no room. */
    state: () => ({ waiting: waiting(), bytes, isRefusing: isRefusing() }),

    async close(): Promise<void> {
      await inTurn(rotate)
      await owner.close()
    },
  }
}

function oneAfterAnother() {
  let tail: Promise<unknown> = Promise.resolve()
  return <Result>(work: () => Promise<Result>): Promise<Result> => {
    const next = tail.then(work, work)
    // whoever asked hears of the error; the next in line goes on
    tail = next.catch(() => undefined)
    return next
  }
}
