import { hash } from 'node:crypto'
import { toWireId } from '@trunkline/core/platform/wire-id'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { webhookSources } from '@trunkline/db/schema/webhooks'
import { and, eq, gt, isNull, or, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'

/** Who signs by one set of secrets: a provider, or one source of the generic one. */
export type Signer = { provider: WebhookProvider; source: string | null }

/** A secret as it is shown: everything but itself. */
export const secretRow = z.object({
  id: z.string(),
  name: z.string(),
  since: z.string(),
  notAfter: z.string().nullable(),
  /** The person who set it; null where the environment brought it. */
  by: z.string().nullable(),
})

type Row = Pick<typeof webhookSources.$inferSelect, 'id' | 'name' | 'createdAt' | 'notAfter' | 'addedBy'>

export const toSecretRow = (row: Row): z.infer<typeof secretRow> => ({
  id: toWireId('webhookSecret', row.id),
  name: row.name,
  since: row.createdAt.toISOString(),
  notAfter: row.notAfter?.toISOString() ?? null,
  by: row.addedBy,
})

/** A secret stands once for each who signs by it. */
export const hashOfSecret = ({ provider, source }: Signer, secret: string): Buffer =>
  hash('sha256', [provider, ...(source === null ? [] : [source]), secret].join(':'), 'buffer')

export const isOfSigner = ({ provider, source }: Signer) =>
  and(
    eq(webhookSources.provider, provider),
    source === null ? isNull(webhookSources.source) : eq(webhookSources.source, source),
  )

export const stillCounts = () => or(isNull(webhookSources.notAfter), gt(webhookSources.notAfter, sql`now()`))

/** One after the other: whoever changes the secrets of a signer sees what the one before him left. Answers those that count. */
export async function lockSecrets(ctx: Ctx, signer: Signer) {
  const name = ['webhook_sources', signer.provider, signer.source ?? ''].join(':')
  await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtextextended(${name}, 0))`)
  return await ctx.db
    .select()
    .from(webhookSources)
    .where(and(isOfSigner(signer), stillCounts()))
    .orderBy(webhookSources.id)
}

export const nameOfSigner = ({ provider, source }: Signer): string =>
  `source:${source === null ? provider : `${provider}/${source}`}`
