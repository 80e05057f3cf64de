import { passkeyRule, type RelyingParty } from '@trunkline/core/sessions/passkey'
import type { Ctx } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { expectRelyingParty, handOutChallenge } from './challenge.ts'
import { expectMayEnrol, passkeysOf } from './list.ts'
import type { CreationOptions } from './wire.ts'
import { type ProofGiven, withProof } from './with-proof.ts'

/** The caller as authenticators know him: his id, which says nothing about him. */
export const handleOf = (userId: string): string => Buffer.from(userId.replaceAll('-', ''), 'hex').toString('base64url')

/** What the browser of somebody who has proved who he is needs to make a passkey. Nothing is in force before it is added. */
export async function beginPasskey(
  ctx: Ctx,
  input: ProofGiven & { relyingParty: RelyingParty | undefined },
): Promise<CreationOptions> {
  const { id, origin } = expectRelyingParty(ctx, input.relyingParty)
  await expectMayEnrol(ctx, input.user)
  return await withProof(ctx, input, async (ctx, { userId, email, name }) => {
    const known = await passkeysOf(ctx, userId)
    expectRoom(known.length)
    return {
      rp: { id, name: 'Trunkline' },
      user: { id: handleOf(userId), name: email, displayName: name ?? email },
      challenge: await handOutChallenge(ctx, { purpose: 'register', userId, origin }),
      pubKeyCredParams: passkeyRule.algorithms.map((alg) => ({ type: 'public-key' as const, alg })),
      timeout: passkeyRule.challengeSeconds * 1000,
      // an authenticator that has one makes no second
      excludeCredentials: known
        .filter(({ rpId }) => rpId === id)
        .map(({ credentialId, transports }) => ({
          type: 'public-key' as const,
          id: credentialId.toString('base64url'),
          transports,
        })),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
      attestation: 'none',
    }
  })
}

export function expectRoom(passkeys: number): void {
  if (passkeys < passkeyRule.atMost) return
  throw new DomainError('conflict', `An account has at most ${passkeyRule.atMost} passkeys. Remove one first`)
}
