import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'

export type Parcel = { headers: Record<string, string>; body: string | Uint8Array }

export type Answer =
  | { kind: 'answered'; status: number; body: string }
  | { kind: 'unreachable'; reason: string }
  | { kind: 'timed_out' }
  | { kind: 'cut'; reason: string }

export type Patience = { connectTimeoutMs: number; answerTimeoutMs: number; signal: AbortSignal }

const longestAnswer = 64 * 1024

/** One HTTP POST, byte for byte as given; never rejects. */
export function sendParcel(url: string, parcel: Parcel, patience: Patience): Promise<Answer> {
  const { promise, resolve } = Promise.withResolvers<Answer>()
  if (patience.signal.aborted) return Promise.resolve({ kind: 'cut', reason: 'stopped' })
  let isConnected = false
  let isTimedOut = false
  const body = Buffer.from(parcel.body)
  const open = url.startsWith('https:') ? requestHttps : requestHttp
  const outgoing = open(url, {
    method: 'POST',
    headers: { ...parcel.headers, 'content-length': body.byteLength },
    signal: patience.signal,
  })
  const giveUp = () => {
    isTimedOut = true
    outgoing.destroy()
  }
  const connecting = setTimeout(giveUp, patience.connectTimeoutMs)
  const answering = setTimeout(giveUp, patience.answerTimeoutMs)
  const markConnected = () => {
    isConnected = true
    clearTimeout(connecting)
  }
  watchConnection(outgoing, markConnected)
  outgoing.on('response', (response) => {
    readBody(response).then(
      (text) => resolve({ kind: 'answered', status: response.statusCode ?? 0, body: text }),
      (error: Error) => resolve(isTimedOut ? { kind: 'timed_out' } : { kind: 'cut', reason: error.message }),
    )
  })
  outgoing.on('error', (error: NodeJS.ErrnoException) => {
    const reason = error.code ?? error.message
    if (!isConnected) resolve({ kind: 'unreachable', reason: isTimedOut ? 'connect timeout' : reason })
    else resolve(isTimedOut ? { kind: 'timed_out' } : { kind: 'cut', reason })
  })
  outgoing.end(body)
  return promise.finally(() => {
    clearTimeout(connecting)
    clearTimeout(answering)
  })
}

function watchConnection(outgoing: ClientRequest, markConnected: () => void) {
  outgoing.on('socket', (socket) => {
    if (socket.connecting) socket.once('connect', markConnected)
    else markConnected()
  })
}

async function readBody(response: IncomingMessage) {
  let text = ''
  response.setEncoding('utf8')
  for await (const piece of response) {
    if (text.length < longestAnswer) text += piece
  }
  return text
}
