import { roleSchema } from '@trunkline/core/sessions/permission'
import { z } from 'zod'
import type { RequestCtx } from '../platform/trpc.ts'
import type { SignedIn } from './login.ts'

export const shownUserSchema = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role: roleSchema,
  customerId: z.string().nullable(),
  needsSecondFactor: z.boolean(),
})
/** What was done ends the other sessions and gives this one another token. */
export const rotated = z.object({ revoked: z.number(), token: z.string() })
export const signedInAnswer = z.object({ token: z.string(), user: shownUserSchema })
export const secretText = z.string().min(1).max(200)

/** Answers who has signed in, and leaves the cookies of the session and of the browser. */
export function welcome(ctx: RequestCtx, { device, ...answer }: SignedIn) {
  ctx.setSessionCookie(answer.token)
  ctx.setDeviceCookie(device)
  return answer
}

/** Answers a session that goes on under another token, and leaves that in the cookie. */
export function keepSession<Answer extends { token: string }>(ctx: RequestCtx, answer: Answer): Answer {
  ctx.setSessionCookie(answer.token)
  return answer
}
