import { Link } from '@tanstack/react-router'
import { BellRing } from 'lucide-react'
import { SeverityPill } from '../alerts/severity.tsx'
import type { AlertRow } from '../app/contract.ts'
import { Empty } from '../ui/notice.tsx'
import { Dot } from '../ui/pill.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'

export function LastAlerts({ alerts }: { alerts: AlertRow[] }) {
  if (alerts.length === 0)
    return (
      <Empty compact icon={<BellRing />} title="No alerts yet">
        When a cap is crossed or a provider refuses us, an alert appears here.
      </Empty>
    )
  return (
    <ul>
      {alerts.map((alert) => (
        <li
          key={alert.id}
          className="relative grid grid-cols-[4rem_minmax(0,1fr)_auto] items-center gap-x-3 border-t px-4 py-2 text-sm hover:bg-hover"
        >
          <span>
            <SeverityPill severity={alert.severity} />
          </span>
          <Link
            to="/alerts/$alertId"
            params={{ alertId: alert.id }}
            search={{ view: 'all' }}
            className="row-link truncate"
          >
            {alert.title}
          </Link>
          <span className="flex items-center gap-2 text-xs text-ink-3">
            {alert.acknowledgedAt === null && (
              <>
                <Dot tone="bad" />
                <span className="sr-only">open</span>
              </>
            )}
            <TimeAgo at={alert.createdAt} />
          </span>
        </li>
      ))}
    </ul>
  )
}
