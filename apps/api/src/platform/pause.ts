import { setTimeout as wait } from 'node:timers/promises'

/** Waits so long, or until the signal, which is no error. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await wait(ms, undefined, { signal })
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
