import { hash } from 'node:crypto'
import type { SigningSecret } from '@trunkline/core/webhooks/adapter'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { webhookSources } from '@trunkline/db/schema/webhooks'
import { and, eq, gt, isNotNull, isNull, notInArray, or, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { openSecret, sealSecret } from '../platform/secret.ts'

const source = 'environment'

/**
 * Stores the environment's webhook secrets, encrypted. One that the environment no longer gives counts for another day,
 * so that what was signed with it before the change still arrives.
 */
export async function bootstrapSources(ctx: Ctx): Promise<void> {
  const given: [WebhookProvider, readonly string[]][] = [
    ['retell', ctx.env.retellSecrets],
    ['twilio', ctx.env.twilioSecrets],
    ['stripe', ctx.env.stripeSecrets],
  ]
  const rows = given.flatMap(([provider, secrets]) =>
    secrets.map((secret) => ({
      id: newId(),
      provider,
      name: source,
      secretCiphertext: sealSecret(secret, ctx.env.TRUNKLINE_KEY),
      secretSha256: hash('sha256', `${provider}:${secret}`, 'buffer'),
    })),
  )
  const hashes = rows.map(({ secretSha256 }) => secretSha256)
  await inTransaction(ctx, async (ctx) => {
    if (rows.length > 0) {
      await ctx.db
        .insert(webhookSources)
        .values(rows)
        .onConflictDoUpdate({
          target: webhookSources.secretSha256,
          set: { notAfter: null },
          setWhere: and(eq(webhookSources.name, source), isNotNull(webhookSources.notAfter)),
        })
    }
    const retired = await ctx.db
      .update(webhookSources)
      .set({ notAfter: sql`now() + interval '24 hours'` })
      .where(
        and(
          eq(webhookSources.name, source),
          isNull(webhookSources.notAfter),
          hashes.length === 0 ? undefined : notInArray(webhookSources.secretSha256, hashes),
        ),
      )
      .returning({ id: webhookSources.id, provider: webhookSources.provider })
    for (const one of retired) ctx.log.info(one, 'webhook secret no longer given: it counts for another day')
  })
}

export type SecretsByProvider = Readonly<Record<WebhookProvider, readonly SigningSecret[]>>

/** The secrets that count now, oldest first. Two of one provider count while a secret rotates. */
export async function loadSecrets(ctx: Pick<Ctx, 'db' | 'env'>): Promise<SecretsByProvider> {
  const rows = await ctx.db
    .select()
    .from(webhookSources)
    .where(or(isNull(webhookSources.notAfter), gt(webhookSources.notAfter, sql`now()`)))
    .orderBy(webhookSources.id)
  const secrets: Record<WebhookProvider, SigningSecret[]> = { retell: [], twilio: [], stripe: [] }
  for (const row of rows) {
    secrets[row.provider].push({ id: row.id, text: openSecret(row.secretCiphertext, ctx.env.TRUNKLINE_KEY) })
  }
  return secrets
}
