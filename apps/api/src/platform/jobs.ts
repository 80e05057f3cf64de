import { z } from 'zod'
import { closeDeadRuns, job, jobSpec } from './job.ts'
import type { Recurring } from './schedule.ts'

const closeDeadRunsSpec = jobSpec({ name: 'platform.closeDeadRuns', input: z.object({}), attempts: 1 })

export const platformJobs = [job(closeDeadRunsSpec, closeDeadRuns)]

export const platformSchedules: readonly Recurring[] = [{ spec: closeDeadRunsSpec, everySeconds: 60 }]
