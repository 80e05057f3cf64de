import { toWireId } from '@trunkline/core/platform/wire-id'
import { sessions } from '@trunkline/db/schema/sessions'
import { passkeys } from '@trunkline/db/schema/sessions-passkeys'
import { and, eq } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import type { Ctx } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { hasSecondFactor } from '../login.ts'
import { endSessions } from '../manage.ts'
import { owesSecondFactor, rotateToken } from '../open-session.ts'
import { tellHolder } from '../tell-holder.ts'
import { passkeysOf } from './list.ts'
import { unknownPasskey } from './rename.ts'
import { type ProofGiven, withProof } from './with-proof.ts'

/** Takes a passkey away: it opens nothing from now on, and what it may have opened elsewhere ends. */
export async function removePasskey(ctx: Ctx, input: ProofGiven & { passkeyId: string }) {
  const { passkeyId } = input
  return await withProof(ctx, input, async (ctx, { userId, sessionId, role }) => {
    const removed = await ctx.db
      .delete(passkeys)
      .where(and(eq(passkeys.id, passkeyId), eq(passkeys.userId, userId)))
      .returning({ id: passkeys.id })
    if (removed.length === 0) throw unknownPasskey()
    if ((await passkeysOf(ctx, userId)).length === 0) {
      if (owesSecondFactor(ctx.env, { role, hasSecondFactor: await hasSecondFactor(ctx, userId) }))
        throw new DomainError('forbidden', 'Administrators must have a second factor here. Set up another one first')
      // what this session was proved by is gone
      await ctx.db.update(sessions).set({ provedBy: 'password' }).where(eq(sessions.id, sessionId))
    }
    const revoked = await endSessions(ctx, { userId, except: sessionId, reason: 'passkey_removed' })
    const { token } = await rotateToken(ctx, sessionId)
    await tellHolder(ctx, { userId, change: 'passkey_removed' })
    await audit(ctx, {
      action: 'sessions.remove_passkey',
      subject: toWireId('user', userId),
      after: { passkey: toWireId('passkey', passkeyId), revoked },
    })
    return { revoked, token }
  })
}
