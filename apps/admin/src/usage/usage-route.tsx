import { lazy, Suspense } from 'react'
import { useMe, wasOwner } from '../app/session.ts'
import { DetailSkeleton } from '../ui/skeleton.tsx'

const UsagePage = lazy(async () => ({ default: (await import('./usage-page.tsx')).UsagePage }))
const OwnUsagePage = lazy(async () => ({ default: (await import('./own-usage-page.tsx')).OwnUsagePage }))

/** Usage as whoever is signed in may see it: all customers', or his own. */
export function UsageRoute() {
  const me = useMe()
  const isOwner = me ? me.role === 'owner' : wasOwner()
  return <Suspense fallback={<DetailSkeleton />}>{isOwner ? <OwnUsagePage /> : <UsagePage />}</Suspense>
}
