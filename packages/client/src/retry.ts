/** How often and how patiently a call is repeated. */
export type Retry = {
  /** How often a call is tried, the first time included. */
  attempts: number
  /** The longest wait before the first repetition; it doubles with each. */
  baseMs: number
  /** The longest wait there is, unless the server asks for more. */
  maxMs: number
}

export const defaultRetry: Retry = { attempts: 4, baseMs: 200, maxMs: 5000 }

/** Exponential backoff with full jitter: anywhere between nothing and the bound, so that callers do not come back together. */
export function backoffMs(retry: Retry, repetition: number, random: () => number = Math.random): number {
  return random() * Math.min(retry.maxMs, retry.baseMs * 2 ** (repetition - 1))
}

/** What `Retry-After` asks for: seconds or a date; nothing when it is neither. */
export function retryAfterMs(header: string | null | undefined, now: number = Date.now()): number {
  if (!header) return 0
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return Number.isNaN(wait) ? 0 : Math.max(0, wait)
}

/** Waits, unless the signal fires first. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    if (signal.aborted) done()
    else signal.addEventListener('abort', done)
  })
}
