import { wireId } from '@trunkline/core/platform/wire-id'
import { secretRule, sourceNamePattern } from '@trunkline/core/webhooks/secret'
import { webhookProviders } from '@trunkline/core/webhooks/state'
import { z } from 'zod'
import { admin } from '../platform/trpc.ts'
import { addSecret } from './add-secret.ts'
import { endSecret } from './end-secret.ts'
import { rotateSecret } from './rotate-secret.ts'
import { secretRow } from './secret-row.ts'

const tags = ['webhooks']
const meta = (path: `/${string}`, summary: string) => ({
  openapi: { method: 'POST' as const, path, tags, summary, protect: true },
})
const given = z.strictObject({
  secret: z.string().max(secretRule.longest).optional(),
  name: z.string().trim().min(1, 'is required').max(60).optional(),
})
/** What was set may sign as soon as its setter is answered: this process knows it by then, and the others are told. */
const keeper = admin.use(async ({ ctx, next }) => {
  const result = await next()
  // what is committed and shown once must be told, whatever this process can read at the moment
  if (result.ok)
    await ctx.readSecrets().catch((error: unknown) => ctx.log.warn({ error }, 'webhook secrets not read anew'))
  return result
})
/** `generated` is told this once, and only where we are who hands the secret out. */
const written = z.object({ secret: secretRow, generated: z.string().nullable() })

export const secretsRouter = {
  add: keeper
    .meta(meta('/admin/webhook-secrets', 'Set a secret of a source; of a standard one we can make it'))
    .input(
      given.extend({
        provider: z.enum(webhookProviders),
        door: z.string().regex(sourceNamePattern, 'must be 1 to 40 of a-z, 0-9, _ and -').optional(),
      }),
    )
    .output(written)
    .mutation(({ ctx, input }) => addSecret(ctx, input)),

  rotate: keeper
    .meta(meta('/admin/webhook-secrets/{id}/rotate', 'Replace a secret; the old one counts on for the overlap'))
    .input(
      given.extend({
        id: wireId('webhookSecret'),
        overlapHours: z.number().int().min(0).max(secretRule.longestOverlapHours).default(secretRule.overlapHours),
      }),
    )
    .output(written.extend({ replaced: secretRow }))
    .mutation(({ ctx, input: { id, ...terms } }) => rotateSecret(ctx, { ...terms, secretId: id })),

  end: keeper
    .meta(meta('/admin/webhook-secrets/{id}/end', 'End a secret at once'))
    .input(z.object({ id: wireId('webhookSecret'), evenIfLast: z.boolean().default(false) }))
    .output(secretRow)
    .mutation(({ ctx, input: { id, evenIfLast } }) => endSecret(ctx, { secretId: id, evenIfLast })),
}
