import { z } from 'zod'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { carryOutRequest } from './carry-out.ts'
import { carryOutSpec } from './create-request.ts'
import { closeLines, rateLedger } from './rate.ts'
import { remindOwner } from './remind.ts'
import { remindSpec, runDeadlines, suspendSpec } from './run-deadlines.ts'
import { suspendCustomer } from './suspend.ts'
import { sweepBilling } from './sweep.ts'

const rateSpec = jobSpec({ name: 'billing.rate', input: z.object({}), attempts: 3 })
const closeLinesSpec = jobSpec({ name: 'billing.closeLines', input: z.object({}), attempts: 3 })
const runDeadlinesSpec = jobSpec({ name: 'billing.runDeadlines', input: z.object({}), attempts: 3 })
const sweepSpec = jobSpec({ name: 'billing.sweep', input: z.object({}), attempts: 3 })

export const billingJobs = [
  job(rateSpec, rateLedger),
  job(closeLinesSpec, closeLines),
  job(runDeadlinesSpec, runDeadlines),
  job(sweepSpec, sweepBilling),
  job(remindSpec, remindOwner),
  job(suspendSpec, suspendCustomer),
  job(carryOutSpec, carryOutRequest),
]

export const billingSchedules: readonly Recurring[] = [
  { spec: rateSpec, everySeconds: 60 },
  { spec: closeLinesSpec, everySeconds: 3600 },
  { spec: runDeadlinesSpec, everySeconds: 30 },
  { spec: sweepSpec, everySeconds: 600 },
]
