import { networkOf } from '@trunkline/core/sessions/attempts'
import type { Ctx } from '../platform/context.ts'
import { secretsOf } from '../platform/env.ts'
import type { Fault, Faults } from '../platform/fault.ts'
import type { Logger } from '../platform/log.ts'
import { errorsDropped } from '../platform/metrics.ts'
import { type Kind, kindOf, type Sample, sampleOf } from './describe.ts'
import { recordErrors } from './record.ts'

/** What has happened of one bug since it was last written down. */
export type Happened = Kind & {
  occurrences: number
  firstAt: Date
  lastAt: Date
  hits: Map<string, number>
  hours: Map<number, number>
  samples: Sample[]
}

const flushMs = 1000
const longestPauseMs = 30_000
const most = { known: 10_000, bugs: 200, samples: 3, customers: 500, hours: 48, looks: 500, looksASecond: 500 } as const
const reports = { perAddress: 30, inAll: 300, addresses: 10_000 } as const

export type ErrorTracker = Faults & { flush(): Promise<void>; close(): Promise<void> }

/**
 * Gathers bugs in memory, the same ones together, and writes them down each second in transactions of its own; one that this
 * process has not met before at once, because it may be the one that ends the process. While the database is away they wait, within bounds; what is beyond the bounds is counted. The doors have logged each already.
 */
export function openErrors(options: {
  ctx: () => Ctx
  log: Logger
  byItself?: boolean
  everyMs?: number
}): ErrorTracker {
  const { log, everyMs = flushMs } = options
  const seen = new WeakSet<object>()
  let waiting = new Map<string, Happened>()
  let secrets: readonly string[] | undefined
  let timer: NodeJS.Timeout | undefined
  let pauseMs = everyMs
  const known = new Set<string>()
  let isOnItsWay = false
  let dropped = 0
  let second = { at: 0, looks: 0 }
  const looks = new Map<string, string>()
  let writing = Promise.resolve()

  function note(fault: Fault): void {
    if (typeof fault.error === 'object' && fault.error !== null) {
      // one error passes several doors on its way out
      if (seen.has(fault.error)) return
      seen.add(fault.error)
    }
    const now = Date.now()
    // the same error again is counted without a second look
    const look = `${fault.source} ${fault.where} ${fault.customerId} ${stackOf(fault.error)}`
    const same = waiting.get(looks.get(look) ?? '')
    if (same !== undefined && same.samples.length >= most.samples) {
      same.occurrences++
      same.lastAt = new Date(now)
      sumInto(same.hours, new Map([[hourOf(now), 1]]), most.hours)
      if (fault.customerId) sumInto(same.hits, new Map([[fault.customerId, 1]]), most.customers)
      return
    }
    if (Math.floor(now / 1000) !== second.at) second = { at: Math.floor(now / 1000), looks: 0 }
    if (++second.looks > most.looksASecond) {
      drop(1)
      return
    }
    secrets ??= secretsOf(options.ctx().env)
    const { kind, facts } = kindOf(fault, secrets)
    if (looks.size < most.looks) looks.set(look, kind.fingerprint)
    const at = new Date(now)
    const isWanted = (waiting.get(kind.fingerprint)?.samples.length ?? 0) < most.samples
    add({
      ...kind,
      occurrences: 1,
      firstAt: at,
      lastAt: at,
      hits: new Map(fault.customerId ? [[fault.customerId, 1]] : []),
      hours: new Map([[hourOf(now), 1]]),
      samples: isWanted ? [sampleOf(fault, facts, at, secrets)] : [],
    })
    schedule()
    if (!known.has(kind.fingerprint)) writeAtOnce(kind.fingerprint)
  }

  /** Those that come meanwhile go together into the next write, so a storm of new ones is no storm of statements. */
  function writeAtOnce(fingerprint: string): void {
    if (known.size >= most.known) known.clear()
    known.add(fingerprint)
    if (options.byItself === false || isOnItsWay || pauseMs > everyMs) return
    isOnItsWay = true
    void flush()
  }

  function add(more: Happened): void {
    const same = waiting.get(more.fingerprint)
    if (same === undefined) {
      if (waiting.size < most.bugs) waiting.set(more.fingerprint, more)
      else drop(more.occurrences)
      return
    }
    same.occurrences += more.occurrences
    if (more.firstAt < same.firstAt) same.firstAt = more.firstAt
    if (more.lastAt > same.lastAt) same.lastAt = more.lastAt
    sumInto(same.hits, more.hits, most.customers)
    sumInto(same.hours, more.hours, most.hours)
    same.samples = [...same.samples, ...more.samples].slice(0, most.samples)
  }

  function drop(occurrences: number): void {
    dropped += occurrences
    errorsDropped.inc(occurrences)
  }

  function schedule(): void {
    if (options.byItself === false || timer !== undefined) return
    timer = setTimeout(() => {
      timer = undefined
      void flush()
    }, pauseMs).unref()
  }

  /** One after the other: what could not be written waits for the next time. */
  function flush(): Promise<void> {
    writing = writing.then(write).catch((error: unknown) => log.error({ error }, 'errors not written down'))
    return writing
  }

  async function write(): Promise<void> {
    isOnItsWay = false
    if (dropped > 0) log.error({ dropped }, 'errors beyond the bounds were only counted')
    dropped = 0
    const batch = [...waiting.values()]
    waiting = new Map()
    looks.clear()
    if (batch.length === 0) return
    const left = await recordErrors(options.ctx(), batch)
    for (const one of left) add(one)
    pauseMs = left.length === 0 ? everyMs : Math.min(longestPauseMs, pauseMs * 2)
    if (left.length > 0) schedule()
  }

  return {
    track(fault) {
      try {
        note(fault)
      } catch (error) {
        log.error({ error }, 'error not tracked')
      }
    },
    mayReport: reportBudget(),
    flush,
    async close() {
      clearTimeout(timer)
      await flush()
      if (waiting.size > 0) log.error({ bugs: waiting.size }, 'errors not written down before the end')
    },
  }
}

const hourOf = (now: number) => Math.floor(now / 3_600_000) * 3_600_000

/** What an error looks like before anything is read from it: its message and its stack. */
function stackOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.stack : ''
  return error instanceof Error ? `${error.name} ${error.message} ${error.stack} ${cause}` : typeof error
}

function sumInto<Key>(known: Map<Key, number>, more: ReadonlyMap<Key, number>, atMost: number): void {
  for (const [key, count] of more) {
    if (known.has(key) || known.size < atMost) known.set(key, (known.get(key) ?? 0) + count)
  }
}

/** How many reports of front ends are taken each minute: from one address, and from all together. */
function reportBudget(): Faults['mayReport'] {
  let minute = 0
  let total = 0
  let byAddress = new Map<string, number>()
  return (address, now) => {
    const current = Math.floor(now / 60_000)
    if (current !== minute) {
      minute = current
      total = 0
      byAddress = new Map()
    }
    const network = networkOf(address)
    const used = byAddress.get(network) ?? 0
    if (used >= reports.perAddress || total >= reports.inAll || byAddress.size >= reports.addresses) return false
    total++
    byAddress.set(network, used + 1)
    return true
  }
}
