import { randomBytes, randomInt } from 'node:crypto'
import { keyPattern } from '@trunkline/core/sessions/scope'
import { hashToken } from '../token.ts'

const letters = '0123456789abcdefghijklmnopqrstuvwxyz'

/** `tk_<prefix>_<32 random bytes>`. The database knows the prefix and the hash of the whole. */
export function newKey(): { key: string; prefix: string; keyHash: Buffer } {
  const prefix = Array.from({ length: 8 }, () => letters[randomInt(letters.length)]).join('')
  const key = `tk_${prefix}_${randomBytes(32).toString('base64url')}`
  return { key, prefix, keyHash: hashToken(key) }
}

export const isKey = (token: string): boolean => keyPattern.test(token)
