import { createHmac, timingSafeEqual } from 'node:crypto'
import { acceptedSteps, totpRule } from '@trunkline/core/sessions/second-factor'

/** The code of a half minute (RFC 6238 over RFC 4226). */
export function codeAt(secret: Buffer, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  const number = mac.readUInt32BE(offset) & 0x7fffffff
  return String(number % 10 ** totpRule.digits).padStart(totpRule.digits, '0')
}

/** The half minute that this code belongs to, where it may be used now. Every candidate is compared, in constant time. */
export function stepOfCode(input: { secret: Buffer; code: string; now: Date; lastStep: number }): number | undefined {
  const given = Buffer.from(input.code)
  const matching = acceptedSteps(input).filter((step) => {
    const expected = Buffer.from(codeAt(input.secret, step))
    return given.length === expected.length && timingSafeEqual(given, expected)
  })
  return matching[0]
}
