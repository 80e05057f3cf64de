import { z } from 'zod'

/** A session ends after a week unused and after thirty days at the latest. A user has at most five: the oldest leaves. */
export const sessionRule = { idleSeconds: 7 * 86_400, absoluteSeconds: 30 * 86_400, atMost: 5 } as const

/** A password that was given waits so long for its second factor; a reset link is good so long after it was sent. */
export const ticketSeconds = 5 * 60
export const resetSeconds = 30 * 60
/** An invitation is good so long after it was sent. */
export const invitationDays = 7
/** One of ours who looks at a customer as its owner does is himself again after so long. */
export const viewSeconds = 30 * 60
/** How long a place from which somebody signed in is remembered. */
export const placeSeconds = 180 * 86_400

/** By what a session's user proved who he is. A passkey is both factors in one; after a password a code may be owed. */
export const proofs = ['password', 'passkey'] as const

export const devices = ['desktop', 'mobile', 'tablet'] as const
export type Device = (typeof devices)[number]

export function deviceOf(userAgent: string): Device {
  if (/ipad|tablet/i.test(userAgent)) return 'tablet'
  return /mobile|android|iphone/i.test(userAgent) ? 'mobile' : 'desktop'
}

/** As browsers read it (WHATWG HTML): admin@localhost counts. */
export const emailSchema = z
  .email({ pattern: z.regexes.html5Email })
  .max(254)
  .transform((email) => email.toLowerCase())
export const newPasswordSchema = z.string().min(12, 'must have at least 12 characters').max(200)
