import { leavesAnother } from '@trunkline/core/webhooks/secret'
import { webhookSources } from '@trunkline/db/schema/webhooks'
import { eq, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { unknownSecret } from './rotate-secret.ts'
import { lockSecrets, nameOfSigner, toSecretRow } from './secret-row.ts'

/**
 * Ends a secret at once, in every process. The one that would leave none without an end is kept unless that is meant: what its
 * source sends would be refused.
 */
export async function endSecret(ctx: Ctx, input: { secretId: string; evenIfLast: boolean }) {
  const { secretId, evenIfLast } = input
  const [known] = await ctx.db.select().from(webhookSources).where(eq(webhookSources.id, secretId))
  if (known === undefined) throw unknownSecret()
  const signer = { provider: known.provider, source: known.source }
  return await inTransaction(ctx, async (ctx) => {
    const standing = await lockSecrets(ctx, signer)
    if (!standing.some(({ id }) => id === secretId)) throw new DomainError('conflict', 'This secret has ended already')
    if (!evenIfLast && !leavesAnother(secretId, standing))
      throw new DomainError('conflict', 'No other secret of this source stays: what it sends would be refused', {
        fields: { evenIfLast: 'must be true where it is the last' },
      })
    const [ended] = await ctx.db
      .update(webhookSources)
      .set({ notAfter: sql`now()`, endedBy: actorLabel(ctx.actor) })
      .where(eq(webhookSources.id, secretId))
      .returning()
    if (ended === undefined) throw unknownSecret()
    step('webhooks.secret_ended')
    await audit(ctx, {
      action: 'webhooks.endSecret',
      subject: nameOfSigner(signer),
      before: { secret: ended.name },
      after: { standing: standing.length - 1 },
    })
    await announce(ctx, ['webhooks', 'secrets'])
    return toSecretRow(ended)
  })
}
