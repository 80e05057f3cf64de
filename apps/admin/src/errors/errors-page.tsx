import { useNavigate, useParams } from '@tanstack/react-router'
import { Bug, Check } from 'lucide-react'
import { useMemo, useState } from 'react'
import { severitiesByWeight, severityWords } from '../alerts/severity.tsx'
import type { ErrorRow } from '../app/contract.ts'
import { sameFilters, useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { PageHeader } from '../app/page.tsx'
import { useListBounds } from '../app/range.tsx'
import { rpcClient } from '../app/rpc.ts'
import { SavedViews } from '../app/saved-views.tsx'
import type { ErrorSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { CustomerFilter } from '../customers/customer-picker.tsx'
import { BulkBar } from '../ui/bulk-bar.tsx'
import { Button } from '../ui/button.tsx'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar, FilterChoice, FilterSearch } from '../ui/filter-bar.tsx'
import { formatCount } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { VirtualTable } from '../ui/table.tsx'
import { ViewTabs } from '../ui/tabs.tsx'
import { useDecide } from './decide.ts'
import { columns, narrow } from './error-columns.tsx'
import { ErrorDetail } from './error-detail.tsx'
import { ErrorsChart } from './errors-chart.tsx'
import { sourceChoices } from './words.tsx'

const topics = ['errors'] as const
const path = ['errors', 'list'] as const
const nothing: ReadonlySet<string> = new Set()
const isOpen = (row: ErrorRow) => row.state === 'open'

export function ErrorsPage() {
  const navigate = useNavigate()
  const { errorId } = useParams({ strict: false })
  const [{ which = 'open', severity, source, q, customer }, setFilters] = useFilters<ErrorSearch>()
  const bounds = useListBounds()
  const filter = useMemo(
    () => ({ state: which === 'all' ? undefined : which, severity, source, q, customerId: customer, ...bounds }),
    [which, severity, source, q, customer, bounds],
  )
  const list = useLiveList<ErrorRow>({
    path,
    filter,
    topics,
    load: (page, signal) => rpcClient.errors.list.query({ ...filter, ...page }, { signal }),
  })
  const refusal = useRefusal()
  const { resolve, busy } = useDecide()
  const [marked, setMarked] = useState(nothing)
  const waiting = list.rows.filter((row) => marked.has(row.id) && isOpen(row)).map((row) => row.id)
  const isFiltered = Boolean(severity ?? source ?? q ?? customer ?? bounds.from)
  const close = () => void navigate({ to: '/errors', search: sameFilters })
  const full = (id: string) => void navigate({ to: '/errors/$errorId/full', params: { errorId: id } })

  return (
    <ListFrame
      what="The errors"
      list={list}
      header={
        <>
          <PageHeader title="Errors" count={list.count}>
            What our own code did not expect: each bug once, however often it happens, the latest first.
          </PageHeader>
          <div className="border-y max-sm:hidden">
            <ErrorsChart height={96} />
          </div>
        </>
      }
      filters={
        <>
          <div className="px-3 py-1.5">
            <ViewTabs
              label="Which errors"
              value={which}
              onChange={(next) => setFilters({ which: next === 'open' ? undefined : next })}
              views={[
                { value: 'open', label: 'Open' },
                { value: 'ignored', label: 'Ignored' },
                { value: 'resolved', label: 'Resolved' },
                { value: 'all', label: 'All' },
              ]}
            />
          </div>
          <FilterBar>
            <FilterSearch value={q} onChange={(next) => setFilters({ q: next })} placeholder="Message, type or place" />
            <FilterChoice
              label="Severity"
              value={severity}
              onChange={(next) => setFilters({ severity: next })}
              choices={severitiesByWeight.map((value) => ({ value, label: severityWords[value] }))}
            />
            <FilterChoice
              label="Source"
              value={source}
              onChange={(next) => setFilters({ source: next })}
              choices={sourceChoices}
            />
            <CustomerFilter value={customer} onChange={(next) => setFilters({ customer: next })} />
            <span className="ml-auto flex items-center">
              <SavedViews
                list="errors"
                filters={{ which: which === 'open' ? undefined : which, severity, source, q, customer }}
                onChoose={(chosen) =>
                  setFilters({
                    which: undefined,
                    severity: undefined,
                    source: undefined,
                    q: undefined,
                    customer: undefined,
                    ...chosen,
                  })
                }
              />
              <ColumnChooser table="errors" columns={columns} />
            </span>
          </FilterBar>
        </>
      }
      bulk={
        <BulkBar count={waiting.length} onClear={() => setMarked(nothing)}>
          <Button
            variant="primary"
            busy={busy}
            refused={refusal}
            onClick={() => void resolve(waiting).then(() => setMarked(nothing))}
          >
            <Check aria-hidden className="size-3.5" />
            Resolve {formatCount(waiting.length, 'error')}
          </Button>
        </BulkBar>
      }
      empty={
        isFiltered ? (
          <Empty
            icon={<Bug />}
            title="No error matches these filters"
            action={
              <Button onClick={() => void navigate({ to: '/errors', search: { range: undefined } })}>
                Show the open errors
              </Button>
            }
          />
        ) : (
          <Empty icon={<Bug />} title={which === 'open' ? 'No open errors' : 'No error in this view'}>
            When a request, a job, a webhook or a page of the admin fails by a bug of ours, it appears here once, with
            its stack.
          </Empty>
        )
      }
      panelTitle="Error"
      onClosePanel={close}
      panel={errorId && <ErrorDetail key={errorId} id={errorId} onClose={close} onFullPage={() => full(errorId)} />}
    >
      <VirtualTable
        table="errors"
        label="Errors"
        rows={list.rows}
        columns={columns}
        narrow={narrow}
        openId={errorId}
        onOpen={(row) =>
          void navigate({
            to: '/errors/$errorId',
            params: { errorId: row.id },
            search: sameFilters,
            replace: Boolean(errorId),
          })
        }
        onClose={close}
        onFullPage={(row) => full(row.id)}
        list={list}
        marks={{ marked, onChange: setMarked, canMark: isOpen }}
      />
    </ListFrame>
  )
}
