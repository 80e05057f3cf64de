import { z } from 'zod'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { trimErrors } from './trim.ts'

const trimErrorsSpec = jobSpec({ name: 'errors.trim', input: z.object({}), attempts: 3 })

export const errorJobs = [job(trimErrorsSpec, trimErrors)]

export const errorSchedules: readonly Recurring[] = [{ spec: trimErrorsSpec, everySeconds: 3600 }]
