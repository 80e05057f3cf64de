import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pipeline } from 'node:stream/promises'

/** What befalls the nth request (from 1): it is dealt with here, or passed on when this answers `undefined`. */
export type Mischief = (count: number, request: IncomingMessage, response: ServerResponse) => unknown

export type StandIn = {
  url: string
  /** Method and path of what came. */
  requests: string[]
  /** Cuts every connection that stands. */
  cut(): void
  close(): Promise<void>
}

/** Stands between a client and a server and does harm. */
export async function openProxy(target: string, mischief: Mischief, port = 0): Promise<StandIn> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    const path = String(request.url).split('?')[0]
    const count = requests.push(`${request.method} ${path}`)
    if (mischief(count, request, response) !== undefined) return
    // a side that hangs up is the point of some tests
    pass(target, request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    cut: () => server.closeAllConnections(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Asks the target the same and hands its answer over. */
export async function pass(target: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const hungUp = new AbortController()
  response.once('close', () => hungUp.abort())
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const answer = await fetch(`${target}${request.url}`, {
    method: request.method ?? 'GET',
    headers: pick(request, ['authorization', 'content-type', 'accept', 'last-event-id']),
    signal: hungUp.signal,
    ...(chunks.length > 0 && { body: Buffer.concat(chunks) }),
  })
  response.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? 'text/plain' })
  if (answer.body) await pipeline(answer.body, response)
  else response.end()
}

const pick = (request: IncomingMessage, names: string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (request.headers[name] ? [[name, String(request.headers[name])]] : [])))
