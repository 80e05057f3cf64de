import type { Holding } from '../platform/privacy/holding.ts'

export const customerHoldings: readonly Holding[] = [
  {
    table: 'agents',
    ofCustomer: {
      where: 'customer_id = $1::text::uuid',
      set: `phone_number = null, provider_number_id = null, nickname = null, agent_id = null, user_id = null,
        status = 'retired', is_active = false, updated_at = now()`,
    },
  },
  {
    table: 'customers',
    ofCustomer: {
      where: 'id = $1::text::uuid',
      set: `business_name = 'Deleted customer ' || right(id::text, 6), owner_email = null, contact_phone = null,
        status = 'closed', closed_at = coalesce(closed_at, now()), updated_at = now()`,
    },
    ofNumber: { where: 'contact_phone = $1', set: 'contact_phone = null, updated_at = now()' },
  },
  {
    table: 'notice_preferences',
    key: 'customer_id',
    ofCustomer: { where: 'customer_id = $1::text::uuid', set: `channel = 'none', updated_at = now()` },
  },
  {
    table: 'owner_notices',
    ofCustomer: { where: 'customer_id = $1::text::uuid', set: `facts = '{}'::jsonb, updated_at = now()` },
  },
]
