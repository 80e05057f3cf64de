import type { ReplayDetail } from '../app/contract.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { Pill } from '../ui/pill.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { periodName } from '../usage/period.ts'
import { formatMoney, formatMove } from './replay-words.tsx'

type Row = ReplayDetail['effects']['money'][number]

/** What moves for whom, in which period. */
export function ReplayMoney({ replay }: { replay: ReplayDetail }) {
  const { money, customers } = replay.effects
  const hasRun = replay.startedAt !== null
  const shown = new Set(money.map(({ customer }) => customer.id)).size
  return (
    <Panel title="Minutes and money, by customer" flush>
      {money.length === 0 ? (
        <p className="border-t px-4 py-3 text-sm text-ink-2">
          {replay.state === 'planning'
            ? 'Nothing has moved so far.'
            : replay.planned < replay.count
              ? `Of the ${formatNumber(replay.planned)} that were tried, none moves anybody’s usage.`
              : 'Nobody’s usage moves.'}
        </p>
      ) : (
        <PlainTable<Row>
          label="Minutes and money by customer"
          rows={money}
          keyOf={({ customer, unit, periodStart }) => `${customer.id} ${unit} ${periodStart}`}
          columns={[
            { header: 'Customer', cell: ({ customer }) => <CustomerLink customer={customer} /> },
            {
              header: 'Period',
              cell: ({ periodStart, isClosed }) => (
                <span className="inline-flex items-center gap-2">
                  {periodName(periodStart)}
                  {isClosed && <Pill tone="warn">Closed: correction line</Pill>}
                </span>
              ),
            },
            { header: 'Usage', align: 'right', cell: ({ unit, quantity }) => formatMove(unit, quantity) },
            { header: 'Money', align: 'right', cell: ({ cents }) => formatMoney(cents) },
            ...(hasRun
              ? [
                  {
                    header: 'Booked',
                    align: 'right' as const,
                    cell: ({ unit, booked }: Row) => <span className="font-medium">{formatMove(unit, booked)}</span>,
                  },
                ]
              : []),
          ]}
        />
      )}
      {shown < customers && (
        <p className="border-t px-4 py-2 text-xs text-ink-2">
          The largest are shown, {formatNumber(shown)} of {formatNumber(customers)} customers. The sums above hold all.
        </p>
      )}
    </Panel>
  )
}
