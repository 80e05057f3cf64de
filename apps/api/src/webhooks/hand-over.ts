import type { Arrival } from './arrival.ts'
import { faultOf } from './fault.ts'

export type Store = (arrivals: Arrival[]) => Promise<void>
type Failed = { error: unknown; arrival: Arrival }

/** So many, and none that is stored: not each of them is to blame, our code fails over whatever comes. */
const wholesale = 20

/**
 * Hands on what rested in the spool and answers how many were stored. While the database is away or busy everything waits, and
 * so it does while our own code fails over all of it: that will be mended, and then it drains. One record that the database will
 * not take, or over which our code fails, must not hold up the rest for ever: it is laid aside.
 */
export async function handOver(
  arrivals: Arrival[],
  options: { store: Store; layAside: (error: unknown, arrival: Arrival) => void },
): Promise<number> {
  const failed = await failedOf(arrivals, options.store)
  const bug = failed.find(({ error }) => faultOf(error) === 'bug')
  if (bug !== undefined && failed.length === arrivals.length && failed.length >= wholesale) throw bug.error
  for (const { error, arrival } of failed) options.layAside(error, arrival)
  return arrivals.length - failed.length
}

/** Those that cannot be stored, each tried alone where they could not be stored together. */
async function failedOf(arrivals: Arrival[], store: Store): Promise<Failed[]> {
  try {
    await store(arrivals)
    return []
  } catch (error) {
    const fault = faultOf(error)
    if (fault === 'away' || fault === 'busy') throw error
    const [first] = arrivals
    if (first !== undefined && arrivals.length === 1) return [{ error, arrival: first }]
  }
  const failed: Failed[] = []
  for (const arrival of arrivals) failed.push(...(await failedOf([arrival], store)))
  return failed
}
