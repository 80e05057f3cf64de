import { audit } from '../platform/audit.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { lockSecrets, nameOfSigner, type Signer, toSecretRow } from './secret-row.ts'
import { type GivenSecret, textOf, writeSecret } from './write-secret.ts'

/** Sets a secret beside those that count. Every process takes what it signs from the commit on. */
export async function addSecret(
  ctx: Ctx,
  input: GivenSecret & { provider: Signer['provider']; door?: string | undefined },
) {
  const signer = signerOf(input)
  const { text, isGenerated } = textOf(signer, input)
  return await inTransaction(ctx, async (ctx) => {
    const standing = await lockSecrets(ctx, signer)
    const written = await writeSecret(ctx, { signer, text, name: input.name, counting: standing.length })
    step('webhooks.secret_written')
    await audit(ctx, {
      action: 'webhooks.addSecret',
      subject: nameOfSigner(signer),
      after: { secret: written.name, isGenerated, standing: standing.length + 1 },
    })
    await announce(ctx, ['webhooks', 'secrets'])
    return { secret: toSecretRow(written), generated: isGenerated ? text : null }
  })
}

function signerOf({ provider, door }: { provider: Signer['provider']; door?: string | undefined }): Signer {
  if ((provider === 'standard') === (door !== undefined)) return { provider, source: door ?? null }
  const fault = door === undefined ? 'is required: it names the source' : 'is only for standard'
  throw new DomainError('invalid', `The door ${fault}`, { fields: { door: fault } })
}
