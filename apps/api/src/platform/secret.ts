import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'

/** AES-256-GCM under TRUNKLINE_KEY. `v1.<nonce>.<tag>.<ciphertext>`, base64url. */
export function sealSecret(text: string, key: string): string {
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'hex'), nonce)
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
  return ['v1', ...[nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64url'))].join('.')
}

/** Opens what `sealSecret` made; throws where the key is another or a bit was changed. */
export function openSecret(sealed: string, key: string): string {
  const [version, nonce, tag, ciphertext] = sealed.split('.')
  if (version !== 'v1' || nonce === undefined || tag === undefined || ciphertext === undefined) {
    throw new Error('A stored secret has an unknown form')
  }
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key, 'hex'), Buffer.from(nonce, 'base64url'), {
    authTagLength: 16,
  })
  decipher.setAuthTag(Buffer.from(tag, 'base64url'))
  return decipher.update(ciphertext, 'base64url', 'utf8') + decipher.final('utf8')
}
