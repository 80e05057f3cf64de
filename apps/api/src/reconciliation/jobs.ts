import { z } from 'zod'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { carryOutRun } from './carry-out.ts'
import { carryOutRunSpec, startRun } from './start-run.ts'
import { sweepRuns } from './sweep.ts'

const nightlySpec = jobSpec({ name: 'reconciliation.nightly', input: z.object({}), attempts: 3 })
const sweepSpec = jobSpec({ name: 'reconciliation.sweep', input: z.object({}), attempts: 1 })

export const reconciliationJobs = [
  job(nightlySpec, async (ctx) => {
    await startRun(ctx, { trigger: 'scheduled' })
  }),
  job(carryOutRunSpec, carryOutRun),
  job(sweepSpec, sweepRuns),
]

export const reconciliationSchedules: readonly Recurring[] = [
  { spec: nightlySpec, everySeconds: 86_400, anchorSeconds: 3 * 3600 },
  { spec: sweepSpec, everySeconds: 60 },
]
