import { Link } from '@tanstack/react-router'
import { CircleCheck, RotateCcw, ShieldCheck } from 'lucide-react'
import type { CauseRow, Provider, Refusal } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { Loaded } from '../app/loaded.tsx'
import type { SourceSearch } from '../app/search.ts'
import { Button } from '../ui/button.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { formatNumber } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { TimeAgo } from '../ui/time-ago.tsx'
import { ClassMark, classChoices } from './sources-words.tsx'
import { providerChoices, providerNames } from './words.tsx'

type Causes = { items: CauseRow[] }
type OnReverify = (which: { provider: Provider; refusal: Refusal }) => void

/** Why webhooks were refused, fail or died: a row a cause, the largest first, with what is to be done. */
export function Causes({
  query,
  refusal,
  onReverify,
}: {
  query: { data: Causes | undefined; error: unknown; isFetching: boolean; refetch: () => unknown }
  /** Why this person may not act. */
  refusal: string | undefined
  onReverify: OnReverify
}) {
  const [{ provider, class: of }, setFilters] = useFilters<SourceSearch>()
  return (
    <>
      <FilterBar>
        <FilterChoice
          label="Class"
          value={of}
          onChange={(next) => setFilters({ class: next })}
          choices={classChoices}
        />
        <FilterChoice
          label="Provider"
          value={provider}
          onChange={(next) => setFilters({ provider: next })}
          choices={providerChoices}
        />
      </FilterBar>
      <Loaded query={query} what="The causes" skeleton={<SkeletonRows rows={6} />}>
        {({ items }) => {
          const shown = items.filter((row) => (!provider || row.provider === provider) && (!of || row.class === of))
          if (shown.length > 0) return <CausesTable rows={shown} refusal={refusal} onReverify={onReverify} />
          return items.length > 0 ? (
            <Empty
              icon={<CircleCheck />}
              title="No cause matches these filters"
              action={
                <Button onClick={() => setFilters({ provider: undefined, class: undefined })}>Clear all filters</Button>
              }
            />
          ) : (
            <Empty icon={<CircleCheck />} title="Nothing is dead, failed or refused">
              What goes wrong is gathered here by its cause.
            </Empty>
          )
        }}
      </Loaded>
    </>
  )
}

type Acts = { refusal: string | undefined; onReverify: OnReverify }

function CausesTable({ rows, ...acts }: { rows: CauseRow[] } & Acts) {
  return (
    <PlainTable
      label="Causes"
      stacks
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        { header: 'Class', card: 'unnamed', cell: (row) => <ClassMark of={row.class} /> },
        {
          header: 'Cause',
          card: 'unnamed',
          cell: (row) => (
            <span className="block max-w-112 min-w-64 py-1.5 @max-[62rem]:min-w-0 @max-[62rem]:py-0">
              <Link
                to="/webhooks"
                search={{ cause: row.id }}
                title={row.text}
                className="block truncate font-medium hover:underline"
              >
                {row.text}
              </Link>
              <span className="block text-xs whitespace-normal text-ink-2">
                {row.class === 'bug' ? <WithErrors text={row.next} /> : row.next}
              </span>
            </span>
          ),
        },
        { header: 'Provider', cell: ({ provider }) => providerNames[provider] },
        { header: 'Webhooks', align: 'right', cell: ({ webhooks }) => formatNumber(webhooks) },
        {
          header: 'First seen',
          align: 'right',
          cell: ({ firstSeen }) => <TimeAgo at={firstSeen} className="text-ink-2" />,
        },
        {
          header: 'Last seen',
          align: 'right',
          cell: ({ lastSeen }) => <TimeAgo at={lastSeen} className="text-ink-2" />,
        },
        { header: 'Acts', align: 'right', card: 'unnamed', cell: (row) => <ActOf row={row} {...acts} /> },
      ]}
    />
  )
}

const leading = 'Open Errors'

/** The words that name the page lead there. */
function WithErrors({ text }: { text: string }) {
  if (!text.startsWith(leading)) return text
  return (
    <>
      <Link to="/errors" search={{}} className="underline hover:text-ink">
        {leading}
      </Link>
      {text.slice(leading.length)}
    </>
  )
}

/** What was refused is verified again and not replayed; the rest is, by a plan. Of what was too large there are no bytes. */
function ActOf({ row, refusal, onReverify }: { row: CauseRow } & Acts) {
  const { provider, refusal: reason } = row
  if (reason !== null && reason !== 'too_large')
    return (
      <Button
        size="small"
        refused={refusal}
        aria-label={`Verify again: ${row.text}, ${providerNames[provider]}`}
        onClick={() => onReverify({ provider, refusal: reason })}
      >
        <ShieldCheck aria-hidden className="size-3.5" />
        Verify again…
      </Button>
    )
  if (row.states.failed + row.states.dead === 0) return <span className="text-ink-3">—</span>
  return (
    <Button asChild size="small">
      <Link to="/replays/new" search={{ cause: row.id }} aria-label={`Plan a replay: ${row.text}`}>
        <RotateCcw aria-hidden className="size-3.5" />
        Replay…
      </Link>
    </Button>
  )
}
