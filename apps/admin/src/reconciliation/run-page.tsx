import { Link, useParams } from '@tanstack/react-router'
import { ArrowLeft, BellRing, Download, HeartPulse } from 'lucide-react'
import type { ReconciliationRunDetail } from '../app/contract.ts'
import { useFilters } from '../app/filters.ts'
import { Loaded } from '../app/loaded.tsx'
import { PageHeader } from '../app/page.tsx'
import { rpc } from '../app/rpc.ts'
import type { DifferenceSearch } from '../app/search.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { formatCount, formatNumber } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { DetailSkeleton } from '../ui/skeleton.tsx'
import { ViewTabs } from '../ui/tabs.tsx'
import { Compared } from './compared.tsx'
import { Differences } from './differences.tsx'
import { HealWizard } from './heal-wizard.tsx'
import { formatStamp, formatWindow, phaseWords, providerWord, RunMark, triggerWords } from './words.tsx'

/** One run: what it compared, and every difference that it found. */
export function RunPage() {
  const { runId } = useParams({ from: '/shell/reconciliation/$runId' })
  const query = rpc.reconciliation.runs.get.useQuery({ id: runId })
  return (
    <Loaded query={query} what="This run" skeleton={<DetailSkeleton />}>
      {(run) => <Opened key={run.id} run={run} />}
    </Loaded>
  )
}

function Opened({ run }: { run: ReconciliationRunDetail }) {
  const refusal = useRefusal()
  const [{ tab, act, open }, setFilters] = useFilters<DifferenceSearch>()
  const isHealingOne = act === 'one' && open !== undefined
  return (
    <div className="flex h-full min-h-0 flex-col bg-surface">
      <div className="flex h-9 shrink-0 items-center px-4 pt-2">
        <Link to="/reconciliation" className="inline-flex items-center gap-1.5 text-sm text-ink-2 hover:text-ink">
          <ArrowLeft aria-hidden className="size-4" />
          All runs
        </Link>
      </div>
      <PageHeader title={`Run of ${formatStamp(run.startedAt)}`} actions={<RunActions run={run} />}>
        <span className="figures flex flex-wrap items-center gap-x-3 gap-y-1">
          <RunMark run={run} />
          {run.state === 'running' && <span>{phaseWords[run.phase]}</span>}
          <span>{triggerWords[run.trigger]}</span>
          <span>{formatWindow(run)}</span>
          {run.healed > 0 && <span>{formatCount(run.healed, 'record')} taken in</span>}
        </span>
      </PageHeader>
      <RunNote run={run} />
      <div className="shrink-0 border-b px-3">
        <ViewTabs
          label="What of this run"
          value={tab ?? 'differences'}
          onChange={(next) => setFilters({ tab: next === 'compared' ? next : undefined, open: undefined })}
          views={[
            { value: 'differences', label: 'Differences', count: run.differences, alarming: run.flagged > 0 },
            { value: 'compared', label: 'What was compared' },
          ]}
        />
      </div>
      <div className="min-h-0 flex-1 overflow-auto">
        {tab === 'compared' ? <Compared run={run} /> : <Differences run={run} />}
      </div>
      {(act === 'heal' || isHealingOne) && !refusal && (
        <HealWizard
          runId={run.id}
          differenceId={isHealingOne ? open : undefined}
          onClose={() => setFilters({ act: undefined })}
        />
      )}
    </div>
  )
}

function RunActions({ run }: { run: ReconciliationRunDetail }) {
  const refusal = useRefusal()
  const [{ class: found, provider, customer, flagged }, setFilters] = useFilters<DifferenceSearch>()
  const given = Object.entries({
    class: found,
    provider,
    customerId: customer,
    flagged: flagged && String(flagged === 'yes'),
  }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return (
    <>
      {run.alertId && (
        <Button asChild>
          <Link to="/alerts/$alertId" params={{ alertId: run.alertId }} search={{ view: 'all' }}>
            <BellRing aria-hidden className="size-3.5" />
            Its alert
          </Link>
        </Button>
      )}
      {refusal ? (
        <Button refused={refusal}>
          <Download aria-hidden className="size-3.5" />
          CSV
        </Button>
      ) : (
        <Button asChild>
          <a href={`/api/admin/reconciliation-runs/${run.id}.csv?${new URLSearchParams(given)}`} download>
            <Download aria-hidden className="size-3.5" />
            CSV
          </a>
        </Button>
      )}
      {run.healable > 0 && (
        <Button variant="primary" refused={refusal} onClick={() => setFilters({ act: 'heal' })}>
          <HeartPulse aria-hidden className="size-3.5" />
          Take in {formatNumber(run.healable)} missing…
        </Button>
      )}
    </>
  )
}

function RunNote({ run }: { run: ReconciliationRunDetail }) {
  const left = run.sources.filter(({ state }) => state === 'skipped')
  if (run.state === 'stale')
    return (
      <Note tone="bad" className="mx-4 mb-3">
        The run gave no sign any more and was given up. What it found until then stands here.
        {run.error && ` ${run.error}.`}
      </Note>
    )
  if (run.error)
    return (
      <Note tone={run.state === 'running' ? 'warn' : 'bad'} className="mx-4 mb-3">
        {run.error}.{' '}
        {run.state === 'running'
          ? 'It is tried again by itself.'
          : left.map(({ provider, kind, reason }) => `${providerWord(provider)}, ${kind}s: ${reason}.`).join(' ')}
      </Note>
    )
  return null
}
