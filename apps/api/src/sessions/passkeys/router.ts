import { pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { passkeyNameSchema } from '@trunkline/core/sessions/passkey'
import { secondFactorCode } from '@trunkline/core/sessions/second-factor'
import { z } from 'zod'
import { account, proving, signedIn } from '../../platform/trpc.ts'
import { keepSession, rotated, secretText, signedInAnswer, welcome } from '../wire.ts'
import { addPasskey } from './add.ts'
import { beginPasskey } from './begin.ts'
import { listPasskeys } from './list.ts'
import { removePasskey } from './remove.ts'
import { renamePasskey } from './rename.ts'
import { beginPasskeySignIn, signInWithPasskey } from './sign-in.ts'
import { assertionSchema, creationOptions, passkeyRow, registrationSchema, requestOptions } from './wire.ts'

const tags = ['sessions']
/** A code where the account has a second factor, else the password. */
const proof = z.object({ password: secretText.optional(), code: secondFactorCode.optional() })

export const passkeysRouter = {
  beginSignIn: proving
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/passkey/challenge',
        tags,
        summary: 'What a passkey must sign to sign in',
        protect: false,
      },
    })
    .input(z.object({}))
    .output(requestOptions)
    .mutation(({ ctx }) => beginPasskeySignIn(ctx, { relyingParty: ctx.relyingParty })),

  signIn: proving
    .meta({
      openapi: { method: 'POST', path: '/auth/passkey', tags, summary: 'Sign in with a passkey', protect: false },
    })
    .input(assertionSchema)
    .output(signedInAnswer)
    .mutation(async ({ ctx, input }) =>
      welcome(ctx, await signInWithPasskey(ctx, { assertion: input, userAgent: ctx.userAgent, device: ctx.device })),
    ),

  list: signedIn
    .meta({ openapi: { method: 'GET', path: '/passkeys', tags, summary: 'Own passkeys', protect: true } })
    .input(z.object({}).optional())
    .output(pageOf(passkeyRow))
    .query(({ ctx }) => listPasskeys(ctx, { user: ctx.actor })),

  begin: account
    .meta({
      openapi: {
        method: 'POST',
        path: '/passkeys/challenge',
        tags,
        summary: 'What a browser needs to make a passkey',
        protect: true,
      },
    })
    .input(proof)
    .output(creationOptions)
    .mutation(({ ctx, input }) => beginPasskey(ctx, { user: ctx.actor, relyingParty: ctx.relyingParty, ...input })),

  add: account
    .meta({
      openapi: { method: 'POST', path: '/passkeys', tags, summary: 'Add the passkey that was made', protect: true },
    })
    .input(z.object({ name: passkeyNameSchema, registration: registrationSchema }))
    .output(rotated.extend({ passkey: passkeyRow }))
    .mutation(async ({ ctx, input }) => keepSession(ctx, await addPasskey(ctx, { user: ctx.actor, ...input }))),

  rename: signedIn
    .meta({ openapi: { method: 'PATCH', path: '/passkeys/{id}', tags, summary: 'Rename a passkey', protect: true } })
    .input(z.object({ id: wireId('passkey'), name: passkeyNameSchema }))
    .output(passkeyRow)
    .mutation(({ ctx, input: { id, name } }) => renamePasskey(ctx, { user: ctx.actor, passkeyId: id, name })),

  remove: signedIn
    .meta({
      openapi: { method: 'POST', path: '/passkeys/{id}/remove', tags, summary: 'Remove a passkey', protect: true },
    })
    .input(proof.extend({ id: wireId('passkey') }))
    .output(rotated)
    .mutation(async ({ ctx, input: { id, ...given } }) =>
      keepSession(ctx, await removePasskey(ctx, { user: ctx.actor, passkeyId: id, ...given })),
    ),
}
