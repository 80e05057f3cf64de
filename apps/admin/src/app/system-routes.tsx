import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { ahead } from './rpc.ts'
import { auditSearch, differenceSearch, runSearch } from './search.ts'
import { shell } from './shell-route.tsx'

export const audit = createRoute({
  getParentRoute: () => shell,
  path: '/audit',
  staticData: { withoutRange: 'Any time' },
  validateSearch: auditSearch,
  component: lazyRouteComponent(() => import('../audit/audit-page.tsx'), 'AuditPage'),
})

export const auditRow = createRoute({ getParentRoute: () => audit, path: '$auditId' })

export const reconciliation = createRoute({
  getParentRoute: () => shell,
  path: '/reconciliation',
  validateSearch: runSearch,
  component: lazyRouteComponent(() => import('../reconciliation/runs-page.tsx'), 'RunsPage'),
})
export const reconciliationRun = createRoute({
  getParentRoute: () => shell,
  path: '/reconciliation/$runId',
  validateSearch: differenceSearch,
  loader: ({ params }) => void ahead.reconciliation.runs.get.prefetch({ id: params.runId }),
  component: lazyRouteComponent(() => import('../reconciliation/run-page.tsx'), 'RunPage'),
})

export const privacy = createRoute({
  getParentRoute: () => shell,
  path: '/privacy',
  component: lazyRouteComponent(() => import('../privacy/privacy-page.tsx'), 'PrivacyPage'),
})

export const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('../sessions/settings-page.tsx'), 'SettingsPage'),
})
