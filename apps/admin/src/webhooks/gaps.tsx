import { Link } from '@tanstack/react-router'
import { CircleCheck } from 'lucide-react'
import type { Gaps as GapsAnswer } from '../app/contract.ts'
import { Loaded } from '../app/loaded.tsx'
import { rpc } from '../app/rpc.ts'
import { CustomerLink } from '../customers/customer-link.tsx'
import { formatCents, formatDuration, formatNumber, shortId } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { answersOf, BackfillRuns } from './backfill.tsx'
import { sourceName } from './sources-words.tsx'

type Missing = GapsAnswer['missing'][number]

const missingWords: Record<Missing['missing'], string> = {
  end: 'Calls that began two hours ago and have no end, or whose end Retell has not told',
  analysis: 'Calls that ended half an hour ago and have no analysis',
  status: 'Messages sent an hour ago of which nobody knows the fate',
}

/** What should have come and did not, and what has come and is not counted yet. */
export function Gaps() {
  const query = rpc.webhooks.gaps.list.useQuery({})
  return (
    <Loaded query={query} what="The gaps" skeleton={<SkeletonRows rows={6} />}>
      {({ missing, silent, backlog, isBacklogWhole, backfill }) => (
        <div className="grid gap-4 p-4">
          {missing.length + silent.length + backlog.length === 0 && (
            <Empty icon={<CircleCheck />} title="Nothing is missing">
              Calls without an end, messages without a fate, sources that fall silent and what waits to be counted
              appear here.
            </Empty>
          )}
          {silent.length > 0 && (
            <Panel title="Silent at an hour at which they usually speak" flush>
              <PlainTable
                label="Silent sources"
                stacks
                rows={silent}
                keyOf={sourceName}
                columns={[
                  { header: 'Source', card: 'unnamed', cell: (row) => sourceName(row) },
                  {
                    header: 'Usual in this hour',
                    align: 'right',
                    card: 'line',
                    cell: ({ usual }) => formatNumber(usual),
                  },
                ]}
              />
            </Panel>
          )}
          {missing.length > 0 && (
            <Panel title="Missing, of the last seven days" flush>
              <PlainTable
                label="Missing"
                stacks
                rows={missing}
                keyOf={(row) => row.missing}
                columns={[
                  { header: 'What', card: 'unnamed', cell: (row) => missingWords[row.missing] },
                  { header: 'How many', align: 'right', cell: ({ found }) => formatNumber(found) },
                  { header: 'Asked for', card: 'line', cell: ({ answers }) => answersOf(answers) },
                  { header: 'The newest', card: 'line', cell: (row) => <Examples row={row} /> },
                ]}
              />
            </Panel>
          )}
          {backlog.length > 0 && (
            <Panel title={isBacklogWhole ? 'Not counted yet' : 'Not counted yet, of the first of what waits'} flush>
              <PlainTable
                label="Not counted yet"
                stacks
                rows={backlog}
                keyOf={({ customer }) => customer?.id ?? 'nobody'}
                columns={[
                  { header: 'Customer', card: 'unnamed', cell: ({ customer }) => <CustomerLink customer={customer} /> },
                  { header: 'Webhooks', align: 'right', cell: ({ webhooks }) => formatNumber(webhooks) },
                  { header: 'Time', align: 'right', cell: ({ seconds }) => formatDuration(seconds) },
                  { header: 'Segments', align: 'right', cell: ({ segments }) => formatNumber(segments) },
                  { header: 'Worth', align: 'right', cell: ({ cents }) => formatCents(cents) },
                ]}
              />
            </Panel>
          )}
          <BackfillRuns backfill={backfill} />
        </div>
      )}
    </Loaded>
  )
}

function Examples({ row }: { row: Missing }) {
  return (
    <span className="inline-flex gap-2 font-mono @max-[62rem]:flex-wrap text-xs">
      {row.examples.map((id) =>
        row.missing === 'status' ? (
          <Link key={id} to="/messages/$messageId" params={{ messageId: id }} className="hover:underline">
            {shortId(id)}
          </Link>
        ) : (
          <Link key={id} to="/calls/$callId" params={{ callId: id }} className="hover:underline">
            {shortId(id)}
          </Link>
        ),
      )}
    </span>
  )
}
