import { z } from 'zod'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { bringToPresent, bringToPresentSpec } from './bring-to-present.ts'
import { expireHolds } from './expire-holds.ts'
import { rollPeriods } from './open-periods.ts'
import { applyTier, applyTierSpec } from './publish-tier.ts'
import { takeBackSettled } from './take-back-settled.ts'

const expireHoldsSpec = jobSpec({ name: 'usage.expireHolds', input: z.object({}), attempts: 3 })
const takeBackSettledSpec = jobSpec({ name: 'usage.takeBackSettled', input: z.object({}), attempts: 3 })
const rollPeriodsSpec = jobSpec({ name: 'usage.rollPeriods', input: z.object({}), attempts: 3 })

export const usageJobs = [
  job(expireHoldsSpec, expireHolds),
  job(takeBackSettledSpec, takeBackSettled),
  job(rollPeriodsSpec, rollPeriods),
  job(bringToPresentSpec, bringToPresent),
  job(applyTierSpec, applyTier),
]

export const usageSchedules: readonly Recurring[] = [
  { spec: expireHoldsSpec, everySeconds: 60 },
  { spec: takeBackSettledSpec, everySeconds: 300 },
  // what has a moment of its own leaves its own job: this finds what lost it
  { spec: rollPeriodsSpec, everySeconds: 60 },
]
