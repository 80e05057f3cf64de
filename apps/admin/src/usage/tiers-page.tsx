import { Layers, Plus } from 'lucide-react'
import { actorName } from '../app/actor-name.ts'
import type { TierRow, TierVersion } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { Loaded } from '../app/loaded.tsx'
import { PageHeader } from '../app/page.tsx'
import { rpc } from '../app/rpc.ts'
import { useAdminRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { formatCents, formatCount, formatUtc } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { Fold, Panel } from '../ui/panel.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { PublishTier } from './publish-tier.tsx'
import { tierName } from './tiers.ts'
import { TopupsPanel } from './topups-panel.tsx'
import { formatCap } from './usage-meter.tsx'

type TiersSearch = { publish?: TierVersion['tier'] }

/** What each tier includes and costs, as it is and as it was. */
export function TiersPage() {
  const query = rpc.usage.tiers.list.useQuery()
  const [{ publish }, setFilters] = useFilters<TiersSearch>()
  const refusal = useAdminRefusal()
  const chosen = query.data?.items.find(({ tier }) => tier === publish)
  return (
    <div className="mx-auto max-w-6xl pb-12">
      <PageHeader title="Tiers" count={query.data && String(query.data.items.length)}>
        What a month of each tier costs and includes, and what is sold on top. A version is never changed: a new one
        follows it.
      </PageHeader>
      <div className="grid grid-cols-1 gap-4 px-4">
        <Loaded query={query} what="The tiers" skeleton={<Waiting />}>
          {({ items }) =>
            items.length === 0 ? (
              <Empty icon={<Layers />} title="No tier is in force">
                The tiers are written when the database is made.
              </Empty>
            ) : (
              items.map((row) => (
                <OneTier
                  key={row.tier}
                  row={row}
                  refusal={refusal}
                  onPublish={() => setFilters({ publish: row.tier })}
                />
              ))
            )
          }
        </Loaded>
        <TopupsPanel refusal={refusal} />
      </div>
      {chosen && !refusal && (
        <PublishTier key={chosen.tier} present={chosen} onClose={() => setFilters({ publish: undefined })} />
      )}
    </div>
  )
}

const columns = [
  { header: 'Version', cell: ({ version }: TierVersion) => version },
  { header: 'A month', align: 'right' as const, cell: (row: TierVersion) => formatCents(row.monthlyPriceCents) },
  { header: 'Minutes', align: 'right' as const, cell: (row: TierVersion) => formatCap('calls', row.callCapSeconds) },
  { header: 'Messages', align: 'right' as const, cell: (row: TierVersion) => formatCap('sms', row.smsCapSegments) },
  {
    header: 'Grace',
    align: 'right' as const,
    cell: (row: TierVersion) => both(row.callGraceSeconds, row.smsGraceSegments),
  },
  {
    header: 'Rolls over',
    align: 'right' as const,
    cell: (row: TierVersion) => both(row.callRolloverSeconds, row.smsRolloverSegments),
  },
  { header: 'Since', cell: (row: TierVersion) => formatUtc(Date.parse(row.effectiveFrom)).slice(0, 10) },
  { header: 'By', cell: ({ publishedBy }: TierVersion) => (publishedBy ? actorName(publishedBy).name : '—') },
]

function both(seconds: number, segments: number): string {
  const parts = [seconds > 0 && formatCap('calls', seconds), segments > 0 && formatCap('sms', segments)]
  return parts.filter((part) => part !== false).join(', ') || 'None'
}

function OneTier({ row, refusal, onPublish }: { row: TierRow; refusal: string | undefined; onPublish: () => void }) {
  const name = tierName(row.tier)
  return (
    <Panel
      title={name}
      flush
      actions={
        <Button size="small" refused={refusal} aria-label={`New version of ${name}`} onClick={onPublish}>
          <Plus aria-hidden className="size-3.5" />
          New version…
        </Button>
      }
    >
      <PlainTable label={`${name} as it is`} rows={[row]} keyOf={({ version }) => String(version)} columns={columns} />
      {row.earlier.length > 0 && (
        <Fold title={formatCount(row.earlier.length, 'earlier version')}>
          <div className="-mx-4 sm:-mx-5">
            <PlainTable
              label={`${name} as it was`}
              rows={row.earlier}
              keyOf={({ version }) => String(version)}
              columns={columns}
            />
          </div>
        </Fold>
      )}
    </Panel>
  )
}

function Waiting() {
  return (
    <div role="status" aria-label="Loading" className="grid gap-4">
      {['core', 'pro', 'elite', 'scale'].map((tier) => (
        <Skeleton key={tier} className="h-28 rounded-lg" />
      ))}
    </div>
  )
}
