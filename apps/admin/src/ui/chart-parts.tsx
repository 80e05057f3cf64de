import { clsx } from 'clsx'
import type { Series } from './chart-plot.ts'

export function Swatch({ series }: { series: Series }) {
  return (
    <span
      aria-hidden
      className={clsx('size-2.5 shrink-0 rounded-[2px]', series.striped && 'hatched')}
      style={series.striped ? { color: `var(${series.color})` } : { background: `var(${series.color})` }}
    />
  )
}

type Readable = { at: number[]; series: Series[]; format: (value: number) => string; timeOf: (at: number) => string }

/** All series at the point under the pointer. */
export function Reading({
  at,
  series,
  format,
  timeOf,
  hovered,
  width,
}: Readable & { hovered: { index: number; left: number }; width: number }) {
  const time = at[hovered.index]
  if (time === undefined) return null
  return (
    <div
      className="figures pointer-events-none absolute top-1 z-20 min-w-36 rounded-md bg-raised px-2.5 py-2 text-xs shadow-float"
      style={hovered.left > width / 2 ? { right: width - hovered.left + 20 } : { left: hovered.left + 20 }}
    >
      <div className="mb-1 font-medium whitespace-nowrap">{timeOf(time)}</div>
      {series.toReversed().map((each) => {
        const value = each.values[hovered.index] ?? null
        return (
          <div key={each.label} className="flex items-center gap-1.5 text-ink-2">
            <Swatch series={each} />
            <span className="flex-1">{each.label}</span>
            <span className="pl-4 font-medium text-ink">{value === null ? 'no data' : format(value)}</span>
          </div>
        )
      })}
    </div>
  )
}

/** The same figures for those who read them. */
export function ChartTable({
  at,
  series,
  format,
  timeOf,
  summary,
  height,
}: Readable & { summary: string; height: number }) {
  return (
    <div
      className="scroll-thin overflow-auto border-t focus-visible:outline-offset-[-2px]"
      style={{ height }}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
      tabIndex={0}
    >
      <table className="figures w-full text-sm">
        <caption className="sr-only">{summary}</caption>
        <thead className="sticky top-0 bg-surface text-xs text-ink-2">
          <tr>
            <th scope="col" className="px-4 py-1.5 text-left font-medium">
              From
            </th>
            {series.map(({ label }) => (
              <th key={label} scope="col" className="px-4 py-1.5 text-right font-medium">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {at.map((time, index) => (
            <tr key={time} className="border-t">
              <th scope="row" className="px-4 py-1 text-left font-normal whitespace-nowrap">
                {timeOf(time)}
              </th>
              {series.map(({ label, values }) => {
                const value = values[index] ?? null
                return (
                  <td key={label} className="px-4 py-1 text-right">
                    {value === null ? '—' : format(value)}
                  </td>
                )
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
