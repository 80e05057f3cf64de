import { Link } from '@tanstack/react-router'
import { Gauge } from 'lucide-react'
import type { CustomerDetail } from '../app/contract.ts'
import { Empty } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { formatUsage } from '../usage/usage-meter.tsx'
import { entryWords } from '../usage/words.ts'

/** The latest entries of the ledger: what was added to the usage, and what was taken back. */
export function Ledger({ customer }: { customer: CustomerDetail }) {
  return (
    <Panel
      title="Latest ledger entries"
      flush
      actions={
        <Link to="." search={{ tab: 'ledger' }} className="text-sm text-accent-ink hover:underline">
          The whole ledger
        </Link>
      }
    >
      {customer.recentEntries.length === 0 ? (
        <Empty compact icon={<Gauge />} title="Nothing has been metered">
          The first call or message on one of its lines appears here.
        </Empty>
      ) : (
        <div
          className="scroll-thin overflow-x-auto border-t"
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
          tabIndex={0}
        >
          <table className="figures w-full text-sm">
            <thead className="text-xs text-ink-2">
              <tr className="border-b">
                <th scope="col" className="h-8 px-4 text-left font-medium">
                  Meter
                </th>
                <th scope="col" className="px-2 text-left font-medium sm:px-4">
                  Kind
                </th>
                <th scope="col" className="px-2 text-right font-medium sm:px-4">
                  Amount
                </th>
                <th scope="col" className="px-4 text-right font-medium">
                  Happened
                </th>
                <th scope="col" className="px-4 text-right font-medium max-sm:hidden">
                  Recorded
                </th>
              </tr>
            </thead>
            <tbody>
              {customer.recentEntries.map((entry) => (
                <tr key={entry.id} className="border-b last:border-b-0 hover:bg-hover">
                  <td className="h-9 px-4 whitespace-nowrap">{entry.meter === 'call_seconds' ? 'Call' : 'Message'}</td>
                  <td className="px-2 sm:px-4">
                    {entry.kind === 'usage' ? (
                      <span className="text-ink-2">Usage</span>
                    ) : (
                      <Pill tone="info">{entryWords[entry.kind]}</Pill>
                    )}
                  </td>
                  <td className="px-2 text-right font-medium whitespace-nowrap sm:px-4">
                    {entry.kind !== 'usage' && entry.quantity > 0 && '+'}
                    {formatUsage(entry.meter === 'call_seconds' ? 'calls' : 'sms', entry.quantity)}
                  </td>
                  <td className="px-4 text-right whitespace-nowrap text-ink-2">
                    <TimeAgo at={entry.occurredAt} />
                  </td>
                  <td className="px-4 text-right whitespace-nowrap text-ink-2 max-sm:hidden">
                    <TimeAgo at={entry.recordedAt} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Panel>
  )
}
