/** A signal that fires when the caller's does or when the time is over. */
export type Limit = {
  signal: AbortSignal
  overAt: number
  /** From here on there is no limit of time. */
  lift(): void
  end(): void
}

export function openLimit(outer: AbortSignal | null | undefined, ms: number): Limit {
  const controller = new AbortController()
  const giveUp = () => controller.abort(outer?.reason)
  const expire = () => controller.abort(new DOMException(`No answer came within ${ms} ms`, 'TimeoutError'))
  // a timer cannot be set for longer than 2^31 ms
  const timer = ms < 2 ** 31 ? setTimeout(expire, ms) : undefined
  if (outer?.aborted) giveUp()
  else outer?.addEventListener('abort', giveUp)
  return {
    signal: controller.signal,
    overAt: Date.now() + ms,
    lift: () => clearTimeout(timer),
    end(): void {
      clearTimeout(timer)
      outer?.removeEventListener('abort', giveUp)
      controller.abort()
    },
  }
}

/** Settles as the work does, or rejects at once when the signal fires, whatever the work makes of it. */
export function orAborted<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason as Error)
    if (signal.aborted) return giveUp()
    signal.addEventListener('abort', giveUp)
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', giveUp))
  })
}
