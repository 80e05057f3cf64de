import { httpLink, type Operation, type TRPCLink } from '@trpc/client'
import { observable, observableToPromise } from '@trpc/server/observable'
import type { PublicRouter } from '../contract.d.ts'
import { explain } from './explain.ts'
import { type Limit, openLimit, orAborted } from './limit.ts'
import { backoffMs, pause, type Retry, retryAfterMs } from './retry.ts'
import type { Settings } from './settings.ts'

/** Queries and mutations: one request each, within the call's time, repeated where that is safe. */
export function callLink(settings: Settings): TRPCLink<PublicRouter> {
  return (runtime) =>
    ({ op, next }) =>
      observable((observer) => {
        const time = openLimit(op.signal, settings.timeoutMs)
        // a POST says that it carries JSON, and the server takes it at its word
        const input = op.type === 'mutation' ? (op.input ?? {}) : op.input
        repeat(settings.retry, op, time, async (answered) => {
          const request = httpLink<PublicRouter>({
            url: settings.url,
            headers: settings.headers,
            fetch: async (input, init) => answered(await settings.fetch(input, init)),
          })(runtime)
          return await observableToPromise(request({ op: { ...op, input, signal: time.signal }, next }))
        })
          .then((envelope) => {
            observer.next(envelope)
            observer.complete()
          })
          .catch((error) => observer.error(error))
        return () => time.end()
      })
}

type Send<Envelope> = (answered: (response: Response) => Response) => Promise<Envelope>

async function repeat<Envelope>(retry: Retry, op: Operation, time: Limit, send: Send<Envelope>): Promise<Envelope> {
  const { signal } = time
  for (let attempt = 1; ; attempt++) {
    let response: Response | undefined
    const answered = (answer: Response) => {
      response = answer
      return answer
    }
    try {
      return await orAborted(signal, () => send(answered))
    } catch (error) {
      const failure = explain({ type: op.type, error, response, signal })
      const wait = retryAfterMs(response?.headers.get('retry-after')) + backoffMs(retry, attempt)
      const isLast = signal.aborted || attempt >= retry.attempts || Date.now() + wait >= time.overAt
      if (isLast || !failure.isRetryable) throw failure
      await pause(wait, signal)
    }
  }
}
