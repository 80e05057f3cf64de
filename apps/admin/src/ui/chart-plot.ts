import UPlot from 'uplot'

export type Series = {
  label: string
  /** A custom property of the stylesheet: «--accent». */
  color: string
  values: (number | null)[]
  /** Drawn with stripes, so that it is told apart without colour. */
  striped?: boolean
}

export type Plot = {
  kind: 'stacked' | 'line'
  /** Seconds since 1970, one a point. */
  at: number[]
  series: Series[]
  /** How far apart points lie. */
  bucket: 'hour' | 'day' | 'month'
  format: (value: number) => string
  thresholds: { value: number; label: string }[]
  onBrush?: (from: Date, to: Date) => void
  onHover: (hovered: { index: number; left: number } | undefined) => void
}

const hour = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const month = new Intl.DateTimeFormat('en-GB', { month: 'short', year: 'numeric' })

// counts have no halves: the axis steps by whole numbers
const wholeSteps = Array.from({ length: 9 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat()

/** Bars stand on each other: each series is drawn as the sum up to it, the tallest first. */
export function plotData({ kind, at, series }: Pick<Plot, 'kind' | 'at' | 'series'>): UPlot.AlignedData {
  if (kind === 'line') return [at, ...series.map(({ values }) => values)]
  const sums = series.map((_, index) =>
    at.map((_, point) => series.slice(0, index + 1).reduce((sum, { values }) => sum + (values[point] ?? 0), 0)),
  )
  return [at, ...sums.toReversed()]
}

function stripes(context: CanvasRenderingContext2D, color: string, ground: string): CanvasPattern | string {
  const tile = document.createElement('canvas')
  const size = 6 * devicePixelRatio
  tile.width = tile.height = size
  const pen = tile.getContext('2d')
  if (!pen) return color
  // the taller bar stands behind this one and must not shine through
  pen.fillStyle = ground
  pen.fillRect(0, 0, size, size)
  pen.strokeStyle = color
  pen.lineWidth = size / 2.4
  pen.beginPath()
  for (const shift of [-size, 0, size]) {
    pen.moveTo(shift, size)
    pen.lineTo(shift + size, 0)
  }
  pen.stroke()
  return context.createPattern(tile, 'repeat') ?? color
}

/** `read` gives what the plot shows at the moment it is asked, so that new figures need no new plot. */
export function makePlot(host: HTMLElement, width: number, height: number, read: () => Plot): UPlot {
  const { kind, series, bucket, onBrush } = read()
  const style = getComputedStyle(document.documentElement)
  const color = (name: string) => style.getPropertyValue(name).trim()
  const family = style.getPropertyValue('--font-sans') || 'sans-serif'
  const axis: UPlot.Axis = {
    stroke: color('--ink-3'),
    font: `11px ${family}`,
    gap: 6,
    ticks: { show: false },
    border: { show: false },
  }
  const bars = UPlot.paths.bars?.({ size: [0.72, 28] })
  const drawn = kind === 'stacked' ? series.toReversed() : series
  const half = () => {
    const [first = 0, second = first + 3600] = read().at
    return kind === 'stacked' ? (second - first) / 2 : 0
  }

  return new UPlot(
    {
      width,
      height,
      padding: [14, 6, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        points: { show: kind === 'line', size: 7 },
        drag: { x: onBrush !== undefined, y: false, setScale: false },
      },
      scales: {
        x: { time: true, range: (_, least, most) => [least - half(), most + half()] },
        y: {
          range: (_, __, most) => {
            const highest = Math.max(most || 0, ...read().thresholds.map(({ value }) => value))
            return [0, highest > 0 ? highest * 1.08 : 1]
          },
        },
      },
      axes: [
        {
          ...axis,
          grid: { show: false },
          size: 26,
          space: 64,
          values: (_, splits) =>
            splits.map((split) => {
              const date = new Date(split * 1000)
              const isMidnight = date.getHours() === 0 && date.getMinutes() === 0
              if (bucket === 'month') return month.format(date)
              return (bucket === 'day' || isMidnight ? day : hour).format(date)
            }),
        },
        {
          ...axis,
          size: 46,
          space: 36,
          incrs: wholeSteps,
          grid: { stroke: color('--line'), width: 1 },
          values: (_, splits) => splits.map((split) => read().format(split)),
        },
      ],
      series: [
        {},
        ...drawn.map(
          (each): UPlot.Series =>
            kind === 'stacked'
              ? {
                  label: each.label,
                  paths: bars,
                  points: { show: false },
                  width: 0,
                  fill: (plot) =>
                    each.striped ? stripes(plot.ctx, color(each.color), color('--surface')) : color(each.color),
                }
              : {
                  label: each.label,
                  stroke: color(each.color),
                  width: 1.5,
                  fill: `color-mix(in oklab, ${color(each.color)} 10%, transparent)`,
                  points: { show: false },
                },
        ),
      ],
      hooks: {
        setCursor: [
          (plot) => {
            const { idx: index, left = -1 } = plot.cursor
            read().onHover(
              index == null || left < 0 ? undefined : { index, left: left + plot.bbox.left / devicePixelRatio },
            )
          },
        ],
        setSelect: [
          (plot) => {
            const { left, width: wide } = plot.select
            if (wide < 4) return
            const from = plot.posToVal(left, 'x')
            const to = plot.posToVal(left + wide, 'x')
            plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
            read().onBrush?.(new Date(from * 1000), new Date(to * 1000))
          },
        ],
        draw: [
          ({ ctx, bbox, valToPos }) => {
            for (const { value, label } of read().thresholds) {
              const y = valToPos(value, 'y', true)
              ctx.save()
              ctx.strokeStyle = color('--warn-mark')
              ctx.lineWidth = devicePixelRatio
              ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio])
              ctx.beginPath()
              ctx.moveTo(bbox.left, y)
              ctx.lineTo(bbox.left + bbox.width, y)
              ctx.stroke()
              ctx.font = `${11 * devicePixelRatio}px ${family}`
              ctx.textAlign = 'right'
              ctx.fillStyle = color('--warn-ink')
              ctx.fillText(label, bbox.left + bbox.width, y - 4 * devicePixelRatio)
              ctx.restore()
            }
          },
        ],
      },
    },
    plotData(read()),
    host,
  )
}
