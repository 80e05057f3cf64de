import type { Logger } from './log.ts'
import { pause } from './pause.ts'

/**
 * Does what needs the database, again and again while that is away: starting, restarting, full or out of reach. What a
 * person must mend (a wrong password, database or host) and what goes on for longer than the patience is thrown.
 */
export async function whenDatabaseAnswers<Result>(
  work: () => Promise<Result>,
  options: { patienceMs: number; signal: AbortSignal; log: Logger },
): Promise<Result> {
  const { patienceMs, signal, log } = options
  const givesUpAt = performance.now() + patienceMs
  for (let attempt = 0; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      const pauseMs = Math.min(2000, 100 * 2 ** attempt)
      if (signal.aborted || !isPassing(error) || performance.now() + pauseMs > givesUpAt) throw error
      if (attempt === 0) log.warn({ error, patienceMs }, 'the database is away: the start waits for it')
      await pause(pauseMs, signal)
      signal.throwIfAborted()
    }
  }
}

/** Whether this is the database's trouble of the moment, which is over when it is asked again, and nobody's bug. */
export function isPassing(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const code = 'code' in error ? String(error.code) : ''
  const passes =
    /^(ECONN|EPIPE|ETIMEDOUT|EHOST|ENET|EAI_AGAIN|CONNECT_TIMEOUT|CONNECTION_|08|40|53|55P03|57014|57P0[1-3])/
  return passes.test(code) || isPassing(error.cause)
}
