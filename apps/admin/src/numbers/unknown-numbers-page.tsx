import { useNavigate, useParams } from '@tanstack/react-router'
import { PhoneMissed } from 'lucide-react'
import { useMemo, useState } from 'react'
import type { UnknownPhone } from '../app/contract.ts'
import { sameFilters, useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { PageHeader } from '../app/page.tsx'
import { rpcClient } from '../app/rpc.ts'
import type { UnknownSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { ColumnChooser } from '../ui/column-chooser.tsx'
import { FilterBar } from '../ui/filter-bar.tsx'
import { Empty } from '../ui/notice.tsx'
import { NumberFilter } from '../ui/number-filter.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import { ViewTabs } from '../ui/tabs.tsx'
import { ResolveDialog } from './resolve-dialog.tsx'
import { columnsWith, narrow } from './unknown-number-columns.tsx'
import { UnknownNumberDetail } from './unknown-number-detail.tsx'

const topics = ['unknown_phones'] as const
const path = ['unknownPhones', 'list'] as const

export function UnknownNumbersPage() {
  const navigate = useNavigate()
  const { unknownPhoneId } = useParams({ strict: false })
  const [{ show, phone }, setFilters] = useFilters<UnknownSearch>()
  const state: 'open' | 'resolved' = show ?? 'open'
  const filter = useMemo(() => ({ state, phone }), [state, phone])
  const list = useLiveList<UnknownPhone>({
    path,
    filter,
    topics,
    openId: unknownPhoneId,
    load: (page, signal) => rpcClient.unknownPhones.list.query({ ...filter, ...page }, { signal }),
  })
  const refusal = useRefusal()
  const [resolving, setResolving] = useState<UnknownPhone>()
  const columns = useMemo(() => columnsWith(setResolving, refusal), [refusal])
  const opened = list.rows.find((row) => row.id === unknownPhoneId)
  const close = () => void navigate({ to: '/unknown-numbers', search: sameFilters })
  useShortcuts(
    opened && !opened.resolvedAt && !refusal
      ? [{ keys: 'r', label: 'Resolve the number', group: 'Page', run: () => setResolving(opened) }]
      : [],
  )

  return (
    <>
      <ListFrame
        what="The unknown numbers"
        list={list}
        header={
          <PageHeader title="Unknown numbers" count={list.count}>
            Numbers that no customer owns. What concerns them waits until somebody says whose they are.
          </PageHeader>
        }
        filters={
          <FilterBar>
            <span className="-ml-1">
              <ViewTabs
                label="Which numbers"
                value={state}
                onChange={(next) => setFilters({ show: next === 'open' ? undefined : next })}
                views={[
                  { value: 'open', label: 'Open' },
                  { value: 'resolved', label: 'Resolved' },
                ]}
              />
            </span>
            <NumberFilter value={phone} onChange={(next) => setFilters({ phone: next })} />
            <span className="ml-auto">
              <ColumnChooser table="unknown-numbers" columns={columns} />
            </span>
          </FilterBar>
        }
        empty={
          <Empty
            icon={<PhoneMissed />}
            title={
              phone
                ? 'No number matches this filter'
                : state === 'open'
                  ? 'Every number has its owner'
                  : 'Nothing has been resolved yet'
            }
          >
            {!phone &&
              (state === 'open'
                ? 'When a provider reports a call or a message of a line that no customer has, it appears here.'
                : 'Numbers that are matched to a customer, marked as spam or ignored move here.')}
          </Empty>
        }
        panelTitle="Unknown number"
        onClosePanel={close}
        panel={
          unknownPhoneId &&
          (opened ? (
            <UnknownNumberDetail
              key={unknownPhoneId}
              number={opened}
              onResolve={() => setResolving(opened)}
              onClose={close}
            />
          ) : list.query.data ? (
            <NotInList
              what="This number"
              icon={<PhoneMissed />}
              onClose={close}
              onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
            />
          ) : (
            <DetailSkeleton />
          ))
        }
      >
        <VirtualTable
          table="unknown-numbers"
          label="Unknown numbers"
          rows={list.rows}
          columns={columns}
          narrow={narrow}
          openId={unknownPhoneId}
          onOpen={(row) =>
            void navigate({
              to: '/unknown-numbers/$unknownPhoneId',
              params: { unknownPhoneId: row.id },
              search: sameFilters,
              replace: Boolean(unknownPhoneId),
            })
          }
          onClose={close}
          list={list}
        />
      </ListFrame>
      {resolving && (
        <ResolveDialog
          key={resolving.id}
          number={resolving}
          open
          onOpenChange={(open) => !open && setResolving(undefined)}
        />
      )}
    </>
  )
}
