import { z } from 'zod'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { deliverAlert } from './deliver.ts'
import { deliverAlertSpec } from './raise.ts'
import { resumeAlerts } from './resume.ts'

const resumeAlertsSpec = jobSpec({ name: 'alerts.resume', input: z.object({}), attempts: 1 })

export const alertJobs = [job(deliverAlertSpec, deliverAlert), job(resumeAlertsSpec, resumeAlerts)]

export const alertSchedules: readonly Recurring[] = [{ spec: resumeAlertsSpec, everySeconds: 60 }]
