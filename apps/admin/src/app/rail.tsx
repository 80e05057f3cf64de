import { Link } from '@tanstack/react-router'
import { Badge } from '../ui/pill.tsx'
import { type Place, places } from './navigation.ts'
import { rpc } from './rpc.ts'

function useBadges(): Partial<
  Record<Place['to'], { count: number; tone: 'neutral' | 'bad' | 'critical'; what: string }>
> {
  const counts = rpc.webhooks.counts.useQuery({}).data
  const alerts = rpc.alerts.list.useQuery({ state: 'open', limit: 100 }).data?.items
  const errors = rpc.errors.list.useQuery({ state: 'open', limit: 1 }).data?.unresolvedCount
  const unknown = rpc.unknownPhones.list.useQuery({ state: 'open', limit: 100 }).data?.items
  return {
    '/alerts': {
      count: alerts?.length ?? 0,
      tone: alerts?.some(({ severity }) => severity === 'critical') ? 'critical' : 'bad',
      what: 'open',
    },
    '/webhooks': { count: (counts?.failed ?? 0) + (counts?.dead ?? 0), tone: 'bad', what: 'failed or dead' },
    '/errors': { count: errors ?? 0, tone: 'neutral', what: 'open' },
    '/unknown-numbers': { count: unknown?.length ?? 0, tone: 'neutral', what: 'open' },
  }
}

export function Mark() {
  return (
    <svg viewBox="0 0 32 32" aria-hidden className="size-6 shrink-0">
      <rect width="32" height="32" rx="8" className="fill-accent" />
      <g fill="none" strokeWidth="2.6" strokeLinecap="round" className="stroke-on-accent">
        <path d="M6.500 9.500h4.500c5.500 0 4.500 6.500 10 6.500h4.500" />
        <path d="M6.500 16h19" />
        <path d="M6.500 22.500h4.500c5.500 0 4.500-6.500 10-6.500" />
      </g>
    </svg>
  )
}

/** The domains, in their four groups, each with what waits in it. */
export function Rail({ onGo }: { onGo?: () => void }) {
  const badges = useBadges()
  return (
    <nav aria-label="Main" className="scroll-thin flex min-h-0 flex-1 flex-col overflow-y-auto px-2.5 pb-4">
      <Link to="/" onClick={onGo} className="flex h-12 items-center gap-2.5 px-2">
        <Mark />
        <span className="text-[15px] font-semibold tracking-tight">Trunkline</span>
      </Link>
      {places.map(({ group, places }) => (
        <div key={group} className="mt-3">
          <h2 className="px-2 pb-1 text-2xs font-medium tracking-wide text-ink-3">{group}</h2>
          <ul className="grid gap-px">
            {places.map((place) => {
              const badge = badges[place.to]
              return (
                <li key={place.to}>
                  <Link
                    to={place.to}
                    onClick={onGo}
                    activeOptions={{ exact: place.to === '/', includeSearch: false }}
                    className="group flex h-8 items-center gap-2.5 rounded-md px-2 text-sm font-medium text-ink-2 transition-colors duration-75 hover:bg-hover hover:text-ink data-[status=active]:bg-chosen data-[status=active]:text-accent-ink"
                  >
                    <place.icon
                      aria-hidden
                      className="size-4 text-ink-3 group-hover:text-ink-2 group-data-[status=active]:text-accent-ink"
                    />
                    <span className="flex-1 truncate">{place.label}</span>
                    {badge && <Badge count={badge.count} tone={badge.tone} />}
                    {badge && badge.count > 0 && <span className="sr-only">{badge.what}</span>}
                  </Link>
                </li>
              )
            })}
          </ul>
        </div>
      ))}
    </nav>
  )
}
