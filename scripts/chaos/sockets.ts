import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { type SignedRequest, signDraft } from '../../apps/sim/src/draft.ts'
import { type PlannedCall, retellEvent } from '../../test/process/provider.ts'
import type { Telling } from './load.ts'

const bytesOf = (request: SignedRequest, host: string): Buffer => {
  const lines = Object.entries({ ...request.headers, host, 'content-length': String(Buffer.byteLength(request.body)) })
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`POST ${request.path} HTTP/1.1\r\n${head}\r\n${request.body}`)
}

async function openSocket(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  socket.on('error', () => undefined).resume()
  await once(socket, 'connect')
  return socket
}

/** However it ends: a door that hangs up may reset it. */
const closeOf = (socket: Socket) => new Promise<void>((resolve) => socket.once('close', () => resolve()))

/** Opens so many connections that send a byte now and then, half of them within the head and half within the body. */
export async function openSlowSenders(telling: Telling, calls: readonly PlannedCall[]) {
  const senders = await Promise.all(
    calls.map(async (call, index) => {
      const doors = telling.doors()
      const door = doors[index % doors.length] as { url: string }
      const request = signDraft(retellEvent('call_ended', call), telling.stage.account, Date.now())
      const bytes = bytesOf(request, new URL(door.url).host)
      const headEnds = bytes.indexOf('\r\n\r\n') + 4
      const socket = await openSocket(door.url)
      let sent = index % 2 === 0 ? 20 : headEnds + 20
      socket.write(bytes.subarray(0, sent))
      const drip = setInterval(() => void socket.write(bytes.subarray(sent, ++sent)), 1000)
      const closed = closeOf(socket).then(() => clearInterval(drip))
      return { socket, closed }
    }),
  )
  return {
    /** Resolves when the doors have hung up on all of them; answers how many they had not within that time. */
    async hungUp(patienceMs: number): Promise<number> {
      const all = Promise.all(senders.map(({ closed }) => closed))
      await Promise.race([all, pause(patienceMs, undefined, { ref: false })])
      const left = senders.filter(({ socket }) => !socket.destroyed)
      for (const { socket } of left) socket.destroy()
      await all
      return left.length
    },
  }
}

/** Sends half of a delivery and is gone. */
export async function sendHalf(telling: Telling, call: PlannedCall, nth: number): Promise<void> {
  const doors = telling.doors()
  const door = doors[nth % doors.length] as { url: string }
  const request = signDraft(retellEvent('call_ended', call), telling.stage.account, Date.now())
  const bytes = bytesOf(request, new URL(door.url).host)
  const socket = await openSocket(door.url)
  const headEnds = bytes.indexOf('\r\n\r\n') + 4
  const half = headEnds + Math.floor((bytes.length - headEnds) / 2)
  const closed = closeOf(socket)
  await new Promise((resolve) => socket.write(bytes.subarray(0, half), resolve))
  if (nth % 2 === 0) socket.end()
  else socket.resetAndDestroy()
  await closed
}
