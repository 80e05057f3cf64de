import { useEffect, useRef, useSyncExternalStore } from 'react'
import type { Topic } from './contract.ts'
import { queryClient, rpcClient, watchSession } from './rpc.ts'

export type LiveStatus = {
  phase: 'connecting' | 'live' | 'reconnecting'
  lastEventAt: number | null
  since: number
  why: string | null
}

/** What has to be asked again when a topic has moved. */
const touches: Record<Exclude<Topic, 'resync'>, readonly string[]> = {
  webhooks: ['webhooks', 'webhooks.causes', 'insights'],
  secrets: ['webhooks', 'webhooks.causes'],
  calls: ['calls', 'answering', 'insights'],
  messages: ['messages', 'insights'],
  alerts: ['alerts', 'insights'],
  errors: ['errors'],
  usage: ['usage', 'customers', 'insights'],
  billing: ['billing'],
  reconciliation: ['reconciliation'],
  unknown_phones: ['unknownPhones', 'insights'],
  customers: ['customers', 'agents', 'owners'],
  sessions: ['sessions', 'staff', 'apiKeys'],
  audit: ['audit'],
  jobs: [],
  inbox: [],
}
const topics = Object.keys(touches) as Exclude<Topic, 'resync'>[]

/** At most two rounds of questions a second, and one a second for the overview. */
const pause = 500
const insightsPause = 1000
/** What reads much the more there is to tell is asked the more seldom the longer it takes: one screen costs no more than a tenth of a connection. */
const dear: ReadonlySet<string> = new Set(['webhooks.causes'])
const restFor = 10
const domainOf = (path: readonly unknown[]): string => {
  const verbs = path.slice(0, 2).join('.')
  return dear.has(verbs) ? verbs : String(path[0])
}

let status: LiveStatus = { phase: 'connecting', lastEventAt: null, since: Date.now(), why: null }
const watchers = new Set<() => void>()
const listeners = new Set<(moved: ReadonlySet<Topic>) => void>()

let moved = new Set<Topic>()
let domains = new Set<string>()
let lastRound = 0
const notBefore = new Map<string, number>()
let timer: ReturnType<typeof setTimeout> | undefined

function setStatus(change: Partial<LiveStatus>): void {
  const since = change.phase && change.phase !== status.phase ? Date.now() : status.since
  status = { ...status, since, ...change }
  for (const watcher of watchers) watcher()
}

function note(changed: readonly Topic[]): void {
  for (const topic of changed.includes('resync') ? topics : changed) {
    if (topic === 'resync') continue
    moved.add(topic)
    for (const domain of touches[topic] ?? []) domains.add(domain)
  }
  schedule()
}

function schedule(): void {
  if (timer) return
  timer = setTimeout(round, Math.max(0, lastRound + pause - Date.now()))
}

function round(): void {
  timer = undefined
  lastRound = Date.now()
  const due = domains
  const told = moved
  domains = new Set()
  moved = new Set()
  for (const domain of due) {
    const filters = {
      predicate: ({ queryKey }: { queryKey: readonly unknown[] }) => {
        const [path, about] = queryKey
        // long lists bring themselves up to date, page by page
        return (
          Array.isArray(path) &&
          domainOf(path) === domain &&
          (about as { type?: string } | undefined)?.type !== 'infinite'
        )
      },
    }
    const isFetching = queryClient.isFetching(filters) > 0
    // an answer that is under way may be older than the change: ask once more after it
    if (isFetching || lastRound < (notBefore.get(domain) ?? 0)) domains.add(domain)
    if (lastRound < (notBefore.get(domain) ?? 0) || (isFetching && dear.has(domain))) continue
    const answered = queryClient.invalidateQueries(filters, { cancelRefetch: false })
    if (domain === 'insights') notBefore.set(domain, lastRound + insightsPause)
    if (dear.has(domain)) void rest(domain, answered)
  }
  for (const listener of listeners) listener(told)
  if (domains.size > 0) schedule()
}

async function rest(domain: string, answered: Promise<void>): Promise<void> {
  const began = Date.now()
  await answered
  notBefore.set(domain, Date.now() + (Date.now() - began) * restFor)
}

/** Opens the stream of changes and keeps it open. Returns how to close it. */
export function startLive(): () => void {
  let stopped = false
  let attempts = 0
  let again: ReturnType<typeof setTimeout> | undefined
  let subscription: { unsubscribe: () => void } | undefined

  function open(): void {
    let lost = attempts > 0
    subscription = rpcClient.live.watch.subscribe(
      {},
      {
        onConnectionStateChange(change) {
          if (stopped) return
          if (change.state === 'pending') {
            attempts = 0
            lost = false
            setStatus({ phase: 'live', why: null })
            // what changed while nobody listened was missed
            note(['resync'])
          } else if (change.state === 'connecting' && (change.error || lost)) {
            lost = true
            setStatus({ phase: 'reconnecting', why: change.error?.message || 'The connection was lost' })
          }
        },
        onData(event) {
          setStatus({ lastEventAt: Date.now() })
          note(event.data.topics)
        },
        onError: (error) => {
          watchSession(error)
          reopen(error.message || 'The server cannot be reached')
        },
        // a server that stops takes its leave, and comes back
        onComplete: () => reopen('The server ended the connection'),
      },
    )
  }
  function reopen(why: string): void {
    if (stopped) return
    attempts += 1
    setStatus({ phase: 'reconnecting', why })
    clearTimeout(again)
    again = setTimeout(open, Math.min(10_000, 500 * 2 ** Math.min(attempts, 5)))
  }
  open()
  return () => {
    stopped = true
    clearTimeout(again)
    subscription?.unsubscribe()
  }
}

export function useLiveStatus(): LiveStatus {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    () => status,
  )
}

/** Runs when one of these topics has moved, at most twice a second. */
export function useLiveTopics(wanted: readonly Topic[], run: () => void): void {
  const latest = useRef({ wanted, run })
  useEffect(() => {
    latest.current = { wanted, run }
  })
  useEffect(() => {
    const listener = (told: ReadonlySet<Topic>) => {
      if (latest.current.wanted.some((topic) => told.has(topic))) latest.current.run()
    }
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
    }
  }, [])
}
