import type { Holding } from '../platform/privacy/holding.ts'

const keep = 'Who must not be contacted has to be known for as long as anybody might'

/** That somebody said no is what protects him: it is kept when the rest of him is erased. */
export const complianceHoldings: readonly Holding[] = ['compliance_events', 'consents'].map((table) => ({
  table,
  ofCustomer: { where: 'customer_id = $1::text::uuid', keep },
  ofNumber: { where: 'phone_number = $1', keep },
}))
