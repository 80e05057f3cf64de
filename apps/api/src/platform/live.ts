import { EventEmitter } from 'node:events'
import { openPool, type Sql, statement } from '@trunkline/db/connect'
import { z } from 'zod'
import type { Ctx } from './context.ts'
import type { Logger } from './log.ts'

export const topics = [
  'inbox',
  'webhooks',
  'secrets',
  'calls',
  'messages',
  'alerts',
  'errors',
  'usage',
  'billing',
  'reconciliation',
  'unknown_phones',
  'customers',
  'jobs',
  'sessions',
  'audit',
  'resync',
] as const
export type Topic = (typeof topics)[number]

const channel = 'trunkline_live'
const notice = z.array(z.enum(topics))

/** Tells every process, when the caller's transaction commits, which domains changed. */
export async function announce(ctx: Ctx, changed: readonly Topic[]): Promise<void> {
  if (changed.length === 0) return
  await statement(ctx.db, 'select pg_notify($1, $2)', [channel, JSON.stringify([...new Set(changed)])])
}

export type Live = Awaited<ReturnType<typeof openLive>>

/**
 * Listens on a connection of its own. After the database has been away it says `resync`, because notices were missed. A
 * listener hears nothing for hours and that is lawful, so it tells itself something: two beats unheard mean a dead network.
 */
export async function openLive(options: { directUrl: string; log: Logger; heartbeatMs?: number }) {
  const heartbeatMs = options.heartbeatMs ?? 15_000
  const emitter = new EventEmitter().setMaxListeners(0)
  const connection: Sql = openPool(options.directUrl, { max: 1, name: 'live', silenceMs: 2 * heartbeatMs })
  const closing = new AbortController()
  const due = new Set<Topic>()
  let gathering: NodeJS.Timeout | undefined
  // screens hear at most ten times a second what changed; the worker hears at once
  emitter.on('changed', (changed: readonly Topic[]) => {
    for (const topic of changed) due.add(topic)
    if (gathering !== undefined) return
    gathering = setTimeout(() => {
      gathering = undefined
      emitter.emit('gathered', [...due])
      due.clear()
    }, 100).unref()
  })
  let hasListened = false
  const listening = connection.listen(
    channel,
    (payload) => {
      const parsed = notice.safeParse(JSON.parse(payload))
      if (parsed.success && parsed.data.length > 0) emitter.emit('changed', parsed.data)
    },
    () => {
      if (hasListened) emitter.emit('changed', ['resync', 'inbox'])
      hasListened = true
    },
  )
  await listening
  options.log.debug({ channel }, 'live channel open')
  let lastSent = 0
  const say = (changed: readonly Topic[]) =>
    connection.notify(channel, JSON.stringify(changed)).catch((error: unknown) => {
      options.log.warn({ error }, 'live notice not sent')
    })
  const beating = setInterval(() => {
    void say([])
    emitter.emit('gathered', [])
  }, heartbeatMs).unref()
  return {
    onChange(listener: (changed: readonly Topic[]) => void): () => void {
      emitter.on('changed', listener)
      return () => emitter.off('changed', listener)
    },
    /**
     * Every change from this call on, until the signal or until this process stops. With each beat an empty one, so that
     * whoever passes them on looks again whether his reader may still hear.
     */
    watch(signal: AbortSignal): AsyncGenerator<readonly Topic[]> {
      // heard from here, not from the first read: what changes in between is not lost
      return gathered(emitter, AbortSignal.any([signal, closing.signal]))
    },
    /** Ends every watcher, so that a stopping server need not cut its streams. */
    endWatchers(): void {
      closing.abort()
    },
    /** Says outside any transaction that something waits; at most every 50 ms, because a notice serialises commits. */
    hint(changed: readonly Topic[]): void {
      emitter.emit('changed', changed)
      const now = performance.now()
      if (now - lastSent < 50) return
      lastSent = now
      void say(changed)
    },
    async close(): Promise<void> {
      closing.abort()
      clearInterval(beating)
      await connection.end({ timeout: 2 })
    },
  }
}

/** A reader that is slower than the changes finds each topic once: what waits for it does not grow. */
function gathered(emitter: EventEmitter, ends: AbortSignal): AsyncGenerator<readonly Topic[]> {
  const waiting = new Set<Topic>()
  let news = Promise.withResolvers<void>()
  const hear = (changed: readonly Topic[]) => {
    for (const topic of changed) waiting.add(topic)
    news.resolve()
  }
  const leave = () => {
    emitter.off('gathered', hear)
    news.resolve()
  }
  emitter.on('gathered', hear)
  ends.addEventListener('abort', leave, { once: true })
  if (ends.aborted) leave()
  return (async function* () {
    try {
      for (;;) {
        await news.promise
        if (ends.aborted) return
        news = Promise.withResolvers()
        const changed = [...waiting]
        waiting.clear()
        yield changed
      }
    } finally {
      leave()
    }
  })()
}
