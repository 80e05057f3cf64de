import { toWireId } from '@trunkline/core/platform/wire-id'
import { passkeys } from '@trunkline/db/schema/sessions-passkeys'
import { and, eq } from 'drizzle-orm'
import { audit } from '../../platform/audit.ts'
import { type Ctx, inTransaction, type Person } from '../../platform/context.ts'
import { DomainError } from '../../platform/domain-error.ts'
import { announce } from '../../platform/live.ts'
import { toPasskeyRow } from './wire.ts'

export const unknownPasskey = () => new DomainError('not_found', 'There is no such passkey')

export async function renamePasskey(ctx: Ctx, input: { user: Person; passkeyId: string; name: string }) {
  const { user, passkeyId, name } = input
  return await inTransaction(ctx, async (ctx) => {
    const [renamed] = await ctx.db
      .update(passkeys)
      .set({ name })
      .where(and(eq(passkeys.id, passkeyId), eq(passkeys.userId, user.userId)))
      .returning()
    if (renamed === undefined) throw unknownPasskey()
    await audit(ctx, { action: 'sessions.rename_passkey', subject: toWireId('passkey', passkeyId) })
    await announce(ctx, ['sessions'])
    return toPasskeyRow(renamed)
  })
}
