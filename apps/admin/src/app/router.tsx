import { createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router'
import { Broken } from './broken.tsx'
import { billing, billingAccount, customer, customers, tierList, usage } from './customer-routes.tsx'
import { forgotPassword, invitation, register, resetPassword, root, secondFactor, signIn } from './doors.tsx'
import { NotFound } from './not-found.tsx'
import { ahead } from './rpc.ts'
import {
  alertSearch,
  callSearch,
  errorSearch,
  filters,
  messageSearch,
  oneOf,
  text,
  unknownSearch,
  webhookSearch,
} from './search.ts'
import { shell } from './shell-route.tsx'
import {
  audit,
  auditRow,
  privacy,
  reconciliation,
  reconciliationRun,
  replay,
  replayNew,
  replays,
  settings,
  sources,
} from './system-routes.tsx'
import { webhookTail } from './webhook-routes.tsx'

const overview = createRoute({
  getParentRoute: () => shell,
  path: '/',
  staticData: { withoutRange: 'Last 24 hours' },
  component: lazyRouteComponent(() => import('../insights/overview-page.tsx'), 'OverviewPage'),
})

const alerts = createRoute({
  getParentRoute: () => shell,
  path: '/alerts',
  validateSearch: alertSearch,
  component: lazyRouteComponent(() => import('../alerts/alerts-page.tsx'), 'AlertsPage'),
})
const alert = createRoute({
  getParentRoute: () => alerts,
  path: '$alertId',
  loader: ({ params }) => void ahead.alerts.find.prefetch({ id: params.alertId }),
})
const alertFull = createRoute({
  getParentRoute: () => shell,
  path: '/alerts/$alertId/full',
  loader: ({ params }) => void ahead.alerts.find.prefetch({ id: params.alertId }),
  component: lazyRouteComponent(() => import('../alerts/alert-page.tsx'), 'AlertPage'),
})

const webhooks = createRoute({
  getParentRoute: () => shell,
  path: '/webhooks',
  staticData: { withoutRange: 'Any time' },
  validateSearch: webhookSearch,
  component: lazyRouteComponent(() => import('../webhooks/webhooks-page.tsx'), 'WebhooksPage'),
})
const webhook = createRoute({
  getParentRoute: () => webhooks,
  path: '$webhookId',
  loader: ({ params }) => void ahead.webhooks.find.prefetch({ id: params.webhookId }),
})
const webhookFull = createRoute({
  getParentRoute: () => shell,
  path: '/webhooks/$webhookId/full',
  loader: ({ params }) => void ahead.webhooks.find.prefetch({ id: params.webhookId }),
  component: lazyRouteComponent(() => import('../webhooks/webhook-page.tsx'), 'WebhookPage'),
})

const calls = createRoute({
  getParentRoute: () => shell,
  path: '/calls',
  staticData: { withoutRange: 'Any time' },
  validateSearch: callSearch,
  component: lazyRouteComponent(() => import('../calls/calls-page.tsx'), 'CallsPage'),
})
const call = createRoute({ getParentRoute: () => calls, path: '$callId' })

const messages = createRoute({
  getParentRoute: () => shell,
  path: '/messages',
  staticData: { withoutRange: 'Any time' },
  validateSearch: messageSearch,
  component: lazyRouteComponent(() => import('../messages/messages-page.tsx'), 'MessagesPage'),
})
const message = createRoute({ getParentRoute: () => messages, path: '$messageId' })

const unknownNumbers = createRoute({
  getParentRoute: () => shell,
  path: '/unknown-numbers',
  validateSearch: unknownSearch,
  component: lazyRouteComponent(() => import('../numbers/unknown-numbers-page.tsx'), 'UnknownNumbersPage'),
})
const unknownNumber = createRoute({ getParentRoute: () => unknownNumbers, path: '$unknownPhoneId' })

const errors = createRoute({
  getParentRoute: () => shell,
  path: '/errors',
  staticData: { withoutRange: 'Any time' },
  validateSearch: errorSearch,
  component: lazyRouteComponent(() => import('../errors/errors-page.tsx'), 'ErrorsPage'),
})
const error = createRoute({
  getParentRoute: () => errors,
  path: '$errorId',
  loader: ({ params }) => void ahead.errors.find.prefetch({ id: params.errorId }),
})
const errorFull = createRoute({
  getParentRoute: () => shell,
  path: '/errors/$errorId/full',
  loader: ({ params }) => void ahead.errors.find.prefetch({ id: params.errorId }),
  component: lazyRouteComponent(() => import('../errors/error-page.tsx'), 'ErrorPage'),
})

const staff = createRoute({
  getParentRoute: () => shell,
  path: '/staff',
  staticData: { withoutRange: 'Any time' },
  validateSearch: filters((search) => ({
    tab: oneOf(['keys'], search.tab),
    q: text(search.q),
    role: text(search.role),
    stands: text(search.stands),
    customer: text(search.customer),
    open: text(search.open),
    create: oneOf(['yes'], search.create),
  })),
  component: lazyRouteComponent(() => import('../staff/staff-page.tsx'), 'StaffPage'),
})

const ops = createRoute({
  getParentRoute: () => shell,
  path: '/ops',
  validateSearch: filters((search) => ({
    ...webhookSearch(search),
    ...errorSearch(search),
    ...alertSearch(search),
    tab: oneOf(['alerts', 'webhook-queue', 'unknown-numbers', 'errors'], search.tab),
    show: oneOf(['resolved'], search.show),
  })),
  component: lazyRouteComponent(() => import('../insights/ops-page.tsx'), 'OpsPage'),
})

const gallery = import.meta.env.DEV
  ? [
      createRoute({
        getParentRoute: () => root,
        path: '/gallery',
        component: lazyRouteComponent(() => import('./gallery.tsx'), 'Gallery'),
      }),
    ]
  : []

const routeTree = root.addChildren([
  signIn,
  forgotPassword,
  resetPassword,
  secondFactor,
  register,
  invitation,
  shell.addChildren([
    overview,
    alerts.addChildren([alert]),
    alertFull,
    webhooks.addChildren([webhook]),
    webhookTail,
    webhookFull,
    calls.addChildren([call]),
    messages.addChildren([message]),
    unknownNumbers.addChildren([unknownNumber]),
    customers,
    customer,
    usage,
    billing.addChildren([billingAccount]),
    tierList,
    errors.addChildren([error]),
    errorFull,
    reconciliation,
    reconciliationRun,
    sources,
    replays,
    replayNew,
    replay,
    audit.addChildren([auditRow]),
    privacy,
    staff,
    settings,
    ops,
  ]),
  ...gallery,
])

export const router = createRouter({
  routeTree,
  basepath: '/admin',
  defaultPreload: 'intent',
  defaultPreloadDelay: 80,
  defaultPreloadStaleTime: 0,
  defaultNotFoundComponent: NotFound,
  defaultErrorComponent: Broken,
  // every filter is text as it stands in the address
  parseSearch: (search) => Object.fromEntries(new URLSearchParams(search)),
  stringifySearch: (search) => {
    const set = Object.entries(search).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
    const query = new URLSearchParams(set).toString()
    return query ? `?${query}` : ''
  },
})

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router
  }
}
