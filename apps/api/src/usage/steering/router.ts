import { toWireId, wireId } from '@trunkline/core/platform/wire-id'
import { usualPriority } from '@trunkline/core/usage/credit'
import { meters } from '@trunkline/core/usage/meter'
import { pauseCauseSchema } from '@trunkline/core/usage/pause'
import { tierChangeStates, tierMoments, tierSchema, tierTerms } from '@trunkline/core/usage/tier'
import { z } from 'zod'
import { newId } from '../../platform/id.ts'
import { admin, operator, staff } from '../../platform/trpc.ts'
import { adjustUsage } from '../adjust.ts'
import { cancelTierChange, changeTier } from '../change-tier.ts'
import { grantCredit } from '../grant-credit.ts'
import { pauseCustomer, resumeCustomer } from '../pause.ts'
import { previewTier, tierPreview } from '../preview-tier.ts'
import { previewTierChange, tierChangePreview } from '../preview-tier-change.ts'
import { publishTier } from '../publish-tier.ts'
import { revokeCredit } from '../revoke-credit.ts'
import { setTopup } from '../set-topup.ts'
import { tierVersion, topupRow } from '../tiers.ts'
import { waiveUsage } from '../waive.ts'

const tags = ['usage']
const post = (path: `/${string}`, summary: string) => ({
  openapi: { method: 'POST' as const, path, tags, summary, protect: true },
})
const customerId = wireId('customer')
const reason = z.string().trim().min(3, 'says why, in three letters or more').max(500)
const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text))
const mostUnits = 10_000_000
/** Names a request, so that sending it again does nothing again. */
const requestKey = z
  .string()
  .regex(/^[\w.:-]{1,100}$/, 'is 1 to 100 letters, digits, _ . : or -')
  .optional()

/** What people of ours do to a customer's allowance, and to the tiers. Every one of these says why, and is audited. */
export const steering = {
  credits: {
    grant: operator
      .meta(post('/admin/usage/credits', 'Grant minutes or texts'))
      .input(
        z.strictObject({
          customerId,
          meter: z.enum(meters),
          quantity: z.number().int().min(1).max(mostUnits),
          reason,
          priority: z.number().int().min(0).max(1000).default(usualPriority.goodwill),
          expiresAt: instant.optional(),
          requestKey,
        }),
      )
      .output(z.object({ id: z.string(), granted: z.boolean() }))
      .mutation(async ({ ctx, input: { requestKey = newId(), ...input } }) => {
        const grant = { ...input, source: 'goodwill', sourceKey: `operator:${requestKey}` } as const
        const { creditId, granted } = await grantCredit(ctx, grant)
        return { id: toWireId('credit', creditId), granted }
      }),

    revoke: operator
      .meta(post('/admin/usage/credits/{id}/revoke', 'Take back what is left of a credit'))
      .input(z.object({ id: wireId('credit'), reason }))
      .output(z.object({ lost: z.number() }))
      .mutation(({ ctx, input }) => revokeCredit(ctx, { creditId: input.id, reason: input.reason })),
  },

  tiers: {
    preview: staff
      .meta(post('/admin/usage/tiers/preview', 'Who would feel a new version of a tier; changes nothing'))
      .input(z.object({ tier: tierSchema, terms: tierTerms }))
      .output(tierPreview)
      .query(({ ctx, input }) => previewTier(ctx, input)),

    publish: admin
      .meta(post('/admin/usage/tiers', 'A new version of a tier, for the next period or at once'))
      .input(
        z.object({
          tier: tierSchema,
          terms: tierTerms,
          followsVersion: z.number().int().min(1).max(100_000),
          appliesTo: z.enum(['next_period', 'now']),
        }),
      )
      .output(tierVersion)
      .mutation(({ ctx, input }) => publishTier(ctx, input)),
  },

  topups: {
    set: admin
      .meta(post('/admin/usage/topups', 'Put a top-up on sale at a price, or take it off'))
      .input(
        z.object({
          key: z.string().regex(/^[a-z0-9_]{2,40}$/, 'is 2 to 40 small letters, digits or _'),
          meter: z.enum(meters),
          quantity: z.number().int().min(1).max(mostUnits),
          priceCents: z.number().int().min(50, 'must be 50 cents or more').max(10_000_000),
          lastsDays: z.number().int().min(1).max(3650).nullable(),
          isOnSale: z.boolean(),
          reason,
        }),
      )
      .output(topupRow)
      .mutation(({ ctx, input }) => setTopup(ctx, input)),
  },

  tierChanges: {
    preview: staff
      .meta(post('/admin/usage/tier-changes/preview', 'What a change of tier would mean; changes nothing'))
      .input(z.object({ customerId, tier: tierSchema, when: z.enum(tierMoments) }))
      .output(tierChangePreview)
      .query(({ ctx, input }) => previewTierChange(ctx, input)),

    create: operator
      .meta(post('/admin/usage/tier-changes', 'Change a tier at once, or when the period ends'))
      .input(z.object({ customerId, tier: tierSchema, when: z.enum(tierMoments), reason, requestKey }))
      .output(
        z.object({
          id: z.string().nullable(),
          state: z.enum([...tierChangeStates, 'unchanged']),
          dueAt: z.string(),
          creditCents: z.number(),
          chargeCents: z.number(),
        }),
      )
      .mutation(async ({ ctx, input: { requestKey, ...input } }) => {
        const sourceKey = requestKey === undefined ? undefined : `operator:${requestKey}`
        const { changeId, dueAt, ...change } = await changeTier(ctx, { ...input, sourceKey })
        const id = changeId === null ? null : toWireId('tierChange', changeId)
        return { ...change, id, dueAt: dueAt.toISOString() }
      }),

    cancel: operator
      .meta(post('/admin/usage/tier-changes/cancel', 'Take back the change that waits for the end of the period'))
      .input(z.object({ customerId, reason }))
      .output(z.object({ cancelled: z.literal(true) }))
      .mutation(async ({ ctx, input }) => {
        await cancelTierChange(ctx, input)
        return { cancelled: true as const }
      }),
  },

  pause: operator
    .meta(post('/admin/usage/pause', 'Let a customer stand still, for one cause'))
    .input(
      z.strictObject({ customerId, cause: pauseCauseSchema.default('force'), reason, expiresAt: instant.optional() }),
    )
    .output(z.object({ changed: z.boolean() }))
    .mutation(({ ctx, input }) => pauseCustomer(ctx, input)),

  resume: operator
    .meta(post('/admin/usage/resume', 'Lift one cause of standing still, and no other'))
    .input(z.strictObject({ customerId, cause: pauseCauseSchema.default('force'), reason }))
    .output(z.object({ changed: z.boolean(), isPaused: z.boolean() }))
    .mutation(({ ctx, input }) => resumeCustomer(ctx, input)),

  adjust: operator
    .meta(post('/admin/usage/adjustments', 'Correct the ledger by a difference, with a reason'))
    .input(
      z.strictObject({
        customerId,
        meter: z.enum(meters),
        quantity: z
          .number()
          .int()
          .min(-mostUnits)
          .max(mostUnits)
          .refine((quantity) => quantity !== 0, 'must not be 0'),
        reason,
        correctsId: wireId('usageEntry').optional(),
        requestKey,
      }),
    )
    .output(z.object({ id: z.string(), adjusted: z.boolean() }))
    .mutation(async ({ ctx, input: { requestKey, ...input } }) => {
      const { entryId, adjusted } = await adjustUsage(ctx, { ...input, sourceKey: requestKey })
      return { id: toWireId('usageEntry', entryId), adjusted }
    }),

  waive: operator
    .meta(post('/admin/usage/entries/{id}/waive', 'A call or text is not chargeable: void it for good'))
    .input(z.object({ id: wireId('usageEntry'), reason }))
    .output(z.object({ voided: z.number() }))
    .mutation(({ ctx, input }) => waiveUsage(ctx, { entryId: input.id, reason: input.reason })),
}
