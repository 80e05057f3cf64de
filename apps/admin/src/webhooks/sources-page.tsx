import { Pause, Plug, Plus } from 'lucide-react'
import { useFilters } from '../app/filters.ts'
import { Loaded } from '../app/loaded.tsx'
import { PageHeader } from '../app/page.tsx'
import { alone, rpc } from '../app/rpc.ts'
import type { SourceSearch } from '../app/search.ts'
import { useAdminRefusal, useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { FilterBar, FilterChoice } from '../ui/filter-bar.tsx'
import { formatNumber } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { SkeletonRows } from '../ui/skeleton.tsx'
import { ViewTabs } from '../ui/tabs.tsx'
import { Causes } from './causes.tsx'
import { Gaps } from './gaps.tsx'
import { keyOfRefused, Reverify, refusedOf } from './reverify.tsx'
import { PauseSource, ResumeSource } from './sources-pause.tsx'
import { AddSource, SourceSecrets } from './sources-secrets.tsx'
import { PausedCustomers, SourcesTable } from './sources-table.tsx'
import { sourceKey, standingChoices, standingOf } from './sources-words.tsx'
import { providerChoices } from './words.tsx'

/** Who sends webhooks and how each stands; and why what was sent did not go through. */
export function SourcesPage() {
  const refusal = useRefusal()
  const adminRefusal = useAdminRefusal()
  const [{ tab, provider, stands, act, of }, setFilters] = useFilters<SourceSearch>()
  const query = rpc.webhooks.sources.list.useQuery({})
  const causes = rpc.webhooks.causes.list.useQuery({}, { trpc: alone })
  const chosen = query.data?.items.find((row) => sourceKey(row) === of)
  const customer = query.data?.customers.find((pause) => pause.customer.id === of)?.customer
  const refused = refusedOf(of)
  const close = () => setFilters({ act: undefined, of: undefined })
  const pauseCustomer = () => refusal === undefined && setFilters({ act: 'customer' })
  useShortcuts([{ keys: 'p', label: 'Pause a customer', group: 'Page', run: pauseCustomer }])
  return (
    <div className="flex h-full min-h-0 flex-col overflow-auto bg-surface pb-12">
      <PageHeader
        title="Sources"
        count={query.data && formatNumber(query.data.items.length)}
        actions={
          <>
            <Button refused={adminRefusal} onClick={() => setFilters({ act: 'source' })}>
              <Plus aria-hidden className="size-3.5" />
              Add a source…
            </Button>
            <Button refused={refusal} onClick={pauseCustomer}>
              <Pause aria-hidden className="size-3.5" />
              Pause a customer…
            </Button>
          </>
        }
      >
        Who sends webhooks, and why some did not go through. What is paused is kept, and a STOP counts all the same.
      </PageHeader>
      <div className="px-3 pb-1.5">
        <ViewTabs
          label="What of the sources"
          value={tab ?? 'sources'}
          onChange={(next) =>
            setFilters({ tab: next === 'sources' ? undefined : next, stands: undefined, class: undefined })
          }
          views={[
            { value: 'sources', label: 'Sources', count: query.data?.items.length },
            { value: 'causes', label: 'Causes', count: causes.data?.items.length, alarming: true },
            { value: 'gaps', label: 'Gaps' },
          ]}
        />
      </div>
      {tab === 'causes' ? (
        <Causes
          query={causes}
          refusal={refusal}
          onReverify={(which) => setFilters({ act: 'reverify', of: keyOfRefused(which) })}
        />
      ) : tab === 'gaps' ? (
        <Gaps />
      ) : (
        <>
          <FilterBar>
            <FilterChoice
              label="Provider"
              value={provider}
              onChange={(next) => setFilters({ provider: next })}
              choices={providerChoices}
            />
            <FilterChoice
              label="State"
              value={stands}
              onChange={(next) => setFilters({ stands: next })}
              choices={standingChoices}
            />
          </FilterBar>
          <Loaded query={query} what="The sources" skeleton={<SkeletonRows rows={6} />}>
            {({ items, customers }) => {
              const shown = items.filter(
                (row) => (!provider || row.provider === provider) && (!stands || standingOf(row) === stands),
              )
              return (
                <>
                  {shown.length === 0 ? (
                    <Empty
                      icon={<Plug />}
                      title="No source matches these filters"
                      action={
                        <Button onClick={() => setFilters({ provider: undefined, stands: undefined })}>
                          Clear all filters
                        </Button>
                      }
                    />
                  ) : (
                    <SourcesTable
                      rows={shown}
                      refusal={refusal}
                      onAct={(next, row) => setFilters({ act: next, of: sourceKey(row) })}
                    />
                  )}
                  <PausedCustomers
                    pauses={customers}
                    refusal={refusal}
                    onResume={({ id }) => setFilters({ act: 'resume', of: id })}
                  />
                </>
              )
            }}
          </Loaded>
        </>
      )}
      {!adminRefusal && act === 'source' && <AddSource onClose={close} />}
      {!adminRefusal && act === 'secrets' && chosen && <SourceSecrets key={of} source={chosen} onClose={close} />}
      {!refusal && act === 'reverify' && refused && <Reverify which={refused} onClose={close} />}
      {!refusal && act === 'customer' && <PauseSource onClose={close} />}
      {!refusal && act === 'pause' && chosen && <PauseSource source={chosen} onClose={close} />}
      {!refusal && act === 'resume' && (chosen ?? customer) && (
        <ResumeSource source={chosen} customer={customer} onClose={close} />
      )}
    </div>
  )
}
