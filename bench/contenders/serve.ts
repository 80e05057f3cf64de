import type { AddressInfo } from 'node:net'

type Listen = (port: number, host: string, ready: (address: AddressInfo | string | null) => void) => unknown

/** Listens on a free port of this machine, says which, and ends with its starter. */
export function serve(listen: Listen): void {
  process.once('disconnect', () => process.exit())
  void listen(0, '127.0.0.1', (address) => {
    if (address === null || typeof address === 'string') throw new Error('no port')
    process.stdout.write(`ready at http://127.0.0.1:${address.port}\n`)
  })
}
