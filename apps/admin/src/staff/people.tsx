import { Link } from '@tanstack/react-router'
import { type StaffRole, staffRoles } from '@trunkline/core/sessions/permission'
import { UserPlus, Users } from 'lucide-react'
import { type ReactNode, useMemo, useState } from 'react'
import type { StaffRow } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { ListFrame } from '../app/list-frame.tsx'
import { useLiveList } from '../app/live-list.ts'
import { NotInList } from '../app/not-in-list.tsx'
import { PageHeader } from '../app/page.tsx'
import { rpcClient } from '../app/rpc.ts'
import { oneOf } from '../app/search.ts'
import { Button } from '../ui/button.tsx'
import { FilterBar, FilterChoice, FilterSearch } from '../ui/filter-bar.tsx'
import { Empty } from '../ui/notice.tsx'
import { Pill } from '../ui/pill.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { VirtualTable } from '../ui/table.tsx'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { InviteDialog } from './invite-dialog.tsx'
import { PersonPanel } from './person-panel.tsx'
import { ShownOnce } from './shown-once.tsx'
import type { StaffSearch } from './staff-page.tsx'
import { PersonState, personStates, roleWords, sentence } from './words.tsx'

const topics = ['sessions'] as const
const path = ['staff', 'list'] as const

function Name({ row }: { row: StaffRow }) {
  return (
    <span className="flex min-w-0 items-center gap-2">
      <Link
        to="/staff"
        search={(before) => ({ ...before, tab: undefined, open: row.id })}
        replace
        className="row-link truncate font-medium"
      >
        {row.name ?? row.email}
      </Link>
      {row.you && <Pill tone="accent">You</Pill>}
    </span>
  )
}

const lastSeen = (row: StaffRow) =>
  row.lastSignInAt === null ? <span className="text-ink-3">Never</span> : <TimeAgo at={row.lastSignInAt} />

const columns: Column<StaffRow>[] = [
  { id: 'name', header: 'Person', width: 160, grow: 2, priority: 0, cell: (row) => <Name row={row} /> },
  {
    id: 'email',
    header: 'E-mail',
    width: 200,
    grow: 2,
    priority: 2,
    cell: (row) => <span className="truncate text-ink-2">{row.email}</span>,
  },
  { id: 'role', header: 'Role', width: 90, priority: 1, cell: (row) => <Pill>{roleWords[row.role].label}</Pill> },
  { id: 'state', header: 'State', width: 96, priority: 1, cell: (row) => <PersonState state={row.state} /> },
  {
    id: 'factor',
    header: 'Second factor',
    width: 110,
    priority: 4,
    cell: (row) => (row.hasSecondFactor ? 'On' : <span className="text-ink-3">Off</span>),
  },
  { id: 'seen', header: 'Last sign-in', width: 110, align: 'right', priority: 3, cell: lastSeen },
]

function narrow(row: StaffRow) {
  return (
    <div className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3">
      <Name row={row} />
      <PersonState state={row.state} />
      <span className="truncate text-xs text-ink-2">{row.email}</span>
      <span className="text-xs text-ink-2">{roleWords[row.role].label}</span>
    </div>
  )
}

export function People({ tabs }: { tabs: ReactNode }) {
  const [search, setFilters] = useFilters<StaffSearch>()
  const { q, open, create } = search
  const role = oneOf(staffRoles, search.role)
  const state = oneOf(personStates, search.stands)
  const filter = useMemo(() => ({ q, role, state }), [q, role, state])
  const list = useLiveList<StaffRow>({
    path,
    filter,
    topics,
    openId: open,
    load: (page, signal) => rpcClient.staff.list.query({ ...filter, ...page }, { signal }),
  })
  const [link, setLink] = useState<{ link: string; email: string }>()
  const opened = list.rows.find((row) => row.id === open)
  const close = () => setFilters({ open: undefined })
  const told = (invited: StaffRow & { link: string | null }) => {
    list.showFresh()
    if (invited.link !== null) setLink({ link: invited.link, email: invited.email })
  }
  return (
    <>
      <ListFrame
        what="The staff"
        list={list}
        header={
          <PageHeader
            title="Staff"
            count={list.count}
            actions={
              <Button variant="primary" onClick={() => setFilters({ create: 'yes' })}>
                <UserPlus aria-hidden className="size-4" />
                Invite somebody
              </Button>
            }
          >
            Who of ours signs in, and what each may do.
          </PageHeader>
        }
        filters={
          <FilterBar>
            {tabs}
            <FilterSearch value={q} onChange={(next) => setFilters({ q: next })} placeholder="Name or e-mail" />
            <FilterChoice<StaffRole>
              label="Role"
              value={role}
              onChange={(next) => setFilters({ role: next })}
              choices={staffRoles.map((value) => ({ value, label: roleWords[value].label }))}
            />
            <FilterChoice
              label="State"
              value={state}
              onChange={(next) => setFilters({ stands: next })}
              choices={personStates.map((value) => ({ value, label: sentence(value) }))}
            />
          </FilterBar>
        }
        empty={
          <Empty
            icon={<Users />}
            title="Nobody matches these filters"
            action={
              <Button onClick={() => setFilters({ q: undefined, role: undefined, stands: undefined })}>
                Clear all filters
              </Button>
            }
          />
        }
        panelTitle="Person"
        onClosePanel={close}
        panel={
          open &&
          (opened ? (
            <PersonPanel key={open} person={opened} onTold={told} onClose={close} />
          ) : list.query.data ? (
            <NotInList
              what="This person"
              icon={<Users />}
              onClose={close}
              onLoadMore={list.query.hasNextPage ? list.loadMore : undefined}
            />
          ) : (
            <DetailSkeleton />
          ))
        }
      >
        <VirtualTable
          table="staff"
          label="Staff"
          rows={list.rows}
          columns={columns}
          narrow={narrow}
          openId={open}
          onOpen={(row) => setFilters({ open: row.id })}
          onClose={close}
          list={list}
        />
      </ListFrame>
      {create && <InviteDialog onTold={told} onClose={() => setFilters({ create: undefined })} />}
      {link && (
        <ShownOnce
          title="The invitation cannot be mailed"
          label="The link"
          secret={link.link}
          onClose={() => setLink(undefined)}
        >
          {`This server sends no mail. Give this link to ${link.email}: it works once, within seven days, and is not shown again.`}
        </ShownOnce>
      )}
    </>
  )
}
