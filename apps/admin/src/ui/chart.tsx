import { ChartColumn, Download, Table2 } from 'lucide-react'
import { type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type UPlot from 'uplot'
import { Button, IconButton } from './button.tsx'
import { ChartTable, Reading, Swatch } from './chart-parts.tsx'
import { makePlot, type Plot, plotData } from './chart-plot.ts'
import { formatCompact } from './format.ts'
import { Menu, MenuItem } from './menu.tsx'
import { saveFile, saveRows } from './save-file.ts'
import { useWidth } from './use-width.ts'

function subscribeTheme(listener: () => void): () => void {
  const observer = new MutationObserver(listener)
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
  return () => observer.disconnect()
}
const themeNow = () => document.documentElement.dataset.theme ?? 'light'

const dayAndHour = new Intl.DateTimeFormat('en-GB', {
  weekday: 'short',
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
})
const fullDay = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' })
const fullMonth = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' })
const timesOf = { hour: dayAndHour, day: fullDay, month: fullMonth }
const noThresholds: Plot['thresholds'] = []

/** Figures over time, with their unit; also as a table, a picture and a file. */
export function Chart({
  title,
  summary,
  kind,
  at,
  series,
  unit,
  bucket,
  format = formatCompact,
  thresholds = noThresholds,
  onBrush,
  height = 200,
}: Omit<Plot, 'format' | 'thresholds' | 'onHover'> &
  Partial<Pick<Plot, 'format' | 'thresholds'>> & {
    title: ReactNode
    /** What the chart says, for those who do not see it. */
    summary: string
    unit: string
    height?: number
  }) {
  const frame = useRef<HTMLDivElement>(null)
  const width = useWidth(frame)
  const plot = useRef<UPlot>(null)
  const [asTable, setAsTable] = useState(false)
  const [hovered, setHovered] = useState<{ index: number; left: number }>()
  const theme = useSyncExternalStore(subscribeTheme, themeNow)

  const shown: Plot = { kind, at, series, bucket, format, thresholds, onBrush, onHover: setHovered }
  const latest = useRef(shown)
  useEffect(() => {
    latest.current = shown
  })
  const shape = JSON.stringify([kind, bucket, series.map(({ label, color, striped }) => [label, color, striped])])
  // `shape` stands for everything the plot is built from
  useEffect(() => {
    const host = frame.current
    if (!host || width === 0 || asTable) return
    const made = makePlot(host, width, height, () => latest.current)
    plot.current = made
    return () => {
      plot.current = null
      made.destroy()
    }
  }, [width, height, theme, shape, asTable])

  const data = useMemo(() => plotData({ kind, at, series }), [kind, at, series])
  useEffect(() => plot.current?.setData(data), [data])

  const timeOf = (time: number) => timesOf[bucket].format(time * 1000)
  const name = summary
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 40)

  function savePicture() {
    const source = plot.current?.ctx.canvas
    const copy = document.createElement('canvas')
    const pen = copy.getContext('2d')
    if (!source || !pen) return
    copy.width = source.width
    copy.height = source.height
    pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue('--surface').trim()
    pen.fillRect(0, 0, copy.width, copy.height)
    pen.drawImage(source, 0, 0)
    copy.toBlob((blob) => blob && saveFile(`${name}.png`, blob))
  }
  function saveFigures() {
    const rows = at.map((time, index) => [
      new Date(time * 1000).toISOString(),
      ...series.map(({ values }) => values[index] ?? null),
    ])
    saveRows(`${name}.csv`, [['at', ...series.map(({ label }) => label)], ...rows])
  }

  return (
    <figure className="min-w-0">
      <figcaption className="flex min-h-11 flex-wrap items-center gap-x-4 gap-y-1 py-1.5 pr-2 pl-4">
        <h2 className="text-sm font-semibold">{title}</h2>
        <ul className="flex flex-1 flex-wrap gap-x-3 gap-y-0.5">
          {series.map((each) => (
            <li key={each.label} className="flex items-center gap-1.5 text-xs text-ink-2">
              <Swatch series={each} />
              {each.label}
            </li>
          ))}
        </ul>
        <span className="flex items-center">
          <IconButton
            label={asTable ? 'Show as a chart' : 'Show as a table'}
            size="icon-small"
            onClick={() => setAsTable(!asTable)}
          >
            {asTable ? <ChartColumn aria-hidden className="size-3.5" /> : <Table2 aria-hidden className="size-3.5" />}
          </IconButton>
          <Menu
            width="w-40"
            trigger={
              <Button variant="ghost" size="icon-small" aria-label="Save" title="Save">
                <Download aria-hidden className="size-3.5" />
              </Button>
            }
          >
            {!asTable && <MenuItem onSelect={savePicture}>Save as PNG</MenuItem>}
            <MenuItem onSelect={saveFigures}>Save as CSV</MenuItem>
          </Menu>
        </span>
      </figcaption>
      {asTable ? (
        <ChartTable at={at} series={series} format={format} timeOf={timeOf} summary={summary} height={height} />
      ) : (
        <div className="relative px-2 pb-2">
          <div className="pointer-events-none absolute -top-1.5 left-4 z-10 text-2xs text-ink-3">{unit}</div>
          <div ref={frame} role="img" aria-label={summary} style={{ height }} className="w-full overflow-hidden" />
          {hovered && (
            <Reading at={at} series={series} format={format} timeOf={timeOf} hovered={hovered} width={width} />
          )}
        </div>
      )}
    </figure>
  )
}
