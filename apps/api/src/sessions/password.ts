import { argon2, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { openGate } from '../platform/gate.ts'

// half of the threads that files, names and compression share: sign-ins may wait for each other, nothing else for them
const throughGate = openGate({
  atOnce: 2,
  waiting: 64,
  refusal: 'Too many people are signing in at this moment. Try again',
})
const derive = promisify(argon2)
// OWASP Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane
const cost = { memory: 19_456, passes: 2, parallelism: 1 } as const

async function tagOf(password: string, nonce: Buffer): Promise<Buffer> {
  return await throughGate(() => derive('argon2id', { message: Buffer.from(password), nonce, ...cost, tagLength: 32 }))
}

/** `argon2id$<memory>$<passes>$<salt>$<tag>`, base64url. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await tagOf(password, nonce)
  return ['argon2id', cost.memory, cost.passes, nonce.toString('base64url'), tag.toString('base64url')].join('$')
}

/** Whether the password is the one that was hashed. Takes as long for a user who does not exist (`stored` undefined). */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, , , salt, expected] = (stored ?? `argon2id$0$0$${'A'.repeat(22)}$${'A'.repeat(43)}`).split('$')
  const tag = await tagOf(password, Buffer.from(salt ?? '', 'base64url'))
  const isSame = timingSafeEqual(tag, Buffer.from(expected ?? '', 'base64url').subarray(0, 32))
  return stored !== undefined && isSame
}

/** In place of a password that was never set: of the usual form, and nobody's. */
export const noPassword = (): string =>
  [
    'argon2id',
    cost.memory,
    cost.passes,
    randomBytes(16).toString('base64url'),
    randomBytes(32).toString('base64url'),
  ].join('$')
