import { connect, type Socket } from 'node:net'

export type Response = { status: number; body: string }
type Waiting = { bytes: Buffer; resolve(response: Response | undefined): void }

const usualConnections = 96
const doors = new Map<string, { idle: Socket[]; open: number; most: number; waiting: Waiting[] }>()

/**
 * Posts over kept connections, some hundred at a time unless told otherwise; undefined where nobody answered. Node's own client takes longer
 * over a request than the API does, and what is tried here is the API.
 */
export function post(
  url: string,
  headers: Record<string, string>,
  body: string | Buffer,
  connections = usualConnections,
): Promise<Response | undefined> {
  const { host, pathname, search } = new URL(url)
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const lines = Object.entries({ ...headers, host, 'content-length': String(bytes.length), connection: 'keep-alive' })
  const head = `POST ${pathname}${search} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`
  return new Promise((resolve) => {
    const door = doors.get(host) ?? { idle: [], open: 0, most: connections, waiting: [] }
    doors.set(host, door)
    door.waiting.push({ bytes: Buffer.concat([Buffer.from(head), bytes]), resolve })
    pump(host, door)
  })
}

function pump(host: string, door: NonNullable<ReturnType<typeof doors.get>>): void {
  while (door.waiting.length > 0) {
    const idle = door.idle.pop()
    if (idle === undefined && door.open >= door.most) return
    const socket = idle ?? open(host, door)
    exchange(host, door, socket, door.waiting.shift() as Waiting)
  }
}

function open(host: string, door: NonNullable<ReturnType<typeof doors.get>>): Socket {
  const [hostname = '', port = ''] = host.split(':')
  door.open++
  const socket = connect({ host: hostname, port: Number(port), noDelay: true }).unref()
  socket.on('error', () => undefined)
  socket.on('close', () => {
    door.open--
    door.idle = door.idle.filter((one) => one !== socket)
    pump(host, door)
  })
  return socket
}

function exchange(host: string, door: NonNullable<ReturnType<typeof doors.get>>, socket: Socket, sent: Waiting): void {
  const pieces: Buffer[] = []
  const finish = (response: Response | undefined) => {
    socket.off('data', read).off('close', lost)
    sent.resolve(response)
  }
  const lost = () => finish(undefined)
  const read = (piece: Buffer) => {
    pieces.push(piece)
    const text = Buffer.concat(pieces).toString('latin1')
    const headEnds = text.indexOf('\r\n\r\n')
    if (headEnds < 0) return
    const head = text.slice(0, headEnds)
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1] ?? 0)
    if (text.length < headEnds + 4 + length) return
    finish({ status: Number(head.slice(9, 12)), body: Buffer.concat(pieces).toString('utf8', headEnds + 4) })
    if (/^connection: close$/im.test(head)) socket.destroy()
    else {
      door.idle.push(socket)
      pump(host, door)
    }
  }
  socket.on('data', read).once('close', lost)
  socket.write(sent.bytes)
}
