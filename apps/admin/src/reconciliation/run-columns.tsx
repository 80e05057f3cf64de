import { Link } from '@tanstack/react-router'
import type { ReconciliationRun } from '../app/contract.ts'
import { formatCount, formatDuration, formatNumber } from '../ui/format.ts'
import type { Column } from '../ui/table-columns.ts'
import { TimeAgo } from '../ui/time-ago.tsx'
import { formatApart, formatStamp, formatWindow, phaseWords, RunMark, triggerWords, type Unit } from './words.tsx'

function RowLink({ row }: { row: ReconciliationRun }) {
  return (
    <Link
      to="/reconciliation/$runId"
      params={{ runId: row.id }}
      className="row-link figures truncate font-medium"
      aria-label={`Run of ${formatStamp(row.startedAt)}`}
    >
      {formatStamp(row.startedAt)}
    </Link>
  )
}

/** Ours less theirs of one unit, where a level compared it. */
function Apart({ row, level, unit }: { row: ReconciliationRun; level: 0 | 1 | 2; unit: Unit }) {
  const sum = row.levels.find((one) => one.level === level)?.sums.find((one) => one.unit === unit)
  if (!sum) return <span className="text-ink-3">—</span>
  return sum.delta === 0 ? <span className="text-ink-3">Equal</span> : formatApart(unit, sum.delta)
}

function Count({ value, bad = false }: { value: number; bad?: boolean }) {
  if (value === 0) return <span className="text-ink-3">0</span>
  return <span className={bad ? 'font-medium text-bad-ink' : ''}>{formatNumber(value)}</span>
}

function took({ startedAt, finishedAt }: ReconciliationRun): string {
  return finishedAt ? formatDuration((Date.parse(finishedAt) - Date.parse(startedAt)) / 1000) : '—'
}

export const columns: Column<ReconciliationRun>[] = [
  { id: 'run', header: 'Run', width: 110, priority: 0, cell: (row) => <RowLink row={row} /> },
  { id: 'state', header: 'State', width: 110, priority: 1, cell: (row) => <RunMark run={row} /> },
  {
    id: 'trigger',
    header: 'Begun',
    width: 70,
    priority: 8,
    cell: (row) => <span className="text-ink-2">{triggerWords[row.trigger]}</span>,
  },
  {
    id: 'window',
    header: 'Window',
    width: 200,
    grow: 1,
    priority: 6,
    cell: (row) => <span className="figures truncate text-ink-2">{formatWindow(row)}</span>,
  },
  {
    id: 'checked',
    header: 'Compared',
    width: 76,
    align: 'right',
    priority: 7,
    cell: (row) => formatNumber(row.checked),
  },
  {
    id: 'differences',
    header: 'Differences',
    width: 84,
    align: 'right',
    priority: 3,
    cell: (row) => <Count value={row.differences} />,
  },
  {
    id: 'flagged',
    header: 'Flagged',
    width: 60,
    align: 'right',
    priority: 2,
    cell: (row) => <Count value={row.flagged} bad />,
  },
  {
    id: 'missing',
    header: 'Missing here',
    width: 90,
    align: 'right',
    priority: 4,
    cell: (row) => <Count value={row.missingHere} />,
  },
  {
    id: 'time',
    header: 'Time apart',
    width: 96,
    align: 'right',
    priority: 5,
    cell: (row) => <Apart row={row} level={1} unit="seconds" />,
  },
  {
    id: 'sms',
    header: 'SMS apart',
    width: 84,
    align: 'right',
    priority: 9,
    cell: (row) => <Apart row={row} level={1} unit="segments" />,
  },
  {
    id: 'cost',
    header: 'Cost apart',
    width: 84,
    align: 'right',
    priority: 10,
    cell: (row) => <Apart row={row} level={2} unit="micros" />,
  },
  {
    id: 'took',
    header: 'Took',
    width: 76,
    align: 'right',
    priority: 11,
    cell: (row) => <span className="text-ink-2">{took(row)}</span>,
  },
]

export function narrow(row: ReconciliationRun) {
  return (
    <>
      <div className="flex items-center justify-between gap-3">
        <RowLink row={row} />
        <RunMark run={row} />
      </div>
      <div className="figures mt-0.5 flex items-center justify-between gap-3 text-xs text-ink-2">
        <span className="truncate">
          {row.state === 'running' ? phaseWords[row.phase] : formatCount(row.differences, 'difference')}
          {row.flagged > 0 && `, ${formatNumber(row.flagged)} flagged`}
        </span>
        <TimeAgo at={row.startedAt} />
      </div>
    </>
  )
}
