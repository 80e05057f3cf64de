import { Link } from '@tanstack/react-router'
import { Building2 } from 'lucide-react'
import type { Overview } from '../app/contract.ts'
import { Empty } from '../ui/notice.tsx'
import { tierName } from '../usage/tiers.ts'
import { formatShare, UsageBar } from '../usage/usage-meter.tsx'

export function NearestCap({ customers }: { customers: Overview['nearestCap'] }) {
  if (customers.length === 0)
    return (
      <Empty compact icon={<Building2 />} title="No customers yet">
        Those who have used most of their cap appear here.
      </Empty>
    )
  return (
    <>
      <div
        aria-hidden
        className="grid h-8 grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)_minmax(0,1fr)] items-center gap-5 border-t px-4 text-xs font-medium text-ink-2 max-sm:hidden"
      >
        <span>Customer</span>
        <span>Minutes</span>
        <span>Messages</span>
      </div>
      <ul>
        {customers.map((customer) => (
          <li
            key={customer.customerId}
            className="relative grid items-center gap-x-5 gap-y-1 border-t px-4 py-2 hover:bg-hover sm:grid-cols-[minmax(0,1.2fr)_minmax(0,1fr)_minmax(0,1fr)]"
          >
            <span className="min-w-0">
              <Link
                to="/customers/$customerId"
                params={{ customerId: customer.customerId }}
                className="row-link block truncate text-sm font-medium"
              >
                {customer.businessName}
              </Link>
              <span className="text-xs text-ink-3">{tierName(customer.tier)}</span>
            </span>
            {(['calls', 'sms'] as const).map((kind) => (
              <span key={kind} className="min-w-0">
                <UsageBar kind={kind} meter={customer[kind]} whose={customer.businessName} />
                <span className="figures block truncate text-xs text-ink-3">
                  {formatShare(kind, customer[kind].used, customer[kind].cap + customer[kind].credit)}
                </span>
              </span>
            ))}
          </li>
        ))}
      </ul>
    </>
  )
}
