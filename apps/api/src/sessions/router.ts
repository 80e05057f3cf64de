import { pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { roleSchema } from '@trunkline/core/sessions/permission'
import { devices, emailSchema, newPasswordSchema } from '@trunkline/core/sessions/session'
import { z } from 'zod'
import { open, signedIn } from '../platform/trpc.ts'
import { logIn, shownUser } from './login.ts'
import { changePassword, listSessions, logOut, revokeOtherSessions, revokeSession } from './manage.ts'

const user = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string().nullable(),
  role: roleSchema,
  customerId: z.string().nullable(),
})
const session = z.object({
  id: z.string(),
  device: z.enum(devices),
  ip: z.string(),
  lastActiveAt: z.string(),
  createdAt: z.string(),
  current: z.boolean(),
})
const revoked = z.object({ revoked: z.number() })
const tags = ['sessions']

export const sessionsRouter = {
  login: open
    .meta({ openapi: { method: 'POST', path: '/auth/login', tags, summary: 'Sign in', protect: false } })
    .input(z.object({ email: emailSchema, password: z.string().min(1).max(200) }))
    .output(z.object({ token: z.string(), user }))
    .mutation(async ({ ctx, input }) => {
      const answer = await logIn(ctx, { ...input, userAgent: ctx.userAgent })
      ctx.setSessionCookie(answer.token)
      return answer
    }),

  logout: signedIn
    .meta({ openapi: { method: 'POST', path: '/auth/logout', tags, summary: 'Sign out', protect: true } })
    .input(z.object({}))
    .output(z.object({ ended: z.boolean() }))
    .mutation(async ({ ctx }) => {
      const answer = await logOut(ctx, { user: ctx.actor })
      ctx.setSessionCookie(null)
      return answer
    }),

  me: signedIn
    .meta({ openapi: { method: 'GET', path: '/auth/me', tags, summary: 'Who is signed in', protect: true } })
    .input(z.object({}).optional())
    .output(user)
    .query(({ ctx }) => shownUser({ ...ctx.actor, id: ctx.actor.userId })),

  list: signedIn
    .meta({ openapi: { method: 'GET', path: '/sessions', tags, summary: 'Own sessions', protect: true } })
    .input(z.object({}).optional())
    .output(pageOf(session))
    .query(({ ctx }) => listSessions(ctx, { user: ctx.actor })),

  revoke: signedIn
    .meta({ openapi: { method: 'DELETE', path: '/sessions/{id}', tags, summary: 'End one session', protect: true } })
    .input(z.object({ id: wireId('session') }))
    .output(revoked)
    .mutation(({ ctx, input }) => revokeSession(ctx, { user: ctx.actor, sessionId: input.id })),

  revokeOthers: signedIn
    .meta({ openapi: { method: 'DELETE', path: '/sessions', tags, summary: 'End all other sessions', protect: true } })
    .input(z.object({}).optional())
    .output(revoked)
    .mutation(({ ctx }) => revokeOtherSessions(ctx, { user: ctx.actor })),

  changePassword: signedIn
    .meta({
      openapi: { method: 'POST', path: '/change-password', tags, summary: 'Change the own password', protect: true },
    })
    .input(z.object({ currentPassword: z.string().min(1).max(200), newPassword: newPasswordSchema }))
    .output(revoked)
    .mutation(({ ctx, input }) => changePassword(ctx, { user: ctx.actor, ...input })),
}
