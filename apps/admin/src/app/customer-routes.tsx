import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { tiers } from '../usage/tiers.ts'
import { ahead } from './rpc.ts'
import { billingSearch, customerSearch, filters, oneOf, text, usageSearch } from './search.ts'
import { shell } from './shell-route.tsx'

export const customers = createRoute({
  getParentRoute: () => shell,
  path: '/customers',
  validateSearch: filters((search) => ({
    q: text(search.q),
    tier: oneOf(tiers, search.tier),
    create: oneOf(['yes'], search.create),
  })),
  component: lazyRouteComponent(() => import('../customers/customers-page.tsx'), 'CustomersPage'),
})

export const customer = createRoute({
  getParentRoute: () => shell,
  path: '/customers/$customerId',
  validateSearch: customerSearch,
  loader: ({ params }) => void ahead.customers.find.prefetch({ id: params.customerId }),
  component: lazyRouteComponent(() => import('../customers/customer-page.tsx'), 'CustomerPage'),
})

export const usage = createRoute({
  getParentRoute: () => shell,
  path: '/usage',
  staticData: { withoutRange: 'Last 30 days' },
  validateSearch: usageSearch,
  component: lazyRouteComponent(() => import('../usage/usage-route.tsx'), 'UsageRoute'),
})

export const billing = createRoute({
  getParentRoute: () => shell,
  path: '/billing',
  validateSearch: billingSearch,
  component: lazyRouteComponent(() => import('../billing/billing-page.tsx'), 'BillingPage'),
})
export const billingAccount = createRoute({
  getParentRoute: () => billing,
  path: '$customerId',
  loader: ({ params }) => void ahead.billing.overview.prefetch({ customerId: params.customerId }),
})

export const tierList = createRoute({
  getParentRoute: () => shell,
  path: '/tiers',
  validateSearch: filters((search) => ({ publish: oneOf(tiers, search.publish) })),
  component: lazyRouteComponent(() => import('../usage/tiers-page.tsx'), 'TiersPage'),
})
