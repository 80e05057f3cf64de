import { z } from 'zod'

/** What somebody was challenged for: to add a passkey to his account, or to sign in by one. */
export const passkeyPurposes = ['register', 'sign_in'] as const
export type PasskeyPurpose = (typeof passkeyPurposes)[number]

/** How a browser reaches an authenticator (WebAuthn, AuthenticatorTransport). */
export const passkeyTransports = ['usb', 'nfc', 'ble', 'smart-card', 'hybrid', 'internal', 'cable'] as const

/** EdDSA, ES256, RS256 (COSE): what authenticators sign with. */
export const passkeyRule = {
  challengeBytes: 32,
  challengeSeconds: 5 * 60,
  atMost: 20,
  algorithms: [-8, -7, -257],
} as const

export const passkeyNameSchema = z.string().trim().min(1, 'is required').max(100)

/** Who a passkey is made for: the name it is bound to, and the address at which it may be used. */
export type RelyingParty = { id: string; origin: string }

/**
 * Who asks for passkeys at the address that a request came to: `localhost` where that is what is served here, else the
 * public address. None where browsers know no passkeys: without https, or where the host is a number.
 */
export function relyingPartyOf(asked: {
  publicUrl: string
  host: string | undefined
  port: number | undefined
}): RelyingParty | undefined {
  const { host, port } = asked
  if (port !== undefined && host === `localhost:${port}`) return { id: 'localhost', origin: `http://${host}` }
  const { protocol, hostname, origin } = new URL(asked.publicUrl)
  if (/^\[|^[\d.]+$/.test(hostname)) return undefined
  if (protocol !== 'https:' && hostname !== 'localhost') return undefined
  return { id: hostname, origin }
}

/** Whether an authenticator has counted on since it was last here. One that does not count always shows zero. */
export function hasCountedOn(count: { last: number; shown: number }): boolean {
  return count.shown > count.last || (count.shown === 0 && count.last === 0)
}
