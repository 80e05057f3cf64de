import { z } from 'zod'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { rollPeriods } from './open-periods.ts'
import { expireHolds } from './settle.ts'

const expireHoldsSpec = jobSpec({ name: 'usage.expireHolds', input: z.object({}), attempts: 3 })
const rollPeriodsSpec = jobSpec({ name: 'usage.rollPeriods', input: z.object({}), attempts: 3 })

export const usageJobs = [job(expireHoldsSpec, expireHolds), job(rollPeriodsSpec, rollPeriods)]

export const usageSchedules: readonly Recurring[] = [
  { spec: expireHoldsSpec, everySeconds: 60 },
  { spec: rollPeriodsSpec, everySeconds: 300 },
]
