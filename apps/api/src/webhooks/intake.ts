import type { Sql } from '@trunkline/db/connect'
import { DomainError } from '../platform/domain-error.ts'
import type { Logger } from '../platform/log.ts'
import { step } from '../platform/step.ts'
import { type Arrival, batchSize, type Receipt } from './arrival.ts'
import { codeOf, faultOf } from './fault.ts'
import type { Spool } from './spool.ts'
import { storeArrivals } from './store.ts'

type Waiting = { arrival: Arrival; resolve(receipt: Receipt): void; reject(error: unknown): void }

/** At most this many batches under way: with two, one commits while the other gathers. More gains nothing on one disk. */
const inFlightLimit = 2
/** Beside a batch that is under way only this many are worth another one: fewer wait for it, and go together. */
const worthAnother = 16
export type Intake = ReturnType<typeof openIntake>

/**
 * Natural group commit: what arrives while batches are under way goes together into the next one. No timer, so a lone
 * webhook waits for nobody. A promise is kept only when its bytes are committed, or, while the database is away or busy,
 * fsynced in the spool.
 */
export function openIntake(options: {
  sql: Sql
  spool: Spool
  log: Logger
  onStored: () => void
  /** The server ends a statement that waits for a lock after its own timeout; one that says nothing for so long is away. */
  silenceMs?: number
  /** How long a server that fell silent is left alone: providers wait ten seconds, so nobody may wait for a second silence. */
  leftAloneMs?: number
  /** What may wait for its commit. Beyond it nothing is taken, so that whoever is not answered comes again. */
  mostWaiting?: { rows: number; bytes: number }
}) {
  const { sql, spool, log, onStored, silenceMs = 8_000, leftAloneMs = 10_000 } = options
  const { mostWaiting = { rows: 20_000, bytes: 128 * 1024 * 1024 } } = options
  let queue: Waiting[] = []
  let waitingBytes = 0
  let inFlight = 0
  let isPumpDue = false
  let whenIdle: (() => void)[] = []
  let silentSince: number | undefined
  let isAsking = false

  function take(): Waiting[] {
    const rows = batchSize(queue.values().map(({ arrival }) => arrival))
    const batch = queue.slice(0, rows)
    queue = queue.slice(rows)
    for (const { arrival } of batch) waitingBytes -= arrival.body.length
    return batch
  }

  /** At the end of this turn of the event loop: what was read in one turn goes together. */
  function pumpSoon(): void {
    if (isPumpDue) return
    isPumpDue = true
    setImmediate(() => {
      isPumpDue = false
      pump()
    })
  }

  function pump(): void {
    while (inFlight < inFlightLimit && queue.length > (inFlight === 0 ? 0 : worthAnother - 1)) {
      inFlight++
      const batch = take()
      flush(batch)
        .catch((error: unknown) => {
          for (const { reject } of batch) reject(error)
        })
        .finally(() => {
          inFlight--
          pumpSoon()
          if (inFlight === 0 && queue.length === 0) for (const done of whenIdle.splice(0)) done()
        })
    }
  }

  /** A silent server is asked by one batch at a time, and only now and then. */
  function isLeftAlone(): boolean {
    return silentSince !== undefined && (isAsking || performance.now() < silentSince + leftAloneMs)
  }

  async function storeAudibly(arrivals: readonly Arrival[]): Promise<readonly Receipt[]> {
    if (isLeftAlone()) throw silence()
    isAsking = silentSince !== undefined
    try {
      const receipts = await within(silenceMs, storeArrivals(sql, arrivals))
      silentSince = undefined
      return receipts
    } catch (error) {
      silentSince = isSilence(error) ? performance.now() : undefined
      throw error
    } finally {
      isAsking = false
    }
  }

  async function flush(batch: readonly Waiting[]): Promise<void> {
    const arrivals = batch.map(({ arrival }) => arrival)
    try {
      step('intake.storing')
      const receipts = await storeAudibly(arrivals)
      step('intake.committed')
      for (const [index, { resolve, arrival }] of batch.entries()) {
        resolve(receipts[index] ?? { duplicate: false, webhookId: arrival.id })
      }
      onStored()
    } catch (error) {
      const fault = faultOf(error)
      // which of them it is that our own code fails over is found out when the spool drains: nobody’s is lost meanwhile
      if (fault === 'bug') log.error({ error, webhooks: batch.length }, 'webhooks not stored by a fault of ours')
      if (fault !== 'data') return await keepInSpool(batch, error)
      if (batch.length === 1) throw asRefusal(error)
      // one arrival that the database will not take must not cost its neighbours theirs
      await Promise.all(batch.map((one) => flush([one]).catch(one.reject)))
    }
  }

  async function keepInSpool(everything: readonly Waiting[], cause: unknown): Promise<void> {
    // the spool is for those who proved who they are: strangers must not fill it while the database is away
    const batch = everything.filter(({ arrival }) => arrival.verdict === 'verified')
    for (const { arrival, reject } of everything) if (arrival.verdict !== 'verified') reject(asRefusal(cause))
    if (batch.length === 0) return
    try {
      await spool.append(batch.map(({ arrival }) => arrival))
    } catch (error) {
      log.error({ error, cause }, 'neither the database nor the spool took a batch')
      throw new DomainError('unavailable', 'The webhook could not be stored', { cause: error })
    }
    step('intake.spooled')
    const wasSilent = isSilence(cause)
    for (const { resolve, arrival } of batch) resolve({ duplicate: false, webhookId: arrival.id, wasSilent })
  }

  return {
    /** Resolves when the arrival is durable; rejects with «unavailable» when it is not, so that the provider tries again. */
    store(arrival: Arrival): Promise<Receipt> {
      const bytes = arrival.body.length
      const isFull = queue.length >= mostWaiting.rows || (queue.length > 0 && waitingBytes + bytes > mostWaiting.bytes)
      if (isFull) return Promise.reject(new DomainError('unavailable', 'Too many webhooks wait to be stored'))
      return new Promise((resolve, reject) => {
        waitingBytes += bytes
        queue.push({ arrival, resolve, reject })
        pumpSoon()
      })
    },
    /** Resolves when nothing is waiting or under way. */
    async idle(): Promise<void> {
      if (inFlight === 0 && queue.length === 0) return
      await new Promise<void>((resolve) => whenIdle.push(resolve))
      whenIdle = []
    },
  }
}

/** A lock or a statement that took its whole time was waited for just as long as one that says nothing. */
const isSilence = (error: unknown) => /^(SILENT|CONNECT_TIMEOUT|ETIMEDOUT|55P03|57014)$/.test(codeOf(error))

const silence = () => Object.assign(new Error('The database does not answer'), { code: 'SILENT' })

async function within<Result>(silenceMs: number, work: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const nothing = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(silence()), silenceMs)
  })
  try {
    return await Promise.race([work, nothing])
  } finally {
    clearTimeout(timer)
  }
}

function asRefusal(error: unknown): DomainError {
  return new DomainError('unavailable', 'The webhook could not be stored', { cause: error })
}
