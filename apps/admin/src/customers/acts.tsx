import type { CustomerDetail } from '../app/contract.ts'
import type { CustomerSearch } from '../app/search.ts'
import { TopUp } from '../billing/ask-stripe.tsx'
import { ChangeTier } from '../usage/change-tier.tsx'
import { PauseCustomer, ResumeCustomer } from '../usage/pause-customer.tsx'
import { AdjustUsage, GrantCredit } from '../usage/steer.tsx'

const dialogs = {
  tier: ChangeTier,
  grant: GrantCredit,
  topup: TopUp,
  adjust: AdjustUsage,
  pause: PauseCustomer,
  resume: ResumeCustomer,
} satisfies Record<NonNullable<CustomerSearch['act']>, unknown>

/** What is being done to a customer, as the address says. */
export function Acts({
  act,
  customer,
  onClose,
}: {
  act: NonNullable<CustomerSearch['act']>
  customer: CustomerDetail
  onClose: () => void
}) {
  const Act = dialogs[act]
  return <Act customer={customer} onClose={onClose} />
}
