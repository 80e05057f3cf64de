import { alertHoldings } from './alerts/holdings.ts'
import { billingHoldings } from './billing/holdings.ts'
import { complianceHoldings } from './compliance/holdings.ts'
import { customerHoldings } from './customers/holdings.ts'
import { errorHoldings } from './errors/holdings.ts'
import { eventHoldings } from './events/holdings.ts'
import { numberHoldings } from './numbers/holdings.ts'
import { auditHoldings } from './platform/audit.ts'
import type { Holding } from './platform/privacy/holding.ts'
import { reconciliationHoldings } from './reconciliation/holdings.ts'
import { sessionHoldings } from './sessions/holdings.ts'
import { usageHoldings } from './usage/holdings.ts'
import { webhookHoldings } from './webhooks/holdings.ts'

/** Everything that is held about somebody, in the order in which it is erased: whom others are found by comes last. */
export const holdings: readonly Holding[] = [
  ...webhookHoldings,
  ...eventHoldings,
  ...reconciliationHoldings,
  ...billingHoldings,
  ...usageHoldings,
  ...complianceHoldings,
  ...numberHoldings,
  ...errorHoldings,
  ...alertHoldings,
  ...sessionHoldings,
  ...customerHoldings,
  ...auditHoldings,
]
