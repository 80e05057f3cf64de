import { LockKeyhole } from 'lucide-react'
import { useFilters } from '../app/filters.ts'
import { PageHeader } from '../app/page.tsx'
import { useMe } from '../app/session.ts'
import { Empty } from '../ui/notice.tsx'
import { ViewTabs } from '../ui/tabs.tsx'
import { Keys } from './keys.tsx'
import { People } from './people.tsx'

export type StaffSearch = {
  tab?: 'keys'
  q?: string
  role?: string
  stands?: string
  customer?: string
  open?: string
  create?: 'yes'
}

/** Who of ours gets in, and which programs. */
export function StaffPage() {
  const me = useMe()
  const [{ tab }, setFilters] = useFilters<StaffSearch>()
  if (me && me.role !== 'admin')
    return (
      <>
        <PageHeader title="Staff" />
        <Empty icon={<LockKeyhole />} title="Administrators decide who gets in">
          {`Your role is ${me.role}. Ask an administrator.`}
        </Empty>
      </>
    )
  const tabs = (
    <span className="-ml-1">
      <ViewTabs
        label="Who"
        value={tab ?? 'people'}
        onChange={(next) =>
          setFilters({
            tab: next === 'keys' ? 'keys' : undefined,
            q: undefined,
            role: undefined,
            stands: undefined,
            customer: undefined,
            open: undefined,
          })
        }
        views={[
          { value: 'people', label: 'People' },
          { value: 'keys', label: 'API keys' },
        ]}
      />
    </span>
  )
  return tab === 'keys' ? <Keys tabs={tabs} /> : <People tabs={tabs} />
}
