import { connect, createServer, type Socket } from 'node:net'

/** The way to a database. While it is cut nobody is there; while it is silent it takes every byte and gives none. */
export async function openLine(databaseUrl: string) {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  let isSilent = false
  let swallowed = 0
  let attempts = 0
  const server = createServer((near) => {
    attempts += 1
    const far = connect({ host: target.hostname, port: Number(target.port), noDelay: true })
    near.setNoDelay()
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one)
      one.on('error', () => undefined)
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
      one.on('data', (bytes: Buffer) => {
        if (isSilent) swallowed += bytes.length
        else other.write(bytes)
      })
    }
  })
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  await listen(0)
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const url = new URL(databaseUrl)
  url.port = String(port)
  const cut = async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.resetAndDestroy()
    await closed
  }
  return {
    url: url.href,
    /** Connections that were asked for so far. */
    attempts: () => attempts,
    cut,
    /** New connections are silent too. What was swallowed is lost, as with any broken network. */
    silence: () => {
      isSilent = true
    },
    /** Bytes that somebody sent in vain. */
    swallowed: () => swallowed,
    async mend(): Promise<void> {
      if (isSilent) for (const socket of sockets) socket.resetAndDestroy()
      isSilent = false
      if (!server.listening) await listen(port)
    },
    close: () => (server.listening ? cut() : Promise.resolve()),
  }
}
