import { causeClasses } from '@trunkline/core/webhooks/cause'
import { refusalSchema, webhookProviders } from '@trunkline/core/webhooks/state'
import { z } from 'zod'
import { customerRef } from '../customers/wire.ts'
import { operator, staff } from '../platform/trpc.ts'
import { recordProviders } from '../providers/find-record.ts'
import { askForBackfill, backfillRun } from './backfill-runs.ts'
import { listCauses } from './causes.ts'
import { listGaps } from './gaps.ts'
import { pauseInput, pauseProcessing, resumeInput, resumeProcessing } from './pause.ts'
import { secretRow } from './secret-row.ts'
import { listSources } from './sources-list.ts'
import { sendTestEvent } from './sources-test-event.ts'

const tags = ['webhooks']
const meta = (method: 'GET' | 'POST', path: `/${string}`, summary: string) => ({
  openapi: { method, path, tags, summary, protect: true },
})

const standing = z.object({
  door: z.string().nullable(),
  reason: z.string(),
  by: z.string(),
  since: z.string(),
  expiresAt: z.string().nullable(),
})
const source = z.object({
  provider: z.enum(webhookProviders),
  door: z.string().nullable(),
  isConfigured: z.boolean(),
  canTest: z.boolean(),
  secrets: z.array(secretRow),
  addresses: z.array(z.string()),
  lastSeenAt: z.string().nullable(),
  waiting: z.number(),
  paused: z.number(),
  lagSeconds: z.number(),
  today: z.object({
    webhooks: z.number(),
    failed: z.number(),
    refused: z.number(),
    errorRate: z.number().nullable(),
  }),
  pauses: z.array(standing),
})

export const sourcesRouter = {
  list: staff
    .meta(meta('GET', '/admin/webhook-sources', 'Who sends webhooks, how far behind each is, and what is paused'))
    .input(z.object({}).optional())
    .output(z.object({ items: z.array(source), customers: z.array(standing.extend({ customer: customerRef })) }))
    .query(({ ctx }) => listSources(ctx)),

  pause: operator
    .meta(
      meta('POST', '/admin/webhook-sources/pause', 'Keep what comes of a source or customer, and do not process it'),
    )
    .input(pauseInput)
    .output(z.object({ changed: z.boolean() }))
    .mutation(({ ctx, input }) => pauseProcessing(ctx, input)),

  resume: operator
    .meta(meta('POST', '/admin/webhook-sources/resume', 'Process again what was kept, oldest first'))
    .input(resumeInput)
    .output(z.object({ changed: z.boolean() }))
    .mutation(({ ctx, input }) => resumeProcessing(ctx, input)),

  test: operator
    .meta(meta('POST', '/admin/webhook-sources/test', 'Sign a test event and post it to the source’s own door'))
    .input(
      z.object({
        provider: z.enum(webhookProviders),
        door: z
          .string()
          .regex(/^[a-z0-9_-]{1,64}$/)
          .optional(),
      }),
    )
    .output(z.object({ accepted: z.boolean(), status: z.number(), ms: z.number(), problem: z.string().nullable() }))
    .mutation(({ ctx, input }) => sendTestEvent(ctx, input)),
}

export const gapsRouter = {
  list: staff
    .meta(
      meta('GET', '/admin/webhook-gaps', 'What should have come and did not, and what has come and is not counted yet'),
    )
    .input(z.object({}).optional())
    .output(
      z.object({
        missing: z.array(
          z.object({
            missing: z.enum(['end', 'analysis', 'status']),
            found: z.number(),
            examples: z.array(z.string()),
            answers: z.object({
              filled: z.number(),
              unchanged: z.number(),
              unknown: z.number(),
              unanswered: z.number(),
            }),
          }),
        ),
        silent: z.array(z.object({ provider: z.enum(webhookProviders), door: z.string(), usual: z.number() })),
        backlog: z.array(
          z.object({
            customer: customerRef.nullable(),
            webhooks: z.number(),
            seconds: z.number(),
            segments: z.number(),
            cents: z.number().describe('At the price of his tier, shared by as many units as the tier includes'),
          }),
        ),
        isBacklogWhole: z
          .boolean()
          .describe('Whether all that waits was read for it, or the first part of a longer queue'),
        backfill: z.object({
          isOn: z.boolean(),
          providers: z.array(z.enum(recordProviders)),
          runs: z.array(backfillRun),
        }),
      }),
    )
    .query(({ ctx }) => listGaps(ctx)),

  backfill: operator
    .meta(meta('POST', '/admin/webhook-gaps/backfill', 'Ask the providers now for what never came'))
    .input(z.object({}).optional())
    .output(z.object({ started: z.boolean() }))
    .mutation(({ ctx }) => askForBackfill(ctx)),
}

export const causesRouter = {
  list: staff
    .meta(meta('GET', '/admin/webhook-causes', 'Why webhooks were refused, fail or died, by cause'))
    .input(z.object({}).optional())
    .output(
      z.object({
        items: z.array(
          z.object({
            id: z.string(),
            provider: z.enum(webhookProviders),
            class: z.enum(causeClasses),
            /** What the door said, where it was refused there. */
            refusal: refusalSchema.nullable(),
            text: z.string(),
            next: z.string(),
            webhooks: z.number(),
            states: z.object({ failed: z.number(), dead: z.number(), quarantined: z.number() }),
            firstSeen: z.string(),
            lastSeen: z.string(),
          }),
        ),
      }),
    )
    .query(({ ctx }) => listCauses(ctx)),
}
