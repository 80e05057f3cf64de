import { webhookSources } from '@trunkline/db/schema/webhooks'
import { eq, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { lockSecrets, nameOfSigner, toSecretRow } from './secret-row.ts'
import { type GivenSecret, textOf, writeSecret } from './write-secret.ts'

export const unknownSecret = () => new DomainError('not_found', 'There is no such secret')

/** Sets the secret that follows this one, which counts on for the overlap. Of many who replace the same one does. */
export async function rotateSecret(ctx: Ctx, input: GivenSecret & { secretId: string; overlapHours: number }) {
  const { secretId, overlapHours } = input
  const [known] = await ctx.db.select().from(webhookSources).where(eq(webhookSources.id, secretId))
  if (known === undefined) throw unknownSecret()
  const { text, isGenerated } = textOf(known, input)
  const signer = { provider: known.provider, source: known.source }
  return await inTransaction(ctx, async (ctx) => {
    const standing = await lockSecrets(ctx, signer)
    const old = standing.find(({ id }) => id === secretId)
    if (old === undefined || old.notAfter !== null)
      throw new DomainError('conflict', 'This secret has been replaced or ended already')
    const counting = overlapHours === 0 ? standing.length - 1 : standing.length
    const written = await writeSecret(ctx, { signer, text, name: input.name, counting })
    step('webhooks.secret_written')
    const [replaced] = await ctx.db
      .update(webhookSources)
      .set({ notAfter: sql`now() + make_interval(hours => ${overlapHours})`, endedBy: actorLabel(ctx.actor) })
      .where(eq(webhookSources.id, secretId))
      .returning()
    if (replaced === undefined) throw unknownSecret()
    await audit(ctx, {
      action: 'webhooks.rotateSecret',
      subject: nameOfSigner(signer),
      before: { secret: old.name },
      after: { secret: written.name, isGenerated, overlapHours },
    })
    await announce(ctx, ['webhooks', 'secrets'])
    return { secret: toSecretRow(written), replaced: toSecretRow(replaced), generated: isGenerated ? text : null }
  })
}
