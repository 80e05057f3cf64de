import { createPrivateKey, sign } from 'node:crypto'

/** What stands before the 32 bytes of an Ed25519 key in PKCS#8. */
const head = Buffer.from('302e020100300506032b657004220420', 'hex')

/** The value of `telnyx-signature-ed25519`: over unix seconds, a stroke and the raw body. `seed` is the base64 of 32 bytes. */
export function signTelnyx(body: string, seed: string, atSeconds: number): string {
  const key = createPrivateKey({
    key: Buffer.concat([head, Buffer.from(seed, 'base64')]),
    format: 'der',
    type: 'pkcs8',
  })
  return sign(null, Buffer.from(`${atSeconds}|${body}`), key).toString('base64')
}
