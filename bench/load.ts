import autocannon from 'autocannon'
import type { Delivery } from './deliveries.ts'

export type Load = { requests: number; seconds: number; p50: number; p99: number }

/**
 * Sends every delivery once, over so many connections with one request in flight each, and waits for every answer.
 * Requests are built before the clock starts, so the client only writes bytes. Any answer but 200 ends the run.
 */
export async function sendAll(
  url: string,
  deliveries: readonly Delivery[],
  options: { connections: number; whenAnswered(): void },
): Promise<Load> {
  const { connections, whenAnswered } = options
  const shares = sharesOf(deliveries, connections)
  const milliseconds = new Float64Array(deliveries.length)
  let answered = 0
  let refused = 0
  let connection = 0
  let began = 0
  let ended = 0
  const finished = Promise.withResolvers<autocannon.Result>()
  const run = autocannon(
    {
      url,
      method: 'POST',
      connections,
      amount: deliveries.length,
      timeout: 30,
      bailout: 1,
      setupClient: (client) =>
        client.setRequests(
          (shares[connection++] ?? []).map(({ headers, body }) => ({ method: 'POST', headers, body })),
        ),
    },
    (error, result) => (error === null ? finished.resolve(result) : finished.reject(error)),
  )
  run.once('start', () => {
    began = performance.now()
  })
  run.on('response', (_client, status, _bytes, duration) => {
    milliseconds[answered++] = duration
    if (status !== 200) refused++
    if (answered === deliveries.length) {
      ended = performance.now()
      whenAnswered()
    }
  })
  const { errors } = await finished.promise
  if (errors > 0 || refused > 0 || answered !== deliveries.length)
    throw new Error(`${url}: ${answered} of ${deliveries.length} answered, ${refused} not with 200, ${errors} errors`)
  milliseconds.sort()
  const percentile = (share: number) => milliseconds[Math.min(answered - 1, Math.floor(answered * share))] ?? 0
  return { requests: answered, seconds: (ended - began) / 1000, p50: percentile(0.5), p99: percentile(0.99) }
}

/** The first connections get one more where it does not come out even: as autocannon divides the amount. */
function sharesOf(deliveries: readonly Delivery[], connections: number): Delivery[][] {
  const shares: Delivery[][] = []
  let from = 0
  for (let index = 0; index < connections; index++) {
    const size = Math.floor(deliveries.length / connections) + (index < deliveries.length % connections ? 1 : 0)
    shares.push(deliveries.slice(from, from + size))
    from += size
  }
  return shares
}
