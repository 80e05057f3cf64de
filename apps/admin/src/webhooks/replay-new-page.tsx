import { Link, useNavigate } from '@tanstack/react-router'
import { ArrowLeft, ListChecks } from 'lucide-react'
import { useFilters } from '../app/filters.ts'
import { PageHeader } from '../app/page.tsx'
import { boundsOf, useRange } from '../app/range.tsx'
import { alone, problemOf, rpc } from '../app/rpc.ts'
import type { ReplaySearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { CustomerFilter } from '../customers/customer-picker.tsx'
import { Button } from '../ui/button.tsx'
import { FilterBar, FilterChoice, FilterText } from '../ui/filter-bar.tsx'
import { formatMinute } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { NumberFilter } from '../ui/number-filter.tsx'
import { Panel } from '../ui/panel.tsx'
import { useShortcuts } from '../ui/shortcuts.ts'
import { useNow } from '../ui/use-now.ts'
import { providerChoices, stateWord, webhookStates } from './words.tsx'

const stateChoices = webhookStates.flatMap((value) =>
  value === 'quarantined' ? [] : [{ value, label: stateWord(value) }],
)
const day = 86_400_000

/** What the server would refuse, said before it is asked. */
function missing(asked: ReplaySearch, days: number): string | undefined {
  const { of, provider, cause, phone, customer, q, json } = asked
  if (!(of ?? provider ?? cause ?? phone ?? customer ?? q ?? json) && days === Number.POSITIVE_INFINITY)
    return 'Choose what is replayed.'
  if ((q || json) && days > 7) return 'A text or a JSON path is searched in at most seven days: choose a time range.'
  const isNarrow = cause ?? phone ?? customer ?? (of === 'processed' ? undefined : of)
  if (!isNarrow && days > 31) return 'That is searched in at most 31 days: choose a time range.'
  return undefined
}

const asInstants = ({ from, to, open }: ReturnType<typeof boundsOf>) => ({
  from: new Date(from).toISOString(),
  ...(open ? {} : { to: new Date(to).toISOString() }),
})

/** The first step: which webhooks. The plan is made of what stands in the address. */
export function ReplayNewPage() {
  const navigate = useNavigate()
  const refusal = useRefusal()
  const [asked, setFilters] = useFilters<ReplaySearch>()
  const { of, provider, cause, phone, customer, q, json, is } = asked
  // a list of causes leads here by the id of one
  const causes = rpc.webhooks.causes.list.useQuery({}, { trpc: alone, enabled: /^[0-9a-f]{16}$/.test(cause ?? '') })
  const range = useRange()
  const now = useNow()
  const shown = range === undefined ? undefined : boundsOf(range, now)
  const days = shown ? (shown.to - shown.from) / day : Number.POSITIVE_INFINITY
  const refused = refusal ?? missing(asked, days)
  const plan = rpc.webhooks.replays.plan.useMutation({
    onSuccess: ({ id }) => void navigate({ to: '/replays/$replayId', params: { replayId: id } }),
  })
  const make = () =>
    refused === undefined &&
    !plan.isPending &&
    plan.mutate({
      filter: {
        state: of,
        provider,
        cause,
        phone,
        customerId: customer,
        q,
        ...(json ? { json: { path: json.split('.').filter(Boolean), is: is ?? '' } } : {}),
        // counted back from the moment of asking; one that ends now has no end
        ...(range === undefined ? {} : asInstants(boundsOf(range, Date.now()))),
      },
    })
  useShortcuts([{ keys: 'p', label: 'Make the plan', group: 'Page', run: make }])
  const problem = plan.error ? problemOf(plan.error) : undefined
  return (
    <div className="flex h-full min-h-0 flex-col overflow-auto bg-surface">
      <div className="flex h-9 shrink-0 items-center px-4 pt-2">
        <Link to="/replays" className="inline-flex items-center gap-1.5 text-sm text-ink-2 hover:text-ink">
          <ArrowLeft aria-hidden className="size-4" />
          All replays
        </Link>
      </div>
      <PageHeader
        title="Plan a replay"
        actions={
          <Button variant="primary" refused={refused} busy={plan.isPending} onClick={make}>
            <ListChecks aria-hidden className="size-3.5" />
            Make the plan
          </Button>
        }
      >
        Choose which webhooks are processed again from their stored bytes. The time range at the top counts, too.
      </PageHeader>
      <FilterBar>
        <FilterChoice label="State" value={of} onChange={(next) => setFilters({ of: next })} choices={stateChoices} />
        <FilterChoice
          label="Provider"
          value={provider}
          onChange={(next) => setFilters({ provider: next })}
          choices={providerChoices}
        />
        <CustomerFilter value={customer} onChange={(next) => setFilters({ customer: next })} />
        <NumberFilter value={phone} onChange={(next) => setFilters({ phone: next })} />
        <FilterText
          label="Cause"
          value={cause}
          shown={causes.data?.items.find(({ id }) => id === cause)?.text ?? cause}
          placeholder="The last error, as it stands"
          onChange={(next) => setFilters({ cause: next })}
        />
        <FilterText
          label="Text"
          value={q}
          placeholder="In type, error or body"
          onChange={(next) => setFilters({ q: next })}
        />
        <FilterText
          label="JSON path"
          value={json}
          placeholder="call.agent_id"
          onChange={(next) => setFilters({ json: next, ...(next ? {} : { is: undefined }) })}
        />
        {json && (
          <FilterText label="Equals" value={is} placeholder="agent_123" onChange={(next) => setFilters({ is: next })} />
        )}
      </FilterBar>
      <div className="grid max-w-3xl gap-3 p-4">
        {problem && (
          <Note tone="bad" live>
            {Object.values(problem.fields)[0] ?? problem.message}
            {problem.requestId && <p className="mt-1 font-mono text-xs">Request {problem.requestId}</p>}
          </Note>
        )}
        {refused && <Note>{refused}</Note>}
        {shown && (
          <p className="figures text-sm text-ink-2">
            {shown.open
              ? `What came since ${formatMinute(shown.from)}, up to the moment when the plan is made.`
              : `What came from ${formatMinute(shown.from)} to ${formatMinute(shown.to)}.`}
          </p>
        )}
        <Panel title="What happens">
          <ol className="grid list-decimal gap-1.5 pl-5 text-sm text-ink-2 marker:text-ink-3">
            <li>The plan says at once how many are meant, at most 100,000. Nothing is changed.</li>
            <li>Each is tried and rolled back. Minutes and money of every customer add up while you watch.</li>
            <li>You confirm that very plan. What has changed since is skipped.</li>
            <li>The run can be cancelled at any time, and stops by itself where too many fail.</li>
          </ol>
        </Panel>
      </div>
    </div>
  )
}
