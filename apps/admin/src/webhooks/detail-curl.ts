import type { WebhookDetail } from '../app/contract.ts'

/** What belongs to the connection over which it came; curl says its own. */
const ofConnection =
  /^(?:connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade|proxy-.+)$/
/** What curl adds by itself, which says another kind of body than the one that came. */
const added = 'content-type'
/** Names of headers that let somebody in, and not only say who sent this one. */
const secret = /authorization|cookie|password|secret|token|api[-_]?key/

/** Of a header that holds nothing curl wants a semicolon: a colon would leave it out. */
const headerOf = (name: string, value: string): string => (value === '' ? `${name};` : `${name}: ${value}`)
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`
const mostBytes = 100_000

/**
 * The delivery as a command for a shell: the same address, headers and bytes. What lets somebody in is masked; a signature stays, it is
 * good for these bytes alone. A body too long for a command line is read from the file that the bytes can be saved as.
 */
export function curlOf(
  webhook: Pick<WebhookDetail, 'id' | 'url' | 'headers' | 'body' | 'bodyEncoding' | 'bodyBytes'>,
): string {
  const headers = webhook.headers
    .filter(([name]) => !ofConnection.test(name.toLowerCase()))
    .map(([name, value]) => headerOf(name, secret.test(name.toLowerCase()) ? '•••' : value))
  if (!webhook.headers.some(([name]) => name.toLowerCase() === added)) headers.push(`${added}:`)
  // brackets and braces of an address are what they are, and no list of addresses
  const lines = (data: string) =>
    [
      'curl -g -X POST',
      quoted(webhook.url),
      ...headers.map((header) => `-H ${quoted(header)}`),
      `--data-binary ${data}`,
    ].join(' \\\n  ')
  if (webhook.bodyBytes > mostBytes) return lines(quoted(`@${webhook.id}.bin`))
  const { body, bodyEncoding } = webhook
  // no argument holds a zero byte, and curl takes a leading @ for the name of a file
  if (bodyEncoding === 'utf8' && !body.includes('\0') && !body.startsWith('@')) return lines(quoted(body))
  const base64 = bodyEncoding === 'base64' ? body : btoa(String.fromCharCode(...new TextEncoder().encode(body)))
  return `printf %s ${quoted(base64)} | base64 -d | ${lines('@-')}`
}
