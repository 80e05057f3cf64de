import { connect, createServer } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { codeOf, Fault, lineOf } from './fault.ts'

/** Says in one line why nothing can be served there. */
export async function checkPort(host: string, port: number): Promise<void> {
  const server = createServer()
  try {
    await new Promise<void>((resolve, reject) =>
      server.once('error', reject).listen({ port, host, exclusive: true }, resolve),
    )
  } catch (error) {
    throw new Fault(whyNot(host, port, error))
  }
  await new Promise((resolve) => server.close(resolve))
}

function whyNot(host: string, port: number, error: unknown): string {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is taken; stop what uses it, or set PORT to another`
    case 'EACCES':
      return `port ${port} needs more rights; set PORT to one above 1023`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `HOST ${host} is no address of this machine`
    default:
      return `port ${port} on ${host} cannot be used (${lineOf(error)})`
  }
}

/** Resolves when somebody listens there. */
export async function listening(host: string, port: number, signal: AbortSignal): Promise<undefined> {
  while (!(await answers(reachable(host), port))) await pause(40, undefined, { signal })
  return undefined
}

function answers(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** The address at which this machine reaches what listens on that host. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  return host === '::' ? '::1' : host
}

export function originOf(host: string, port: number): string {
  const name = reachable(host)
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`
}
