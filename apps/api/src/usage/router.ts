import { purposes } from '@trunkline/core/compliance/consent'
import { timezoneSchema } from '@trunkline/core/customers/customer'
import { phoneSchema } from '@trunkline/core/numbers/phone'
import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { refusalReasons } from '@trunkline/core/usage/limit'
import { entryKinds, meters } from '@trunkline/core/usage/meter'
import { projection } from '@trunkline/core/usage/projection'
import { tierSchema } from '@trunkline/core/usage/tier'
import { ledgerEntry, usageStatus } from '@trunkline/core/usage/wire'
import { z } from 'zod'
import type { Caller } from '../platform/context.ts'
import { customerOf, customerOrAll } from '../platform/customer-reach.ts'
import { staff, usageAsker, usageReader } from '../platform/trpc.ts'
import { callDirections, checkUsage } from './check.ts'
import { creditRow, listCredits } from './list-credits.ts'
import { holdRow, holdStateSchema, listHolds } from './list-holds.ts'
import { listLedger } from './list-ledger.ts'
import { listStandings, standingRow } from './list-standings.ts'
import { grains, groupings, loadUsageSeries, usageSeries } from './load-series.ts'
import { loadUsageStatus } from './load-status.ts'
import { listTierChanges, tierChangeRow } from './preview-tier-change.ts'
import { projectUsage } from './project.ts'
import { callKinds } from './reserve.ts'
import { settleHold } from './settle.ts'
import { steering } from './steering/router.ts'
import { listTiers, listTopups, tierRow, topupRow } from './tiers.ts'

const tags = ['usage']
const longestSeconds = 86_400
const units = z.number().int().min(1).max(longestSeconds)
const providerId = z.string().regex(/^[\w.:-]{1,200}$/, 'is 1 to 200 letters, digits, _ . : or -')
const ofOne = z.object({ customerId: wireId('customer').optional() })
const instant = z.iso.datetime({ offset: true })

const get = (path: `/${string}`, summary: string) => ({
  openapi: { method: 'GET' as const, path, tags, summary, protect: true },
})
const post = (path: `/${string}`, summary: string) => ({
  openapi: { method: 'POST' as const, path, tags, summary, protect: true },
})
const isOwner = ({ role }: Caller) => role === 'owner'

const evidence = z.object({
  at: z.string(),
  tier: z.string(),
  tierVersion: z.number(),
  periodEnd: z.string(),
  limitRevision: z.number(),
  used: z.number(),
  reserved: z.number(),
  base: z.number(),
  hardLimit: z.number(),
  openHolds: z.number(),
  pausedFor: z.array(z.string()),
})

export const usageRouter = {
  status: usageReader
    .meta(get('/usage/status', 'Used and remaining in the current period'))
    .input(ofOne)
    .output(usageStatus)
    .query(({ ctx, input }) => loadUsageStatus(ctx, { customerId: customerOf(ctx.actor, input.customerId) })),

  standings: staff
    .meta(get('/admin/usage/standings', 'Customers by the share of a cap that they have used'))
    .input(pageInput.extend({ q: z.string().max(100).optional(), tier: tierSchema.optional() }))
    .output(pageOf(standingRow))
    .query(({ ctx, input }) => listStandings(ctx, input)),

  series: usageReader
    .meta(get('/usage/series', 'What was used by hour, day or month; of one customer, or of all where none is named'))
    .input(
      ofOne.extend({
        meter: z.enum(meters),
        grain: z.enum(grains),
        by: z.enum(groupings).default('none'),
        from: instant,
        to: instant,
        timezone: timezoneSchema.default('UTC'),
      }),
    )
    .output(usageSeries)
    .query(({ ctx, input }) =>
      loadUsageSeries(ctx, { ...input, customerId: customerOrAll(ctx.actor, input.customerId) }),
    ),

  ledger: usageReader
    .meta(get('/usage/ledger', 'Every entry, the newest first'))
    .input(
      pageInput.extend({
        customerId: wireId('customer').optional(),
        meter: z.enum(meters).optional(),
        kind: z.enum(entryKinds).optional(),
        from: instant.optional(),
        to: instant.optional(),
      }),
    )
    .output(pageOf(ledgerEntry))
    .query(({ ctx, input }) => listLedger(ctx, { ...input, customerId: customerOf(ctx.actor, input.customerId) })),

  projection: usageReader
    .meta(get('/usage/projection', 'When the allowance will be used up, and how that is told'))
    .input(ofOne)
    .output(z.object({ method: z.string(), periodEnd: z.string(), calls: projection, sms: projection }))
    .query(({ ctx, input }) => projectUsage(ctx, { customerId: customerOf(ctx.actor, input.customerId) })),

  check: usageAsker
    .meta(post('/usage/check', 'Ask before a call or text; yes reserves the units'))
    .input(
      z
        .strictObject({
          customerId: wireId('customer'),
          kind: z.enum(callKinds),
          quantity: units,
          direction: z.enum(callDirections).optional().describe('An inbound call is let through while nobody can look'),
          providerId: providerId.optional().describe('The provider’s id of the call, where it has one already'),
          to: phoneSchema.optional().describe('Who is called or texted: who has said STOP is refused as revoked'),
          purpose: z
            .enum(purposes)
            .optional()
            .describe('Marketing needs a consent that was given; service where left out'),
        })
        .refine(({ to, direction }) => to === undefined || direction !== 'inbound', {
          path: ['to'],
          message: 'is for what goes out: whoever calls in asks for nobody’s consent',
        }),
    )
    .output(
      z.object({
        allowed: z.boolean(),
        reason: z.enum(refusalReasons),
        holdId: z.string().nullable(),
        expiresAt: z.string().nullable(),
        flagged: z.boolean(),
        evidence: evidence.nullable(),
      }),
    )
    .mutation(({ ctx, input }) => checkUsage(ctx, { ...input, customerId: customerOf(ctx.actor, input.customerId) })),

  settle: usageAsker
    .meta(post('/usage/holds/{id}/settle', 'End a hold, with what was used where no provider reports it'))
    .input(
      z.strictObject({
        id: wireId('hold'),
        quantity: z
          .number()
          .int()
          .min(0)
          .max(longestSeconds)
          .optional()
          .describe('Seconds or segments to charge; without it the provider’s report charges'),
        providerId: providerId
          .optional()
          .describe(
            'The provider’s id of this call or message: what is settled here and its own report are charged once',
          ),
      }),
    )
    .output(z.object({ settled: z.boolean(), overrun: z.number() }))
    .mutation(({ ctx, input }) =>
      settleHold(ctx, {
        holdId: input.id,
        quantity: input.quantity,
        providerId: input.providerId,
        ownedBy: ctx.actor.customerId,
      }),
    ),

  holds: {
    list: usageReader
      .meta(get('/usage/holds', 'What is promised to calls and texts, the newest first'))
      .input(pageInput.extend({ customerId: wireId('customer').optional(), state: holdStateSchema.optional() }))
      .output(pageOf(holdRow))
      .query(({ ctx, input }) => listHolds(ctx, { ...input, customerId: customerOf(ctx.actor, input.customerId) })),
  },

  credits: {
    list: usageReader
      .meta(get('/usage/credits', 'What was granted beyond the tier, the newest first'))
      .input(pageInput.extend({ customerId: wireId('customer').optional(), isLiving: z.boolean().optional() }))
      .output(pageOf(creditRow))
      .query(({ ctx, input }) => {
        const customerId = customerOf(ctx.actor, input.customerId)
        return listCredits(ctx, { ...input, customerId, isOwner: isOwner(ctx.actor) })
      }),
    ...steering.credits,
  },

  tiers: {
    list: usageReader
      .meta(get('/usage/tiers', 'The tiers as they are, and for people of ours as they were'))
      .output(z.object({ items: z.array(tierRow) }))
      .query(({ ctx }) => listTiers(ctx, { withEarlier: !isOwner(ctx.actor) })),
    ...steering.tiers,
  },

  topups: {
    list: usageReader
      .meta(get('/usage/topups', 'What may be bought on top'))
      .output(z.object({ items: z.array(topupRow) }))
      .query(({ ctx }) => listTopups(ctx, { withRetired: !isOwner(ctx.actor) })),
    ...steering.topups,
  },

  tierChanges: {
    list: usageReader
      .meta(get('/usage/tier-changes', 'Changes of tier, the newest first'))
      .input(pageInput.extend({ customerId: wireId('customer').optional() }))
      .output(pageOf(tierChangeRow))
      .query(({ ctx, input }) => {
        const customerId = customerOf(ctx.actor, input.customerId)
        return listTierChanges(ctx, { ...input, customerId, isOwner: isOwner(ctx.actor) })
      }),
    ...steering.tierChanges,
  },

  pause: steering.pause,
  resume: steering.resume,
  adjust: steering.adjust,
  waive: steering.waive,
}
