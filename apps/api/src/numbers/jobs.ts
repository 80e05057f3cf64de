import { z } from 'zod'
import { lineAddedSpec } from '../customers/create-agent.ts'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { forgetGone } from './forget-gone.ts'
import { releaseLine } from './release-line.ts'

const forgetGoneSpec = jobSpec({ name: 'numbers.forgetGone', input: z.object({}), attempts: 3 })

export const numberJobs = [job(lineAddedSpec, releaseLine), job(forgetGoneSpec, forgetGone)]

export const numberSchedules: readonly Recurring[] = [{ spec: forgetGoneSpec, everySeconds: 86_400 }]
