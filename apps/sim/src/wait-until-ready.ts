import { waitUntil } from './time.ts'

/** Waits until Trunkline says that it is well; rejects when it takes too long or is stopped. */
export async function waitUntilReady(trunklineUrl: string, options: { signal: AbortSignal; patienceMs?: number }) {
  const { signal, patienceMs = Number.POSITIVE_INFINITY } = options
  const givesUpAt = Date.now() + patienceMs
  while (!(await isReady(trunklineUrl, signal))) {
    if (Date.now() >= givesUpAt) throw new Error(`Trunkline does not answer at ${trunklineUrl}/api/health`)
    await waitUntil(Date.now() + 500, signal)
  }
}

async function isReady(trunklineUrl: string, signal: AbortSignal) {
  try {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(3_000)])
    const response = await fetch(`${trunklineUrl}/api/health`, { signal: patience })
    await response.body?.cancel()
    return response.status === 200
  } catch {
    // not there yet: the next look tells
    return false
  }
}
