import { z } from 'zod'
import { job, jobSpec } from '../platform/job.ts'
import type { Recurring } from '../platform/schedule.ts'
import { maintainPartitions } from './maintain-partitions.ts'

const maintainPartitionsSpec = jobSpec({ name: 'monitors.maintainPartitions', input: z.object({}), attempts: 5 })

export const monitorJobs = [job(maintainPartitionsSpec, maintainPartitions)]

// at 02:40 UTC, when the fewest wait for a lock
export const monitorSchedules: readonly Recurring[] = [
  { spec: maintainPartitionsSpec, everySeconds: 86_400, anchorSeconds: 9600 },
]
