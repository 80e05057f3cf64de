import { useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { useFilters } from '../app/filters.ts'
import { useTitle } from '../app/page.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { ViewTabs } from '../ui/tabs.tsx'

const pages = {
  alerts: lazy(async () => ({ default: (await import('../alerts/alerts-page.tsx')).AlertsPage })),
  'webhook-queue': lazy(async () => ({ default: (await import('../webhooks/webhooks-page.tsx')).WebhooksPage })),
  'unknown-numbers': lazy(async () => ({
    default: (await import('../numbers/unknown-numbers-page.tsx')).UnknownNumbersPage,
  })),
  errors: lazy(async () => ({ default: (await import('../errors/errors-page.tsx')).ErrorsPage })),
}
type Tab = keyof typeof pages

/** What needs an operator, side by side. Each tab is the page itself. */
export function OpsPage() {
  useTitle('Operations')
  const { tab = 'alerts' } = useSearch({ from: '/shell/ops' })
  const [filters, setFilters] = useFilters<Record<string, string | undefined>>()
  const Page = pages[tab]
  return (
    <div className="flex h-full flex-col">
      <div className="border-b px-3 py-1.5">
        <ViewTabs<Tab>
          label="Operations"
          value={tab}
          onChange={(next) =>
            // the filters of one list mean nothing to the next
            setFilters({ ...Object.fromEntries(Object.keys(filters).map((name) => [name, undefined])), tab: next })
          }
          views={[
            { value: 'alerts', label: 'Alerts' },
            { value: 'webhook-queue', label: 'Webhook queue' },
            { value: 'unknown-numbers', label: 'Unknown numbers' },
            { value: 'errors', label: 'Errors' },
          ]}
        />
      </div>
      <div className="min-h-0 flex-1">
        <Suspense fallback={<SkeletonRows />}>
          <Page key={tab} />
        </Suspense>
      </div>
    </div>
  )
}
