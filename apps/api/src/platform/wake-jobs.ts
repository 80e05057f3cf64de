import type { Logger } from './log.ts'
import { pause } from './pause.ts'

const lookEveryMs = 1000

/** A notice tells of new jobs only: those that wait for their time or their next try are found by looking, in one question. */
export async function wakeForDue(options: {
  find: () => Promise<readonly string[]>
  wake: (name: string) => void
  signal: AbortSignal
  log: Logger
}): Promise<void> {
  const { find, wake, signal, log } = options
  while (!signal.aborted) {
    try {
      for (const name of await find()) wake(name)
    } catch (error) {
      log.warn({ error }, 'jobs that are due were not looked for')
    }
    await pause(lookEveryMs, signal)
  }
}
