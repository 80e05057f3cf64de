import { httpSubscriptionLink, TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { EventSourceLike } from '@trpc/server/unstable-core-do-not-import'
import type { PublicRouter } from '../contract.d.ts'
import type { TrunklineError } from './error.ts'
import { explain } from './explain.ts'
import { openLimit } from './limit.ts'
import { backoffMs, pause } from './retry.ts'
import type { Settings } from './settings.ts'

/** A connection that stood for less counts as a failed attempt, so that a flapping one is not renewed in a hurry. */
const steadyMs = 10_000

type Link = ReturnType<TRPCLink<PublicRouter>>
type Call = Parameters<Link>[0]
type Observer = Required<NonNullable<Parameters<ReturnType<Link>['subscribe']>[0]>>

type Init = Omit<RequestInit, 'headers'> & { headers?: Record<string, string> }

/**
 * Subscriptions over server-sent events. The first connection is tried as often as a call; one that has stood is
 * renewed, with the last event it saw, until somebody unsubscribes or the server refuses.
 */
export function liveLink(settings: Settings): TRPCLink<PublicRouter> {
  return () => (call) =>
    observable((observer) => {
      const { signal, end } = openLimit(call.op.signal, Number.POSITIVE_INFINITY)
      stay(settings, { ...call, op: { ...call.op, signal } }, signal, (envelope) => observer.next(envelope))
        .then(() => {
          observer.next({ result: { type: 'stopped' } })
          observer.complete()
        })
        .catch((error) => observer.error(error))
      return end
    })
}

async function stay(settings: Settings, call: Call, signal: AbortSignal, next: Observer['next']): Promise<void> {
  let lastEventId: string | undefined
  let hasStood = false
  for (let repetition = 1; !signal.aborted; repetition++) {
    const began = Date.now()
    const input = lastEventId === undefined ? call.op.input : { ...(call.op.input as object | undefined), lastEventId }
    const lost = await connection(settings, { ...call, op: { ...call.op, input } }, signal, (envelope) => {
      const { result } = envelope
      if (result.type === 'started') hasStood = true
      if ('id' in result && typeof result.id === 'string') lastEventId = result.id
      next(envelope)
    })
    if (signal.aborted) return
    if (!lost.isRetryable || (!hasStood && repetition >= settings.retry.attempts)) throw lost
    next({ result: { type: 'state', state: 'connecting', error: lost } })
    if (Date.now() - began > steadyMs) repetition = 1
    await pause(backoffMs(settings.retry, repetition), signal)
  }
}

/** One connection, from its request to its loss, which is what it answers. */
async function connection(
  settings: Settings,
  call: Call,
  signal: AbortSignal,
  next: Observer['next'],
): Promise<TrunklineError> {
  const EventSource = settings.EventSource ?? (await import('eventsource')).EventSource
  const time = openLimit(signal, settings.timeoutMs)
  let response: Response | undefined
  let fault: unknown
  const fetch = async (url: string | URL, init: Init) => {
    try {
      response = await settings.fetch(url, { ...init, headers: { ...init.headers, ...settings.headers } })
    } catch (error) {
      fault = error
      throw error
    }
    fault = await faultOf(response)
    return response
  }
  const open = httpSubscriptionLink<PublicRouter, EventSourceLike.AnyConstructor>({
    url: settings.url,
    EventSource,
    eventSourceOptions: { fetch },
  })({})
  return await new Promise((resolve) => {
    const lose = (error: unknown) => {
      const reason = fault ?? error
      resolve(explain({ type: 'subscription', error: reason, response, signal: time.signal }))
      subscription.unsubscribe()
      time.end()
    }
    const subscription = open({ ...call, op: { ...call.op, signal: time.signal } }).subscribe({
      next(envelope) {
        const { result } = envelope
        if (result.type === 'state' && result.state === 'connecting' && result.error) return lose(saidOf(result.error))
        if (result.type === 'stopped' || (result.type === 'state' && result.state === 'idle')) return
        if (result.type === 'started') time.lift()
        next(envelope)
      },
      error: (error) => lose(saidOf(error)),
      complete: () => lose(new Error('the server ended the stream')),
    })
    time.signal.addEventListener('abort', () => lose(time.signal.reason))
  })
}

/** Why an answer is no stream of events, in the server's words where it has any. */
async function faultOf(response: Response): Promise<unknown> {
  if (response.ok) {
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
    return isStream ? undefined : new SyntaxError('not a stream of events')
  }
  const text = await response.clone().text()
  try {
    const responseJSON: object = JSON.parse(text)
    return TRPCClientError.from(responseJSON, { meta: { responseJSON } })
  } catch (error) {
    return error
  }
}

/** An EventSource tells of a lost connection by an event without words. */
const saidOf = (error: TRPCClientError<PublicRouter>) => (error.data ? error : new Error('the stream ended'))
