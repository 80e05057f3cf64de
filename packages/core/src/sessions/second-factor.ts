import { z } from 'zod'

/** RFC 6238 as every authenticator app knows it: SHA-1, six digits, half a minute. One step early or late is taken. */
export const totpRule = { digits: 6, stepSeconds: 30, window: 1, secretBytes: 20 } as const

/** The half minute that an instant falls into. */
export const stepAt = (at: Date): number => Math.floor(at.getTime() / 1000 / totpRule.stepSeconds)

/** The steps whose code is taken now: none that was used already, nor any before it. */
export function acceptedSteps(input: { now: Date; lastStep: number }): number[] {
  const current = stepAt(input.now)
  return [current - totpRule.window, current, current + totpRule.window].filter((step) => step > input.lastStep)
}

const base32Letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** RFC 4648, without padding: what an authenticator app takes for a key. */
export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let held = 0
  for (const byte of bytes) {
    held = (held << 8) | byte
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += base32Letters[(held >>> bits) & 31]
    }
    held &= (1 << bits) - 1
  }
  return bits === 0 ? text : text + base32Letters[(held << (5 - bits)) & 31]
}

/** The address that an authenticator app opens (Key Uri Format). */
export function otpauthUri(input: { account: string; key: string }): string {
  const { digits, stepSeconds } = totpRule
  const query = `secret=${input.key}&issuer=Trunkline&algorithm=SHA1&digits=${digits}&period=${stepSeconds}`
  return `otpauth://totp/Trunkline:${encodeURIComponent(input.account)}?${query}`
}

/** Ten codes of eighty bits each: too many to guess, so their plain hash is enough. */
export const recoveryRule = { codes: 10, bytes: 10 } as const

/** Ten random bytes as a person copies them: `abcd-efgh-ijkl-mnop`. */
export function recoveryCodeOf(bytes: Uint8Array): string {
  return (toBase32(bytes).toLowerCase().match(/.{4}/g) ?? []).join('-')
}

export type SecondFactorCode = { kind: 'totp' | 'recovery'; code: string }

/** What somebody typed as his second factor: spaces, dashes and capitals do not matter. */
export const secondFactorCode = z
  .string()
  .max(40)
  .transform((typed, context): SecondFactorCode => {
    const code = typed.replaceAll(/[\s-]/g, '').toLowerCase()
    if (/^\d{6}$/.test(code)) return { kind: 'totp', code }
    if (/^[a-z2-7]{16}$/.test(code)) return { kind: 'recovery', code }
    context.addIssue({ code: 'custom', message: 'must be the six digits of the app, or a recovery code' })
    return z.NEVER
  })
