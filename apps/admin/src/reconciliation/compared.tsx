import type { ReconciliationRunDetail } from '../app/contract.ts'
import { formatCount, formatNumber } from '../ui/format.ts'
import { Panel } from '../ui/panel.tsx'
import { State, type Tone } from '../ui/pill.tsx'
import { PlainTable } from '../ui/plain-table.tsx'
import { classWords, formatAmount, formatApart, levelWords, providerWord, unitWords } from './words.tsx'

type Source = ReconciliationRunDetail['sources'][number]
const sourceStates: Record<Source['state'], { tone: Tone; word: string }> = {
  waiting: { tone: 'neutral', word: 'Waits' },
  reading: { tone: 'info', word: 'Being read' },
  read: { tone: 'ok', word: 'Read' },
  skipped: { tone: 'warn', word: 'Left out' },
}

/** What a run added up, of which lists, and what it found by class. */
export function Compared({ run }: { run: ReconciliationRunDetail }) {
  const sums = run.levels.flatMap(({ level, sums }) => sums.map((sum) => ({ level, ...sum })))
  return (
    <div className="grid grid-cols-1 gap-4 p-4 lg:grid-cols-2">
      <Panel title="Sums" flush className="lg:col-span-2">
        <PlainTable
          label="Sums of what was compared"
          rows={sums}
          keyOf={({ level, unit }) => `${level} ${unit}`}
          columns={[
            { header: 'Level', cell: ({ level }) => levelWords[level].name },
            { header: 'Of', cell: ({ unit }) => unitWords[unit] },
            {
              header: 'Ours',
              align: 'right',
              cell: ({ level, unit, ours }) => <span title={levelWords[level].ours}>{formatAmount(unit, ours)}</span>,
            },
            {
              header: 'Theirs',
              align: 'right',
              cell: ({ level, unit, theirs }) => (
                <span title={levelWords[level].theirs}>{formatAmount(unit, theirs)}</span>
              ),
            },
            {
              header: 'Apart',
              align: 'right',
              cell: ({ unit, delta }) =>
                delta === 0 ? (
                  <span className="text-ink-3">Equal</span>
                ) : (
                  <span className="font-medium">{formatApart(unit, delta)}</span>
                ),
            },
          ]}
        />
        {sums.length === 0 && <p className="border-t px-4 py-3 text-sm text-ink-2">Nothing has been added up yet.</p>}
      </Panel>
      <Panel title="Found, by class" flush>
        <PlainTable
          label="Differences by class"
          rows={run.classes}
          keyOf={(row) => `${row.class} ${row.unit}`}
          columns={[
            { header: 'Class', cell: (row) => classWords(row.class).word },
            { header: 'Differences', align: 'right', cell: (row) => formatNumber(row.differences) },
            { header: 'Flagged', align: 'right', cell: (row) => formatNumber(row.flagged) },
            {
              header: 'Apart',
              align: 'right',
              cell: (row) => (row.class === 'late' ? '—' : formatApart(row.unit, row.delta)),
            },
          ]}
        />
        {run.classes.length === 0 && <p className="border-t px-4 py-3 text-sm text-ink-2">Nothing differs.</p>}
      </Panel>
      <Panel title="Providers’ lists" flush>
        <PlainTable
          label="Lists of the providers"
          rows={run.sources}
          keyOf={({ provider, kind }) => `${provider} ${kind}`}
          columns={[
            {
              header: 'List',
              cell: ({ provider, kind }) => `${providerWord(provider)}, ${kind === 'call' ? 'calls' : 'messages'}`,
            },
            {
              header: 'State',
              cell: ({ state, reason }) => (
                <State tone={sourceStates[state].tone}>
                  {sourceStates[state].word}
                  {reason && `: ${reason}`}
                </State>
              ),
            },
            { header: 'Listed', align: 'right', cell: ({ listed }) => formatNumber(listed) },
            { header: 'Pages', align: 'right', cell: ({ pages }) => formatNumber(pages) },
          ]}
        />
        {run.sources.length === 0 && (
          <p className="border-t px-4 py-3 text-sm text-ink-2">No list was asked for yet.</p>
        )}
      </Panel>
      <p className="figures text-xs text-ink-3 lg:col-span-2">
        {formatCount(
          run.levels.reduce((sum, { checked }) => sum + checked, 0),
          'figure',
        )}{' '}
        compared. A customer’s sums are flagged when they lie further apart than 5 % and than a minute, five SMS or a
        dollar; whatever does not add up in our own books always is.
      </p>
    </div>
  )
}
