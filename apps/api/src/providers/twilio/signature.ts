import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { parse, stringify } from 'node:querystring'
import type { Delivery, Signable, SigningSecret, Verification } from '@trunkline/core/webhooks/adapter'

/** The parameters of a form body, percent-decoding done once; values are never trimmed. */
export function formOf(body: Uint8Array): URLSearchParams {
  return new URLSearchParams(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8'))
}

/** Twilio's `name + value` of every parameter, sorted by name; a repeated name gives its distinct values in order. */
function signedParameters(form: URLSearchParams): string {
  const names = [...new Set(form.keys())].sort((a, b) => (a < b ? -1 : 1))
  return names
    .map((name) =>
      [...new Set(form.getAll(name))]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('')
}

/**
 * The spellings of one address that Twilio may have signed: with and without the default port (voice drops it on https,
 * messaging keeps it), without credentials and fragment ("Webhooks security", Twilio docs).
 */
export function signedUrls(url: string): string[] {
  const bare = url.replace(/#.*$/, '').replace(/^(https?:\/\/)[^/@]*@/, '$1')
  const [, scheme, host, port, rest] = /^(https?):\/\/(\[[^\]]+\]|[^/:?]+)(?::(\d+))?(.*)$/s.exec(bare) ?? []
  if (scheme === undefined || host === undefined) return [bare]
  const standard = scheme === 'https' ? '443' : '80'
  return [
    ...new Set([bare, `${scheme}://${host}${rest ?? ''}`, `${scheme}://${host}:${port ?? standard}${rest ?? ''}`]),
  ]
}

/** The same address with its host in small letters and what stands in it escaped, as some of Twilio's senders sign it (twilio-node, webhooks.ts). */
export function escapedUrls(url: string): string[] {
  if (!URL.canParse(url)) return []
  const asReceived = signedUrls(url)
  const escaped = signedUrls(new URL(url).href).flatMap((each) => {
    const [path = '', query = ''] = each.split(/\?(.*)/s, 2)
    return query === '' ? [each] : [each, `${path}?${stringify(parse(query))}`]
  })
  return [...new Set(escaped)].filter((each) => !asReceived.includes(each))
}

const digestOf = (secret: SigningSecret, text: string) => createHmac('sha1', secret.text).update(text, 'utf8').digest()

const isSame = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b)

const bodyHashIn = (url: string) => /[?&]bodySHA256=([0-9a-fA-F]{64})(?:&|$)/.exec(url)?.[1]

/** `X-Twilio-Signature`: base64 HMAC-SHA1(auth token, URL ++ parameters); a JSON body is signed by its hash in the URL. No timestamp. */
export function verifyTwilio(delivery: Delivery, secrets: readonly SigningSecret[]): Verification {
  if (secrets.length === 0) return { verdict: 'secret_missing' }
  const header = delivery.headers['x-twilio-signature']
  if (header === undefined || header === '') return { verdict: 'signature_missing' }
  const given = Buffer.from(header, 'base64')
  if (given.length !== 20) return { verdict: 'malformed_header' }
  const bodyHash = bodyHashIn(delivery.url)
  if (bodyHash !== undefined && !isSame(hash('sha256', delivery.body, 'buffer'), Buffer.from(bodyHash, 'hex'))) {
    return { verdict: 'signature_invalid' }
  }
  const parameters = bodyHash === undefined ? signedParameters(formOf(delivery.body)) : ''
  // what is escaped is another address only where something of it needs that, and is not looked for before
  for (const spellingsOf of [signedUrls, escapedUrls]) {
    for (const url of spellingsOf(delivery.url)) {
      const signer = secrets.find((secret) => isSame(digestOf(secret, url + parameters), given))
      if (signer !== undefined) return { verdict: 'verified', secretId: signer.id }
    }
  }
  return { verdict: 'signature_invalid' }
}

/** The header with which Twilio would send it to this address. */
export function signTwilio({ url, body }: Signable, secret: SigningSecret): Record<string, string> {
  const parameters = bodyHashIn(url) === undefined ? signedParameters(formOf(body)) : ''
  const [bare = url] = signedUrls(url)
  return { 'x-twilio-signature': digestOf(secret, bare + parameters).toString('base64') }
}
