import { alertJobs } from './alerts/jobs.ts'
import { numberJobs } from './numbers/jobs.ts'
import type { AnyJob } from './platform/job.ts'
import type { Recurring } from './platform/schedule.ts'
import { usageJobs, usageSchedules } from './usage/jobs.ts'
import { webhookJobs, webhookSchedules } from './webhooks/jobs.ts'

export const jobs: readonly AnyJob[] = [...webhookJobs, ...usageJobs, ...numberJobs, ...alertJobs]
export const schedules: readonly Recurring[] = [...webhookSchedules, ...usageSchedules]
