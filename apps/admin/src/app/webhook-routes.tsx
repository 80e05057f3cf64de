import { createRoute, lazyRouteComponent } from '@tanstack/react-router'
import { providers } from '../webhooks/words.tsx'
import { filters, oneOf, text } from './search.ts'
import { shell } from './shell-route.tsx'

/** `after`: it is paused behind the webhook of this cursor. */
const tailSearch = filters((search) => ({
  provider: oneOf(providers, search.provider),
  phone: text(search.phone),
  type: text(search.type),
  refused: oneOf(['yes'], search.refused),
  after: text(search.after),
  open: text(search.open),
}))
export type TailSearch = ReturnType<typeof tailSearch>

export const webhookTail = createRoute({
  getParentRoute: () => shell,
  path: '/webhooks/tail',
  validateSearch: tailSearch,
  component: lazyRouteComponent(() => import('../webhooks/tail-page.tsx'), 'TailPage'),
})
