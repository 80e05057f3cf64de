import type { Arrival } from './arrival.ts'
import { faultOf } from './fault.ts'

export type Store = (arrivals: Arrival[]) => Promise<void>

/**
 * Hands on what rested in the spool and answers how many were stored. While the database is away or busy everything waits.
 * One record that it will not take, or over which our own code fails, must not hold up the rest for ever: it is laid aside.
 */
export async function handOver(
  arrivals: Arrival[],
  options: { store: Store; layAside: (error: unknown, arrival: Arrival) => void },
): Promise<number> {
  const { store, layAside } = options
  try {
    await store(arrivals)
    return arrivals.length
  } catch (error) {
    const fault = faultOf(error)
    if (fault === 'away' || fault === 'busy') throw error
    const [first, ...others] = arrivals
    if (first !== undefined && others.length === 0) layAside(error, first)
    if (others.length === 0) return 0
  }
  let stored = 0
  for (const arrival of arrivals) stored += await handOver([arrival], options)
  return stored
}
