import { toWireId } from '@trunkline/core/platform/wire-id'
import { type Counter, networkOf } from '@trunkline/core/sessions/attempts'
import { hasCountedOn, passkeyRule, type RelyingParty } from '@trunkline/core/sessions/passkey'
import { users } from '@trunkline/db/schema/sessions'
import { passkeys } from '@trunkline/db/schema/sessions-passkeys'
import { eq } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { signIns } from '../../platform/metrics.ts'
import { noteRefusal, type SignedIn, signIn } from '../login.ts'
import { asHimself, lockUser } from '../open-session.ts'
import { findPlace } from '../place.ts'
import { giveBack, takeAttempts } from '../take-attempt.ts'
import { handleOf } from './begin.ts'
import { expectRelyingParty, handOutChallenge, takeChallenge } from './challenge.ts'
import { challengeIn, nobodysKey, verifyAssertion } from './verify.ts'
import type { Assertion, RequestOptions } from './wire.ts'

/** One answer to whatever is wrong: who asks learns neither what passkeys there are nor whose. */
const refused = () =>
  new DomainError('unauthenticated', 'This passkey opens no account here. It may have been removed, or taken too long')

const countersOf = (ctx: Ctx): Counter[] => [{ scope: 'address', subject: networkOf(ctx.address ?? 'unknown') }]

/** What a browser needs to have any passkey for this house sign: the same for everybody. */
export async function beginPasskeySignIn(
  ctx: Ctx,
  input: { relyingParty: RelyingParty | undefined },
): Promise<RequestOptions> {
  const { id, origin } = expectRelyingParty(ctx, input.relyingParty)
  await takeAttempts(ctx, countersOf(ctx))
  return {
    rpId: id,
    challenge: await handOutChallenge(ctx, { purpose: 'sign_in', userId: null, origin }),
    timeout: passkeyRule.challengeSeconds * 1000,
    userVerification: 'required',
  }
}

/**
 * Opens a session by a passkey, which is both factors in one: the authenticator is had, and it verified who has it. The limits
 * stand before anything is looked at; what was no guess gets back its attempts, this one and that of its beginning.
 */
export async function signInWithPasskey(
  ctx: Ctx,
  input: { assertion: Assertion; userAgent: string; device: string | undefined },
): Promise<SignedIn> {
  const counters = countersOf(ctx)
  await takeAttempts(ctx, counters)
  const found = await findSigner(ctx, input.assertion)
  const { passkeyId, userId, email, shown } = found
  const { knownDevice } = await findPlace(ctx, { email, device: input.device })
  const answer = await inTransaction(ctx, async (ctx) => {
    const user = await lockUser(ctx, userId)
    const [passkey] = await ctx.db.select().from(passkeys).where(eq(passkeys.id, passkeyId))
    if (!user?.isActive || passkey === undefined) return 'refused' as const
    if (!hasCountedOn({ last: passkey.counter, shown })) {
      await audit(asHimself(ctx, 'login', userId), {
        action: 'sessions.refuse_copied_passkey',
        subject: toWireId('user', userId),
        customerId: user.customerId,
        after: { passkey: toWireId('passkey', passkeyId), last: passkey.counter, shown },
      })
      return 'copied' as const
    }
    await ctx.db.update(passkeys).set({ counter: shown, lastUsedAt: ctx.now }).where(eq(passkeys.id, passkeyId))
    const isKnownDevice = knownDevice !== undefined
    return await signIn(ctx, { ...input, user, isKnownDevice, secondFactor: 'passkey' })
  })
  if (answer === 'copied') signIns.inc({ outcome: 'wrong_passkey' })
  if (answer === 'refused') await noteRefusal(ctx, { userId, reason: 'passkey' })
  if (answer === 'copied' || answer === 'refused') throw refused()
  await giveBack(ctx, [...counters, ...counters])
  return answer
}

/** Whose passkey has signed a challenge of ours, and what it has counted. Refuses, and counts it, where none has. */
async function findSigner(ctx: Ctx, assertion: Assertion) {
  const challenge = challengeIn(assertion.response.clientDataJSON)
  const relyingParty =
    challenge === undefined ? undefined : await takeChallenge(ctx, { challenge, purpose: 'sign_in', userId: null })
  const [found] = await ctx.db
    .select({
      passkeyId: passkeys.id,
      publicKey: passkeys.publicKey,
      rpId: passkeys.rpId,
      userId: passkeys.userId,
      email: users.email,
    })
    .from(passkeys)
    .innerJoin(users, eq(users.id, passkeys.userId))
    .where(eq(passkeys.credentialId, Buffer.from(assertion.id, 'base64url')))
  const isHis =
    found !== undefined && found.rpId === relyingParty?.id && assertion.response.userHandle === handleOf(found.userId)
  // a signature is verified whoever is named: the time says nothing of which passkeys there are
  const publicKey = isHis ? found.publicKey : nobodysKey()
  const signed =
    challenge !== undefined && relyingParty !== undefined
      ? await verifyAssertion(ctx, { assertion, challenge, relyingParty, publicKey })
      : undefined
  if (!isHis || signed === undefined) {
    await noteRefusal(ctx, { userId: found?.userId, reason: 'passkey' })
    throw refused()
  }
  return { ...found, ...signed }
}
