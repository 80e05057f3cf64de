import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

export type Received = { path: string; headers: IncomingHttpHeaders; body: Buffer; at: number }
type Reply = { status?: number; body?: string; afterMs?: number }

/** A server that keeps what it is sent, on a loopback port. */
export async function openReceiver(answer: (request: Received, nth: number) => Reply = () => ({})) {
  const received: Received[] = []
  async function receive(request: IncomingMessage, response: ServerResponse) {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    if (request.url === '/api/health') {
      response.writeHead(200).end('{"status":"ok"}')
      return
    }
    const one = { path: request.url ?? '', headers: request.headers, body: Buffer.concat(pieces), at: Date.now() }
    received.push(one)
    const { status = 200, body = '{"received":true,"duplicate":false}', afterMs = 0 } = answer(one, received.length)
    if (afterMs > 0) await sleep(afterMs)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  }
  const server = createServer((request, response) => {
    // a sender that hangs up while it is read is no fault of the receiver
    receive(request, response).catch(() => response.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Looks again and again until it is so. */
export async function eventually(isSo: () => boolean, patienceMs = 5_000) {
  const givesUpAt = Date.now() + patienceMs
  while (!isSo()) {
    if (Date.now() > givesUpAt) throw new Error(`Still not so after ${patienceMs} ms: ${String(isSo)}`)
    await sleep(10)
  }
}
