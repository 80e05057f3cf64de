import { randomBytes } from 'node:crypto'
import { secretFault, secretRule } from '@trunkline/core/webhooks/secret'
import { webhookSources } from '@trunkline/db/schema/webhooks'
import { isNotNull, sql } from 'drizzle-orm'
import { actorLabel, type Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { sealSecret } from '../platform/secret.ts'
import { bringer } from './bringer.ts'
import { hashOfSecret, type Signer } from './secret-row.ts'

export type GivenSecret = { secret?: string | undefined; name?: string | undefined }

/** The text of a secret as it was given, or a new one where we are who hands it out. */
export function textOf(signer: Signer, { secret }: GivenSecret): { text: string; isGenerated: boolean } {
  const { provider } = signer
  if (secret === undefined && provider === 'standard')
    return { text: `whsec_${randomBytes(32).toString('base64')}`, isGenerated: true }
  const fault = secret === undefined ? 'is required: the provider hands it out' : secretFault({ provider, secret })
  if (secret === undefined || fault !== undefined)
    throw new DomainError('invalid', `The secret ${fault}`, { fields: { secret: fault ?? '' } })
  return { text: secret, isGenerated: false }
}

/**
 * Writes a secret without an end, under the lock of who signs by it. One that was ended counts again; one that stands
 * already is refused.
 */
export async function writeSecret(
  ctx: Ctx,
  input: { signer: Signer; text: string; name: string | undefined; counting: number },
) {
  const { signer, text, counting } = input
  const name = input.name ?? `set on ${ctx.now.toISOString().slice(0, 10)}`
  if (name === bringer)
    throw new DomainError('invalid', 'This name is the environment’s', { fields: { name: 'is taken' } })
  const by = actorLabel(ctx.actor)
  const [written] = await ctx.db
    .insert(webhookSources)
    .values({
      id: newId(),
      ...signer,
      name,
      secretCiphertext: sealSecret(text, ctx.env.TRUNKLINE_KEY),
      secretSha256: hashOfSecret(signer, text),
      addedBy: by,
    })
    .onConflictDoUpdate({
      target: webhookSources.secretSha256,
      set: { notAfter: null, endedBy: null, addedBy: by, name, createdAt: sql`now()` },
      setWhere: isNotNull(webhookSources.notAfter),
    })
    .returning()
  if (written === undefined)
    throw new DomainError('conflict', 'This secret is set already', { fields: { secret: 'is set already' } })
  if (counting >= secretRule.atMost)
    throw new DomainError('conflict', `${secretRule.atMost} secrets of a source count at most. End one first`)
  return written
}
