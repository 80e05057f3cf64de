import { pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { secondFactorCode } from '@trunkline/core/sessions/second-factor'
import { devices, emailSchema, newPasswordSchema } from '@trunkline/core/sessions/session'
import { z } from 'zod'
import { account, proving, signedIn } from '../platform/trpc.ts'
import { changePassword } from './change-password.ts'
import { logIn } from './login.ts'
import { logInWithCode } from './login-with-code.ts'
import { listSessions, logOut, revokeOtherSessions, revokeSession } from './manage.ts'
import { shownUser } from './open-session.ts'
import { passkeysRouter } from './passkeys/router.ts'
import { requestReset } from './request-reset.ts'
import { resetPassword } from './reset-password.ts'
import { savedFiltersRouter } from './saved-filters/router.ts'
import {
  confirmSecondFactor,
  findSecondFactor,
  renewRecoveryCodes,
  startSecondFactor,
  turnOffSecondFactor,
} from './second-factor.ts'
import { shownView, viewing } from './view-as/wire.ts'
import { keepSession, rotated, secretText, shownUserSchema, signedInAnswer, welcome } from './wire.ts'

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
  passkeys: passkeysRouter,
  savedFilters: savedFiltersRouter,

  login: proving
    .meta({ openapi: { method: 'POST', path: '/auth/login', tags, summary: 'Sign in', protect: false } })
    .input(z.object({ email: emailSchema, password: secretText }))
    .output(z.union([signedInAnswer, z.object({ mfaRequired: z.literal(true), ticket: z.string() })]))
    .mutation(async ({ ctx, input }) => {
      const answer = await logIn(ctx, { ...input, userAgent: ctx.userAgent, device: ctx.device })
      return 'ticket' in answer ? { mfaRequired: true as const, ticket: answer.ticket } : welcome(ctx, answer)
    }),

  loginWithCode: proving
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/login/code',
        tags,
        summary: 'Second step of signing in',
        protect: false,
      },
    })
    .input(z.object({ ticket: secretText, code: secondFactorCode }))
    .output(signedInAnswer)
    .mutation(async ({ ctx, input }) =>
      welcome(ctx, await logInWithCode(ctx, { ...input, userAgent: ctx.userAgent, device: ctx.device })),
    ),

  requestReset: proving
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/forgot-password',
        tags,
        summary: 'Ask for a link to a new password by e-mail',
        protect: false,
      },
    })
    .input(z.object({ email: emailSchema }))
    .output(z.object({ accepted: z.literal(true) }))
    .mutation(({ ctx, input }) => requestReset(ctx, input)),

  resetPassword: proving
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/reset-password',
        tags,
        summary: 'Set a new password by the link',
        protect: false,
      },
    })
    .input(z.object({ token: secretText, newPassword: newPasswordSchema }))
    .output(revoked)
    .mutation(({ ctx, input }) => resetPassword(ctx, input)),

  logout: account
    .meta({
      openapi: { method: 'POST', path: '/auth/logout', tags, summary: 'Sign out', protect: true },
      whileViewing: true,
    })
    .input(z.object({}))
    .output(z.object({ ended: z.boolean() }))
    .mutation(async ({ ctx }) => {
      const answer = await logOut(ctx, { user: ctx.actor })
      ctx.setSessionCookie(null)
      return answer
    }),

  me: account
    .meta({ openapi: { method: 'GET', path: '/auth/me', tags, summary: 'Who is signed in', protect: true } })
    .input(z.object({}).optional())
    .output(shownUserSchema.extend({ viewing: viewing.nullish() }))
    .query(({ ctx }) => ({
      ...shownUser({ ...ctx.actor, needsSecondFactor: ctx.actor.kind === 'enrolling' }),
      viewing: shownView(ctx.actor),
    })),

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
    .input(z.object({ currentPassword: secretText, newPassword: newPasswordSchema }))
    .output(rotated)
    .mutation(async ({ ctx, input }) => keepSession(ctx, await changePassword(ctx, { user: ctx.actor, ...input }))),

  secondFactor: account
    .meta({
      openapi: { method: 'GET', path: '/second-factor', tags, summary: 'How the second factor stands', protect: true },
    })
    .input(z.object({}).optional())
    .output(z.object({ since: z.string().nullable(), recoveryCodesLeft: z.number(), isRequired: z.boolean() }))
    .query(({ ctx }) => findSecondFactor(ctx, { user: ctx.actor })),

  startSecondFactor: account
    .meta({
      openapi: { method: 'POST', path: '/second-factor', tags, summary: 'Make a key for an app', protect: true },
    })
    .input(z.object({ password: secretText }))
    .output(z.object({ key: z.string(), uri: z.string() }))
    .mutation(({ ctx, input }) => startSecondFactor(ctx, { user: ctx.actor, ...input })),

  confirmSecondFactor: account
    .meta({
      openapi: {
        method: 'POST',
        path: '/second-factor/confirm',
        tags,
        summary: 'Put the key in force by its first code',
        protect: true,
      },
    })
    .input(z.object({ code: secondFactorCode }))
    .output(rotated.extend({ recoveryCodes: z.array(z.string()) }))
    .mutation(async ({ ctx, input }) =>
      keepSession(ctx, await confirmSecondFactor(ctx, { user: ctx.actor, ...input })),
    ),

  renewRecoveryCodes: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/second-factor/recovery-codes',
        tags,
        summary: 'Replace the recovery codes',
        protect: true,
      },
    })
    .input(z.object({ code: secondFactorCode }))
    .output(z.object({ recoveryCodes: z.array(z.string()) }))
    .mutation(({ ctx, input }) => renewRecoveryCodes(ctx, { user: ctx.actor, ...input })),

  turnOffSecondFactor: signedIn
    .meta({
      openapi: {
        method: 'POST',
        path: '/second-factor/turn-off',
        tags,
        summary: 'Do without a second factor',
        protect: true,
      },
    })
    .input(z.object({ password: secretText, code: secondFactorCode }))
    .output(rotated)
    .mutation(async ({ ctx, input }) =>
      keepSession(ctx, await turnOffSecondFactor(ctx, { user: ctx.actor, ...input })),
    ),
}
