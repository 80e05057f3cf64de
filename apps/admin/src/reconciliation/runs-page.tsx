import { Link, useNavigate } from '@tanstack/react-router'
import { Play, Scale } from 'lucide-react'
import { useMemo } from 'react'
import type { ReconciliationRun } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { PageHeader } from '../app/page.tsx'
import { rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import type { RunSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { Empty } from '../ui/notice.tsx'
import { VirtualTable } from '../ui/table.tsx'
import { columns, narrow } from './run-columns.tsx'
import { RunsChart } from './runs-chart.tsx'
import { StartRun } from './start-run.tsx'
import { phaseWords, stateChoices, triggerChoices } from './words.tsx'

const topics = ['reconciliation'] as const
const path = ['reconciliation', 'runs'] as const

/** Every comparison of ours with theirs: what it found, and how it went over time. */
export function RunsPage() {
  const navigate = useNavigate()
  const refusal = useRefusal()
  const [{ outcome, trigger, drawn = 'differences', start }, setFilters] = useFilters<RunSearch>()
  const filter = useMemo(() => ({ state: outcome, trigger }), [outcome, trigger])
  const list = useLiveList<ReconciliationRun>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.reconciliation.runs.list.query({ ...filter, ...page }, { signal }),
  })
  const running = list.rows.find((row) => row.state === 'running')
  const open = (row: ReconciliationRun) => void navigate({ to: '/reconciliation/$runId', params: { runId: row.id } })
  const startButton = (
    <Button variant="primary" refused={refusal} onClick={() => setFilters({ start: 'yes' })}>
      <Play aria-hidden className="size-3.5" />
      Reconcile now
    </Button>
  )
  return (
    <>
      <ListFrame
        what="The runs"
        list={list}
        header={
          <>
            <PageHeader
              title="Reconciliation"
              count={list.count}
              actions={
                <>
                  {running && (
                    <Button asChild>
                      <Link to="/reconciliation/$runId" params={{ runId: running.id }}>
                        <span aria-hidden className="size-2 animate-pulse rounded-full bg-info-mark" />
                        {phaseWords[running.phase]}
                      </Link>
                    </Button>
                  )}
                  {startButton}
                </>
              }
            >
              What is booked here against what the providers list, each night at 03:00 UTC and by hand.
            </PageHeader>
            <div className="max-sm:hidden">
              <RunsChart
                measure={drawn}
                onMeasure={(next) => setFilters({ drawn: next === 'differences' ? undefined : next })}
              />
            </div>
          </>
        }
        filters={
          <FilterBar>
            <FilterChoice
              label="State"
              value={outcome}
              onChange={(next) => setFilters({ outcome: next })}
              choices={stateChoices}
            />
            <FilterChoice
              label="Begun"
              value={trigger}
              onChange={(next) => setFilters({ trigger: next })}
              choices={triggerChoices}
            />
            <span className="ml-auto flex items-center">
              <SavedViews
                list="reconciliation"
                filters={{ outcome, trigger }}
                onChoose={(chosen) => setFilters({ outcome: undefined, trigger: undefined, ...chosen })}
              />
              <ColumnChooser table="reconciliation" columns={columns} />
            </span>
          </FilterBar>
        }
        empty={
          outcome || trigger ? (
            <Empty
              icon={<Scale />}
              title="No run matches these filters"
              action={
                <Button onClick={() => setFilters({ outcome: undefined, trigger: undefined })}>
                  Clear all filters
                </Button>
              }
            />
          ) : (
            <Empty icon={<Scale />} title="Nothing was reconciled yet" action={startButton}>
              The first run comes tonight at 03:00 UTC. One can be begun by hand at any time.
            </Empty>
          )
        }
        panelTitle="Run"
        onClosePanel={() => undefined}
      >
        <VirtualTable
          table="reconciliation"
          label="Runs"
          rows={list.rows}
          columns={columns}
          narrow={narrow}
          onOpen={open}
          list={list}
        />
      </ListFrame>
      {start && !refusal && <StartRun onClose={() => setFilters({ start: undefined })} />}
    </>
  )
}
