import { z } from 'zod'
import { type AnyJob, closeDeadRuns, job, jobSpec } from './job.ts'
import { eraseNumberSpec, eraseSealedNumber } from './privacy/erase-number.ts'
import type { Holding } from './privacy/holding.ts'
import { retain } from './privacy/retain.ts'
import type { Recurring } from './schedule.ts'

const closeDeadRunsSpec = jobSpec({ name: 'platform.closeDeadRuns', input: z.object({}), attempts: 1 })
const retentionSpec = jobSpec({ name: 'platform.retention', input: z.object({}), attempts: 3 })

export const platformJobs = (holdings: readonly Holding[]): AnyJob[] => [
  job(closeDeadRunsSpec, closeDeadRuns),
  job(retentionSpec, (ctx) => retain(ctx, holdings)),
  job(eraseNumberSpec, (ctx, input) => eraseSealedNumber(ctx, holdings, input)),
]

export const platformSchedules: readonly Recurring[] = [
  { spec: closeDeadRunsSpec, everySeconds: 60 },
  { spec: retentionSpec, everySeconds: 3600 },
]
