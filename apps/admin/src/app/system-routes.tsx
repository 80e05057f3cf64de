import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { ahead } from './rpc.ts'
import { auditSearch, differenceSearch, replaySearch, runSearch, sourceSearch } from './search.ts'
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

export const sources = createRoute({
  getParentRoute: () => shell,
  path: '/sources',
  validateSearch: sourceSearch,
  loader: () => void ahead.webhooks.sources.list.prefetch({}),
  component: lazyRouteComponent(() => import('../webhooks/sources-page.tsx'), 'SourcesPage'),
})

export const replays = createRoute({
  getParentRoute: () => shell,
  path: '/replays',
  validateSearch: replaySearch,
  component: lazyRouteComponent(() => import('../webhooks/replays-page.tsx'), 'ReplaysPage'),
})
export const replayNew = createRoute({
  getParentRoute: () => shell,
  path: '/replays/new',
  staticData: { withoutRange: 'Any time' },
  validateSearch: replaySearch,
  component: lazyRouteComponent(() => import('../webhooks/replay-new-page.tsx'), 'ReplayNewPage'),
})
export const replay = createRoute({
  getParentRoute: () => shell,
  path: '/replays/$replayId',
  validateSearch: replaySearch,
  loader: ({ params }) => void ahead.webhooks.replays.find.prefetch({ id: params.replayId }),
  component: lazyRouteComponent(() => import('../webhooks/replay-page.tsx'), 'ReplayPage'),
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
