import { Link } from '@tanstack/react-router'
import { Download, ReceiptText } from 'lucide-react'
import type { LineRow, InvoicePreview as Preview } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { formatCents } from '../ui/format.ts'
import { Empty, Note } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { periodName } from '../usage/period.ts'
import { tierName } from '../usage/tiers.ts'
import { formatUsage } from '../usage/usage-meter.tsx'
import { kindOf } from '../usage/words.ts'
import { CostFigure, MarginFigure } from './cost.tsx'
import { lineName } from './words.tsx'

/** What the open period comes to so far, line by line; beside it what the providers take and what is left. */
export function InvoicePreview({ customerId }: { customerId?: string }) {
  const query = rpc.billing.invoicePreview.useQuery({ customerId })
  return (
    <Panel
      title="What this period comes to"
      flush
      actions={
        <>
          {query.data && (
            <span className="figures text-xs text-ink-2 max-sm:hidden">{periodName(query.data.periodStart)}</span>
          )}
          <Button asChild size="small">
            <a
              href={`/api/billing/invoice-preview.csv${customerId ? `?${new URLSearchParams({ customerId })}` : ''}`}
              download
            >
              <Download aria-hidden className="size-3.5" />
              CSV
            </a>
          </Button>
        </>
      }
    >
      <Loaded query={query} what="The invoice preview" skeleton={<Skeleton className="m-4 h-32 rounded-md" />}>
        {(preview) => <Shown preview={preview} canExplain={customerId !== undefined} />}
      </Loaded>
    </Panel>
  )
}

export function LineAmount({ line }: { line: Pick<LineRow, 'kind' | 'meter' | 'quantity'> }) {
  return line.meter && line.kind !== 'fee' ? formatUsage(kindOf(line.meter), line.quantity) : '—'
}

function Shown({ preview, canExplain }: { preview: Preview; canExplain: boolean }) {
  const { lines, totals, unrated } = preview
  const withCost = totals.unpriced !== null
  const waits = [
    unrated.callSeconds !== 0 && formatUsage('calls', unrated.callSeconds),
    unrated.smsSegments !== 0 && formatUsage('sms', unrated.smsSegments),
  ].filter((part) => part !== false)
  return (
    <>
      {lines.length === 0 ? (
        <Empty compact icon={<ReceiptText />} title="No line yet">
          A line appears within a minute of the first usage, payment or fee of this period.
        </Empty>
      ) : (
        <PlainTable
          label="Lines of this period"
          rows={lines}
          keyOf={({ id }) => id}
          columns={[
            {
              header: 'Line',
              cell: (line) =>
                canExplain ? (
                  <Link
                    to="."
                    search={(before) => ({ ...before, tab: 'lines' as const, open: line.id })}
                    className="font-medium text-accent-ink hover:underline"
                  >
                    {lineName(line)}
                  </Link>
                ) : (
                  <span className="font-medium">{lineName(line)}</span>
                ),
            },
            { header: 'Tier', cell: ({ tier }) => tierName(tier) },
            { header: 'Quantity', align: 'right', cell: (line) => <LineAmount line={line} /> },
            { header: 'Amount', align: 'right', cell: ({ amountCents }) => formatCents(amountCents) },
            ...(withCost
              ? [
                  {
                    header: 'Providers take',
                    align: 'right' as const,
                    cell: (line: LineRow) => <CostFigure of={line} />,
                  },
                  {
                    header: 'Margin',
                    align: 'right' as const,
                    cell: (line: LineRow) => <MarginFigure of={line} />,
                  },
                ]
              : []),
          ]}
          foot={[
            'Together',
            '',
            '',
            formatCents(totals.totalCents),
            ...(withCost ? [<CostFigure key="cost" of={totals} />, <MarginFigure key="margin" of={totals} />] : []),
          ]}
        />
      )}
      <p className="figures border-t px-4 py-2.5 text-sm">
        <strong className="font-medium">{formatCents(totals.dueCents)}</strong>{' '}
        <span className="text-ink-2">
          is left for the invoice; {formatCents(totals.prepaidCents)} was paid at once.
        </span>
      </p>
      {waits.length > 0 && <Note className="mx-4 mb-4">{waits.join(' and ')} wait to be rated: within a minute.</Note>}
    </>
  )
}
