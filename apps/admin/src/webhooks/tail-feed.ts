import { useCallback, useEffect, useReducer, useRef, useState } from 'react'
import type { Provider, TailedWebhook } from '../app/contract.ts'
import { problemOf, rpcClient, watchSession } from '../app/rpc.ts'

/** More are not kept: the list of all webhooks has them. */
const mostRows = 500

export type TailFilters = {
  provider?: Provider | undefined
  phone?: string | undefined
  eventType?: string | undefined
  refused?: boolean | undefined
}

type Feed = {
  phase: 'opening' | 'listening' | 'reconnecting' | 'refused'
  why: string | null
  /** Newest first, as far as they are shown. */
  rows: TailedWebhook[]
  /** Came in while somebody reads: not shown yet, oldest first. */
  held: TailedWebhook[]
  total: number
}
const nothing: Feed = { phase: 'opening', why: null, rows: [], held: [], total: 0 }

type Step =
  | { came: TailedWebhook; isReading: boolean }
  | { phase: Feed['phase']; why?: string }
  | { show: true }
  | { clear: true }

function next(feed: Feed, step: Step): Feed {
  if ('phase' in step) return { ...feed, phase: step.phase, why: step.why ?? null }
  if ('clear' in step) return { ...nothing, phase: feed.phase, why: feed.why }
  if ('show' in step) return { ...feed, ...shown(feed.rows, feed.held) }
  const held = [...feed.held, step.came]
  const total = feed.total + 1
  return step.isReading
    ? { ...feed, total, held: held.slice(-mostRows) }
    : { ...feed, total, ...shown(feed.rows, held) }
}

const shown = (rows: TailedWebhook[], held: TailedWebhook[]) => ({
  rows: [...held.toReversed(), ...rows].slice(0, mostRows),
  held: [],
})

const firstWaitMs = 500
const longestWaitMs = 10_000

/**
 * Webhooks as they come in, each once. A lost connection is renewed behind the last one. Paused behind a cursor it hears nothing, and goes
 * on there: what came in meanwhile is shown then. What other filters let through is taken away with them.
 */
export function useTail({ filters, pausedAt }: { filters: TailFilters; pausedAt: string | undefined }) {
  const [feed, step] = useReducer(next, nothing)
  const cursor = useRef(pausedAt)
  const reading = useRef(false)
  const isPaused = pausedAt !== undefined
  const [begun, setBegun] = useState(0)
  const shownFor = useRef(filters)

  useEffect(() => {
    if (shownFor.current !== filters) step({ clear: true })
    shownFor.current = filters
    if (isPaused) return
    let isOver = false
    let failures = 0
    let again: ReturnType<typeof setTimeout> | undefined
    let subscription: { unsubscribe: () => void } | undefined
    const reopen = (why: string) => {
      if (isOver) return
      step({ phase: 'reconnecting', why })
      clearTimeout(again)
      again = setTimeout(open, Math.min(longestWaitMs, firstWaitMs * 2 ** failures++))
    }
    function open() {
      subscription?.unsubscribe()
      subscription = rpcClient.webhooks.tail.subscribe(
        { ...filters, ...(cursor.current !== undefined && { after: cursor.current }) },
        {
          onConnectionStateChange(change) {
            if (!isOver && change.state === 'connecting' && change.error)
              step({ phase: 'reconnecting', why: 'The connection was lost' })
          },
          onData({ data }) {
            if (isOver) return
            failures = 0
            cursor.current = data.cursor
            if (data.webhook === null) step({ phase: 'listening' })
            else step({ came: { ...data.webhook, cursor: data.cursor }, isReading: reading.current })
          },
          onError(error) {
            watchSession(error)
            const { code, message } = problemOf(error)
            if (code === 'BAD_REQUEST' || code === 'FORBIDDEN') step({ phase: 'refused', why: message })
            else reopen(message)
          },
          onComplete: () => reopen('The server ended the connection'),
        },
      )
    }
    open()
    return () => {
      isOver = true
      clearTimeout(again)
      subscription?.unsubscribe()
    }
  }, [filters, isPaused, begun])

  return {
    feed,
    /** Behind the last webhook that came; undefined before the server listened. */
    cursorNow: () => cursor.current,
    clear: useCallback(() => step({ clear: true }), []),
    /** From now on instead of from the cursor, which the server does not know. */
    startAnew: useCallback(() => {
      cursor.current = undefined
      step({ clear: true })
      step({ phase: 'opening' })
      setBegun((before) => before + 1)
    }, []),
    showHeld: useCallback(() => step({ show: true }), []),
    setReading: useCallback((isReading: boolean) => {
      reading.current = isReading
      if (!isReading) step({ show: true })
    }, []),
  }
}
