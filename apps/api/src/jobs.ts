import { alertJobs, alertSchedules } from './alerts/jobs.ts'
import { billingJobs, billingSchedules } from './billing/jobs.ts'
import { customerJobs } from './customers/jobs.ts'
import { errorJobs, errorSchedules } from './errors/jobs.ts'
import { holdings } from './holdings.ts'
import { monitorJobs, monitorSchedules } from './monitors/jobs.ts'
import { numberJobs, numberSchedules } from './numbers/jobs.ts'
import { onboardingJobs } from './onboarding/jobs.ts'
import type { AnyJob } from './platform/job.ts'
import { platformJobs, platformSchedules } from './platform/jobs.ts'
import type { Recurring } from './platform/schedule.ts'
import { reconciliationJobs, reconciliationSchedules } from './reconciliation/jobs.ts'
import { sessionJobs, sessionSchedules } from './sessions/jobs.ts'
import { usageJobs, usageSchedules } from './usage/jobs.ts'
import { webhookJobs, webhookSchedules } from './webhooks/jobs.ts'

export const jobs: readonly AnyJob[] = [
  ...webhookJobs,
  ...reconciliationJobs,
  ...monitorJobs,
  ...billingJobs,
  ...usageJobs,
  ...numberJobs,
  ...errorJobs,
  ...alertJobs,
  ...customerJobs,
  ...sessionJobs,
  ...onboardingJobs(holdings),
  ...platformJobs(holdings),
]
export const schedules: readonly Recurring[] = [
  ...webhookSchedules,
  ...reconciliationSchedules,
  ...monitorSchedules,
  ...billingSchedules,
  ...usageSchedules,
  ...numberSchedules,
  ...errorSchedules,
  ...alertSchedules,
  ...sessionSchedules,
  ...platformSchedules,
]
