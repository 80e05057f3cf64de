import { TRPCClientError, type TRPCLink } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { PublicRouter } from '../app/contract.ts'

/** The build that this page is of: the hash in the name of its script. */
const release = /-([\w-]{8})\.js/.exec(import.meta.url)?.[1] ?? 'development'

/** The same error is told once a minute, and a page that goes wild stops telling. */
const sameEveryMs = 60_000
const mostOfOnePage = 20
const told = new Map<string, number>()

// a part of the admin that was replaced since the page was opened, or a request that was given up: no bug
const harmless = /dynamically imported module|Importing a module script failed|AbortError|ResizeObserver loop/

/** Tells the server of an error that this page met. Whatever becomes of it, the page goes on. */
export function reportError(error: unknown): void {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error))
  const key = `${name} ${message}`
  const now = Date.now()
  const last = told.get(key) ?? Number.NEGATIVE_INFINITY
  if (harmless.test(key) || now - last < sameEveryMs || told.size >= mostOfOnePage) return
  told.set(key, now)
  const report = {
    type: name.slice(0, 200) || 'Error',
    message: message.slice(0, 2000),
    stack: (stack ?? '').slice(0, 20_000),
    page: location.pathname.slice(0, 500),
    release,
  }
  // an error about telling of errors is told to nobody
  void fetch('/api/errors', {
    method: 'POST',
    keepalive: true,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(report),
  }).catch(() => undefined)
}

/** Errors that nobody caught. */
export function watchPage(): void {
  addEventListener('error', (event) => {
    if (event.error !== undefined && event.error !== null) reportError(event.error)
  })
  addEventListener('unhandledrejection', (event) => {
    if (!(event.reason instanceof TRPCClientError)) reportError(event.reason)
  })
}

/** Answers that are not the server's own: a page of a proxy, half an answer. What the server knows of it tells itself. */
export const reportLink: TRPCLink<PublicRouter> = () => (operation) => {
  const { next, op } = operation
  return observable((observer) =>
    next(op).subscribe({
      next: (value) => observer.next(value),
      error(error) {
        if (error.cause instanceof SyntaxError) reportError(new Error(`${op.path} was answered with what is no answer`))
        observer.error(error)
      },
      complete: () => observer.complete(),
    }),
  )
}
