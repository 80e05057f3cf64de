import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { foundClasses, runStates, runStatusNames, runTriggers } from '@trunkline/core/reconciliation/run'
import { z } from 'zod'
import { operator, staff } from '../platform/trpc.ts'
import { healMissing } from './heal.ts'
import { findDifference, listDifferences } from './list-differences.ts'
import { findRun, listRuns, loadRunSeries } from './list-runs.ts'
import { previewHeal } from './preview-heal.ts'
import { startRun } from './start-run.ts'
import { differenceRow, healPreview, runDetail, runRow, runSeries } from './wire.ts'

const tags = ['reconciliation']
const instant = z.iso.datetime({ offset: true })
const ofRun = z.object({ id: wireId('run') })
const what = ofRun.extend({
  differenceId: wireId('difference').optional().describe('This one alone; else all of the run that are missing here'),
})
const get = (path: `/${string}`, summary: string) => ({
  openapi: { method: 'GET' as const, path, tags, summary, protect: true },
})
const post = (path: `/${string}`, summary: string) => ({
  openapi: { method: 'POST' as const, path, tags, summary, protect: true },
})

export const reconciliationRouter = {
  runs: {
    list: staff
      .meta(get('/admin/reconciliation-runs', 'Every run, the latest first'))
      .input(
        pageInput.extend({
          state: z.enum(runStates).optional(),
          status: z.enum(runStatusNames).optional(),
          trigger: z.enum(runTriggers).optional(),
        }),
      )
      .output(pageOf(runRow))
      .query(({ ctx, input }) => listRuns(ctx, input)),

    get: staff
      .meta(get('/admin/reconciliation-runs/{id}', 'One run, with what it found by class'))
      .input(ofRun)
      .output(runDetail)
      .query(({ ctx, input }) => findRun(ctx, { runId: input.id })),

    trigger: operator
      .meta({
        ...post('/admin/reconciliation-runs/trigger', 'Begin a run; while one is under way, that one'),
        exact: true,
      })
      .input(
        z.object({
          from: instant.optional().describe('What began from here on; two days before `to` where it is left out'),
          to: instant.optional().describe('What was over before; six hours ago where it is left out'),
        }),
      )
      .output(runRow.extend({ started: z.boolean() }))
      .mutation(({ ctx, input }) => startRun(ctx, { ...input, trigger: 'manual' })),
  },

  differences: {
    list: staff
      .meta(get('/admin/reconciliation-differences', 'What a run found: what is flagged first, then by size'))
      .input(
        pageInput.extend({
          runId: wireId('run'),
          class: z.enum(foundClasses).optional(),
          provider: z.string().max(40).optional(),
          customerId: wireId('customer').optional(),
          flagged: z.boolean().optional(),
        }),
      )
      .output(pageOf(differenceRow))
      .query(({ ctx, input }) => listDifferences(ctx, input)),

    get: staff
      .meta(get('/admin/reconciliation-differences/{id}', 'One difference, and what became of healing it'))
      .input(z.object({ id: wireId('difference') }))
      .output(differenceRow)
      .query(({ ctx, input }) => findDifference(ctx, { differenceId: input.id })),
  },

  heal: {
    preview: operator
      .meta(get('/admin/reconciliation-runs/{id}/heal', 'What healing would book, for whom, in which period'))
      .input(what)
      .output(healPreview)
      .query(({ ctx, input }) => previewHeal(ctx, { runId: input.id, differenceId: input.differenceId })),

    run: operator
      .meta(post('/admin/reconciliation-runs/{id}/heal', 'Take in what is missing here, as it was previewed'))
      .input(what.extend({ hash: z.string().max(64) }))
      .output(z.object({ healing: z.number() }))
      .mutation(({ ctx, input }) => {
        const { id: runId, differenceId, hash } = input
        return healMissing(ctx, { runId, differenceId, hash })
      }),
  },

  series: staff
    .meta(get('/admin/reconciliation-series', 'How far ours and theirs lay apart, run by run'))
    .input(z.object({ days: z.number().int().min(1).max(366).default(90) }))
    .output(runSeries)
    .query(({ ctx, input }) => loadRunSeries(ctx, input)),
}
