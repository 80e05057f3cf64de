import type { SigningSecret } from '@trunkline/core/webhooks/adapter'
import { type WebhookProvider, webhookProviders } from '@trunkline/core/webhooks/state'
import { webhookSources } from '@trunkline/db/schema/webhooks'
import { and, eq, getTableColumns, isNotNull, isNull, notInArray, sql } from 'drizzle-orm'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { openSecret, sealSecret } from '../platform/secret.ts'
import { bringer } from './bringer.ts'
import { hashOfSecret, stillCounts } from './secret-row.ts'

type Given = { provider: WebhookProvider; secret: string; source: string | null }

/**
 * Stores the environment's webhook secrets, encrypted. One that the environment no longer gives counts for another day,
 * so that what was signed with it before the change still arrives. One that a person has ended stays ended.
 */
export async function bootstrapSources(ctx: Ctx): Promise<void> {
  const of = (provider: WebhookProvider, secrets: readonly string[]): Given[] =>
    secrets.map((secret) => ({ provider, secret, source: null }))
  const given: Given[] = [
    ...of('retell', ctx.env.retellSecrets),
    ...of('twilio', ctx.env.twilioSecrets),
    ...of('telnyx', ctx.env.telnyxKeys),
    ...of('stripe', ctx.env.stripeSecrets),
    ...ctx.env.standardSecrets.map((one) => ({ provider: 'standard' as const, ...one })),
  ]
  const rows = given.map(({ provider, secret, source }) => ({
    id: newId(),
    provider,
    name: bringer,
    source,
    secretCiphertext: sealSecret(secret, ctx.env.TRUNKLINE_KEY),
    secretSha256: hashOfSecret({ provider, source }, secret),
  }))
  const hashes = rows.map(({ secretSha256 }) => secretSha256)
  await inTransaction(ctx, async (ctx) => {
    if (rows.length > 0) {
      await ctx.db
        .insert(webhookSources)
        .values(rows)
        .onConflictDoUpdate({
          target: webhookSources.secretSha256,
          set: { notAfter: null },
          setWhere: and(
            eq(webhookSources.name, bringer),
            isNotNull(webhookSources.notAfter),
            isNull(webhookSources.endedBy),
          ),
        })
    }
    const retired = await ctx.db
      .update(webhookSources)
      .set({ notAfter: sql`now() + interval '24 hours'` })
      .where(
        and(
          eq(webhookSources.name, bringer),
          isNull(webhookSources.notAfter),
          hashes.length === 0 ? undefined : notInArray(webhookSources.secretSha256, hashes),
        ),
      )
      .returning({ id: webhookSources.id, provider: webhookSources.provider })
    for (const one of retired) ctx.log.info(one, 'webhook secret no longer given: it counts for another day')
  })
}

/** `endsInMs`: for how long it counts on, where it has an end. */
type CountingSecret = SigningSecret & { endsInMs?: number }
export type SecretsByProvider = Readonly<Record<WebhookProvider, readonly CountingSecret[]>>

/** The secrets that count now, oldest first. Two of one provider count while a secret rotates. */
export async function loadSecrets(ctx: Pick<Ctx, 'db' | 'env'>): Promise<SecretsByProvider> {
  const rows = await ctx.db
    .select({
      ...getTableColumns(webhookSources),
      endsInMs: sql<number | null>`(extract(epoch from ${webhookSources.notAfter} - now()) * 1000)::float8`,
    })
    .from(webhookSources)
    .where(stillCounts())
    .orderBy(webhookSources.id)
  const secrets = Object.fromEntries(
    webhookProviders.map((provider): [string, CountingSecret[]] => [provider, []]),
  ) as Record<WebhookProvider, CountingSecret[]>
  for (const row of rows) {
    const text = openSecret(row.secretCiphertext, ctx.env.TRUNKLINE_KEY)
    const { id, source, endsInMs } = row
    secrets[row.provider].push({
      id,
      text,
      ...(source === null ? {} : { source }),
      ...(endsInMs === null ? {} : { endsInMs }),
    })
  }
  return secrets
}

/** The secrets that may have signed what comes in at a door. A door of the generic provider is its source's name. */
export function secretsFor(
  secrets: SecretsByProvider,
  at: { provider: WebhookProvider; door: string },
): readonly SigningSecret[] {
  const known = secrets[at.provider]
  return at.provider === 'standard' ? known.filter(({ source }) => source === at.door) : known
}
