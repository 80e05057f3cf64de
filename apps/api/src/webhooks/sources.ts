import { hash } from 'node:crypto'
import type { SigningSecret } from '@trunkline/core/webhooks/adapter'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { webhookSources } from '@trunkline/db/schema/webhooks'
import { gt, isNull, or, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { openSecret, sealSecret } from '../platform/secret.ts'

/** Stores the environment's webhook secrets, encrypted, where they are not known yet. */
export async function bootstrapSources(ctx: Ctx): Promise<void> {
  const given: [WebhookProvider, readonly string[]][] = [
    ['retell', ctx.env.retellSecrets],
    ['twilio', ctx.env.twilioSecrets],
  ]
  const rows = given.flatMap(([provider, secrets]) =>
    secrets.map((secret) => ({
      id: newId(),
      provider,
      name: 'environment',
      secretCiphertext: sealSecret(secret, ctx.env.TRUNKLINE_KEY),
      secretSha256: hash('sha256', `${provider}:${secret}`, 'buffer'),
    })),
  )
  if (rows.length > 0) await ctx.db.insert(webhookSources).values(rows).onConflictDoNothing()
}

export type SecretsByProvider = Readonly<Record<WebhookProvider, readonly SigningSecret[]>>

/** The secrets that count now, oldest first. Two of one provider count while a secret rotates. */
export async function loadSecrets(ctx: Pick<Ctx, 'db' | 'env'>): Promise<SecretsByProvider> {
  const rows = await ctx.db
    .select()
    .from(webhookSources)
    .where(or(isNull(webhookSources.notAfter), gt(webhookSources.notAfter, sql`now()`)))
    .orderBy(webhookSources.id)
  const secrets: Record<WebhookProvider, SigningSecret[]> = { retell: [], twilio: [] }
  for (const row of rows) {
    secrets[row.provider].push({ id: row.id, text: openSecret(row.secretCiphertext, ctx.env.TRUNKLINE_KEY) })
  }
  return secrets
}
