import { ExternalLink, Receipt } from 'lucide-react'
import { useMemo } from 'react'
import type { InvoiceRow } from '../app/contract.ts'
import { useLiveList } from '../app/live-list.ts'
import { Loaded } from '../app/loaded.tsx'
import { rpcClient } from '../app/rpc.ts'
import { Button } from '../ui/button.tsx'
import { formatCents, formatDay } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { InvoiceMark } from './words.tsx'

const topics = ['billing'] as const
const path = ['billing', 'invoices'] as const

/** A customer's invoices as Stripe has them; the newest fifty, and older ones on request. */
export function Invoices({ customerId }: { customerId: string }) {
  const filter = useMemo(() => ({ customerId }), [customerId])
  const list = useLiveList<InvoiceRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.billing.invoices.list.query({ ...filter, ...page }, { signal }),
  })
  return (
    <Panel title="Invoices" flush actions={<span className="figures text-xs text-ink-3">{list.count}</span>}>
      <Loaded query={list.query} what="The invoices" skeleton={<SkeletonRows rows={3} />}>
        {() =>
          list.rows.length === 0 ? (
            <Empty compact icon={<Receipt />} title="No invoice yet">
              Stripe makes one each month of a subscription; it appears here as Stripe has it.
            </Empty>
          ) : (
            <>
              <PlainTable
                label="Invoices"
                rows={list.rows}
                keyOf={({ id }) => id}
                columns={[
                  {
                    header: 'Invoice',
                    cell: ({ url, number, stripeInvoiceId }) =>
                      url ? (
                        <a
                          href={url}
                          target="_blank"
                          rel="noreferrer"
                          className="inline-flex items-center gap-1 text-accent-ink hover:underline"
                        >
                          {number ?? stripeInvoiceId}
                          <ExternalLink aria-hidden className="size-3" />
                        </a>
                      ) : (
                        (number ?? stripeInvoiceId)
                      ),
                  },
                  { header: 'State', cell: ({ status }) => <InvoiceMark status={status} /> },
                  { header: 'Amount', align: 'right', cell: ({ amountDueCents }) => formatCents(amountDueCents) },
                  { header: 'Paid', align: 'right', cell: ({ amountPaidCents }) => formatCents(amountPaidCents) },
                  { header: 'Issued', cell: ({ issuedAt }) => formatDay(Date.parse(issuedAt)) },
                  {
                    header: 'Next attempt',
                    cell: ({ nextAttemptAt }) => (nextAttemptAt ? formatDay(Date.parse(nextAttemptAt)) : '—'),
                  },
                ]}
              />
              {list.query.hasNextPage && (
                <div className="border-t px-4 py-2">
                  <Button size="small" busy={list.loadingMore} onClick={list.loadMore}>
                    Older invoices
                  </Button>
                </div>
              )}
            </>
          )
        }
      </Loaded>
    </Panel>
  )
}
