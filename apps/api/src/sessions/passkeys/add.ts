import { toWireId } from '@trunkline/core/platform/wire-id'
import { passkeyTransports } from '@trunkline/core/sessions/passkey'
import { sessions } from '@trunkline/db/schema/sessions'
import { passkeys } from '@trunkline/db/schema/sessions-passkeys'
import { eq } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { newId } from '../../platform/id.ts'
import { endSessions } from '../manage.ts'
import { lockUser, rotateToken } from '../open-session.ts'
import { tellHolder } from '../tell-holder.ts'
import { expectRoom } from './begin.ts'
import { takeChallenge } from './challenge.ts'
import { expectMayEnrol, passkeysOf } from './list.ts'
import { challengeIn, verifyRegistration } from './verify.ts'
import { type Registration, toPasskeyRow } from './wire.ts'

const notGood = (message: string) => new DomainError('invalid', message, { fields: { registration: 'is not good' } })
const isOver = () => notGood('This took too long, or was used already. Begin again')
const isWrong = () => notGood('The passkey was not made as it was asked for. Begin again')

/** Adds the passkey that was made. It opens the account from now on, so what was open elsewhere ends. */
export async function addPasskey(ctx: Ctx, input: { user: Person; name: string; registration: Registration }) {
  const { user, name, registration } = input
  const { userId, sessionId } = user
  const challenge = challengeIn(registration.response.clientDataJSON)
  if (challenge === undefined) throw isWrong()
  const relyingParty = await takeChallenge(ctx, { challenge, purpose: 'register', userId })
  if (relyingParty === undefined) throw isOver()
  const made = await verifyRegistration(ctx, { registration, challenge, relyingParty })
  if (made === undefined) throw isWrong()
  return await inTransaction(ctx, async (ctx) => {
    await lockUser(ctx, userId)
    await expectMayEnrol(ctx, user)
    expectRoom((await passkeysOf(ctx, userId)).length)
    const { transports = [] } = registration.response
    const [added] = await ctx.db
      .insert(passkeys)
      .values({
        id: newId(),
        userId,
        name,
        credentialId: Buffer.from(made.id, 'base64url'),
        publicKey: Buffer.from(made.publicKey),
        counter: made.counter,
        transports: passkeyTransports.filter((known) => transports.includes(known)),
        rpId: relyingParty.id,
      })
      .onConflictDoNothing({ target: passkeys.credentialId })
      .returning()
    if (added === undefined) throw new DomainError('conflict', 'This passkey is in use already')
    const revoked = await endSessions(ctx, { userId, except: sessionId, reason: 'passkey_added' })
    const { token } = await rotateToken(ctx, sessionId)
    // whoever made it here has shown it here
    await ctx.db.update(sessions).set({ provedBy: 'passkey' }).where(eq(sessions.id, sessionId))
    await tellHolder(ctx, { userId, change: 'passkey_added' })
    await audit(ctx, {
      action: 'sessions.add_passkey',
      subject: toWireId('user', userId),
      after: { passkey: toWireId('passkey', added.id), revoked },
    })
    return { passkey: toPasskeyRow(added), revoked, token }
  })
}
