import { createHmac } from 'node:crypto'

export type FormParams = Record<string, string | string[]>

/** The value of `x-twilio-signature`: HMAC-SHA1 over the URL and every name and value, sorted by name. */
export function signTwilio(url: string, params: FormParams, token: string) {
  const signed = Object.keys(params)
    .sort()
    .map((name) => pairsOf(name, params[name] ?? ''))
    .join('')
  return createHmac('sha1', token).update(`${url}${signed}`, 'utf8').digest('base64')
}

function pairsOf(name: string, value: string | string[]) {
  if (typeof value === 'string') return name + value
  return [...new Set(value)]
    .sort()
    .map((one) => name + one)
    .join('')
}

/** The URL as Twilio signs it: no fragment, no user info, and for voice over https no port. */
export function signedUrl(url: string, channel: 'voice' | 'sms') {
  const parts = /^([a-z]+):\/\/(?:[^/?#@]*@)?([^/?#]*)([^#]*)/i.exec(url)
  if (!parts) throw new TypeError(`Twilio cannot call ${url}`)
  const [, scheme = '', host = '', rest = ''] = parts
  const isPortDropped = channel === 'voice' && scheme.toLowerCase() === 'https'
  return `${scheme}://${isPortDropped ? host.replace(/:\d+$/, '') : host}${rest}`
}
