import { request as plainRequest } from 'node:http'
import { request as secureRequest } from 'node:https'
import type { TailedWebhook } from '../tail.ts'

/** What belongs to the connection over which it came, and not to the webhook. */
const ofConnection = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

export type Forwarded = { status: number } | { error: string }

/** Posts the exact bytes, with the headers in their order, and says what was answered. */
export function forward(
  to: URL,
  webhook: TailedWebhook,
  options: { timeoutMs: number; signal: AbortSignal },
): Promise<Forwarded> {
  const { bytes } = webhook
  if (bytes === null || webhook.verdict === 'too_large' || (bytes.body === '' && webhook.bodyBytes > 0))
    return Promise.resolve({ error: 'its bytes are not kept' })
  const body = Buffer.from(bytes.body, bytes.bodyEncoding)
  const headers = [
    ['host', to.host],
    ...bytes.headers.filter(([name]) => !ofConnection.has(name.toLowerCase())),
    ['content-length', String(body.length)],
    ['connection', 'close'],
  ]
  return new Promise((resolve) => {
    const late = AbortSignal.timeout(options.timeoutMs)
    const fail = (error: unknown) => {
      if (late.aborted) resolve({ error: `no answer within ${options.timeoutMs / 1000} s` })
      else resolve({ error: error instanceof Error ? error.message || error.name : String(error) })
    }
    try {
      const send = to.protocol === 'https:' ? secureRequest : plainRequest
      const signal = AbortSignal.any([options.signal, late])
      const asked = send(to, { method: 'POST', headers: headers.flat(), signal, agent: false }, (answer) => {
        answer.once('error', fail)
        answer.once('end', () => resolve({ status: answer.statusCode ?? 0 }))
        answer.resume()
      })
      asked.once('error', fail)
      asked.end(body)
    } catch (error) {
      // a header that cannot be sent again
      fail(error)
    }
  })
}
