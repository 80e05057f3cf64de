import { job } from '../platform/job.ts'
import { deliverAlert } from './deliver.ts'
import { deliverAlertSpec } from './raise.ts'

export const alertJobs = [job(deliverAlertSpec, deliverAlert)]
