import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
  retainSearchParams,
} from '@tanstack/react-router'
import { severitiesByWeight } from '../alerts/severity.tsx'
import { tiers } from '../usage/tiers.ts'
import { providers, webhookStates } from '../webhooks/words.tsx'
import { Broken } from './broken.tsx'
import { NotFound } from './not-found.tsx'
import { cleanRange } from './range.tsx'
import { ahead, problemOf } from './rpc.ts'
import { rememberSignedIn, wasSignedIn } from './session.ts'
import { Shell } from './shell.tsx'

type Search = Record<string, unknown>

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() ? value : undefined
}
function oneOf<const Option extends string>(options: readonly Option[], value: unknown): Option | undefined {
  return options.find((option) => option === value)
}

/** A filter may always be left out. */
const filters =
  <Filters extends object>(read: (search: Search) => Filters) =>
  (search: Search): Partial<Filters> =>
    read(search)

const shellSearch = filters((search) => ({ range: cleanRange(search.range) }))
const webhookSearch = filters((search) => ({
  state: oneOf(webhookStates, search.state),
  provider: oneOf(providers, search.provider),
  phone: text(search.phone),
  q: text(search.q),
}))
const eventSearch = filters((search) => ({
  status: text(search.status),
  phone: text(search.phone),
  customer: text(search.customer),
}))
const unknownSearch = filters((search) => ({
  show: oneOf(['resolved'], search.show),
  phone: text(search.phone),
}))
const alertSearch = filters((search) => ({
  view: oneOf(['open', 'acknowledged', 'all'], search.view),
  severity: oneOf(severitiesByWeight, search.severity),
  type: text(search.type),
  customer: text(search.customer),
}))

export type WebhookSearch = ReturnType<typeof webhookSearch>
export type EventSearch = ReturnType<typeof eventSearch>
export type UnknownSearch = ReturnType<typeof unknownSearch>
export type AlertSearch = ReturnType<typeof alertSearch>

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound })

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: filters((search) => ({ to: text(search.to) })),
  component: lazyRouteComponent(() => import('../sessions/sign-in-page.tsx'), 'SignInPage'),
})

const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  validateSearch: shellSearch,
  search: { middlewares: [retainSearchParams<ReturnType<typeof shellSearch>>(['range'])] },
  beforeLoad: async ({ location }) => {
    if (wasSignedIn()) return
    try {
      await ahead.sessions.me.fetch()
      rememberSignedIn(true)
    } catch (error) {
      if (problemOf(error).code !== 'UNAUTHORIZED') throw error
      redirect({ to: '/sign-in', search: { to: location.href }, replace: true, throw: true })
    }
  },
  component: Shell,
})

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
  validateSearch: eventSearch,
  component: lazyRouteComponent(() => import('../calls/calls-page.tsx'), 'CallsPage'),
})
const call = createRoute({ getParentRoute: () => calls, path: '$callId' })

const messages = createRoute({
  getParentRoute: () => shell,
  path: '/messages',
  staticData: { withoutRange: 'Any time' },
  validateSearch: eventSearch,
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

const customers = createRoute({
  getParentRoute: () => shell,
  path: '/customers',
  validateSearch: filters((search) => ({
    q: text(search.q),
    tier: oneOf(tiers, search.tier),
    create: oneOf(['yes'], search.create),
  })),
  component: lazyRouteComponent(() => import('../customers/customers-page.tsx'), 'CustomersPage'),
})
const customer = createRoute({
  getParentRoute: () => shell,
  path: '/customers/$customerId',
  loader: ({ params }) => void ahead.customers.find.prefetch({ id: params.customerId }),
  component: lazyRouteComponent(() => import('../customers/customer-page.tsx'), 'CustomerPage'),
})

const settings = createRoute({
  getParentRoute: () => shell,
  path: '/settings',
  component: lazyRouteComponent(() => import('../sessions/settings-page.tsx'), 'SettingsPage'),
})

const ops = createRoute({
  getParentRoute: () => shell,
  path: '/ops',
  validateSearch: filters((search) => ({
    ...webhookSearch(search),
    ...alertSearch(search),
    tab: oneOf(['alerts', 'webhook-queue', 'unknown-numbers'], search.tab),
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
  shell.addChildren([
    overview,
    alerts.addChildren([alert]),
    alertFull,
    webhooks.addChildren([webhook]),
    webhookFull,
    calls.addChildren([call]),
    messages.addChildren([message]),
    unknownNumbers.addChildren([unknownNumber]),
    customers,
    customer,
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
