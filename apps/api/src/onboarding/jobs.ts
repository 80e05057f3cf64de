import { type AnyJob, job } from '../platform/job.ts'
import type { Holding } from '../platform/privacy/holding.ts'
import { shredCustomer, shredCustomerSpec } from './delete-customer.ts'

export const onboardingJobs = (holdings: readonly Holding[]): AnyJob[] => [
  job(shredCustomerSpec, (ctx, input) => shredCustomer(ctx, holdings, input)),
]
