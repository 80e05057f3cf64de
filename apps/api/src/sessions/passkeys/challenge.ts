import { randomBytes } from 'node:crypto'
import { type PasskeyPurpose, passkeyRule, type RelyingParty } from '@trunkline/core/sessions/passkey'
import { passkeyChallenges } from '@trunkline/db/schema/sessions-passkeys'
import { and, eq, gt, isNull, sql } from 'drizzle-orm'
import type { Ctx } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { hashToken } from '../token.ts'

/** Refuses where browsers know no passkeys, and says where they would. */
export function expectRelyingParty(ctx: Ctx, relyingParty: RelyingParty | undefined): RelyingParty {
  if (relyingParty !== undefined) return relyingParty
  const instead = new URL(ctx.env.PUBLIC_URL).protocol === 'http:' ? `http://localhost:${ctx.env.PORT}` : 'https'
  throw new DomainError('conflict', `Passkeys need a name and https. On this machine, open ${instead}/admin/ instead`)
}

/** Makes what an authenticator is to sign. The database knows its hash, for whom and for what it was made, and until when. */
export async function handOutChallenge(
  ctx: Ctx,
  made: { purpose: PasskeyPurpose; userId: string | null; origin: string },
): Promise<string> {
  const challenge = randomBytes(passkeyRule.challengeBytes).toString('base64url')
  await ctx.db.insert(passkeyChallenges).values({
    challengeHash: hashToken(challenge),
    ...made,
    expiresAt: sql`now() + make_interval(secs => ${passkeyRule.challengeSeconds})`,
  })
  return challenge
}

/** Uses a challenge up, whatever comes of it: of two who bring the same, one is answered where it may be used. */
export async function takeChallenge(
  ctx: Ctx,
  brought: { challenge: string; purpose: PasskeyPurpose; userId: string | null },
): Promise<RelyingParty | undefined> {
  const { challenge, purpose, userId } = brought
  const [taken] = await ctx.db
    .delete(passkeyChallenges)
    .where(
      and(
        eq(passkeyChallenges.challengeHash, hashToken(challenge)),
        eq(passkeyChallenges.purpose, purpose),
        userId === null ? isNull(passkeyChallenges.userId) : eq(passkeyChallenges.userId, userId),
        gt(passkeyChallenges.expiresAt, sql`now()`),
      ),
    )
    .returning({ origin: passkeyChallenges.origin })
  return taken && { id: new URL(taken.origin).hostname, origin: taken.origin }
}
