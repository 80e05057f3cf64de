import { clsx } from 'clsx'

/** The shape of a series, without axes: the number beside it says how much. A missing value is a gap. */
export function Sparkline({
  values,
  label,
  className,
  width = 120,
  height = 32,
}: {
  values: (number | null)[]
  label: string
  className?: string
  width?: number
  height?: number
}) {
  const top = Math.max(1e-9, ...values.map((value) => value ?? 0))
  const step = width / Math.max(1, values.length - 1)
  const y = (value: number) => height - 2 - (value / top) * (height - 4)
  const runs: { at: number; value: number }[][] = []
  values.forEach((value, index) => {
    if (value === null) return
    const last = runs.at(-1)
    if (last && last.at(-1)?.at === index - 1) last.push({ at: index, value })
    else runs.push([{ at: index, value }])
  })
  const line = (run: { at: number; value: number }[]) =>
    run.map(({ at, value }, index) => `${index ? 'L' : 'M'}${(at * step).toFixed(1)} ${y(value).toFixed(1)}`).join('')
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      className={clsx('overflow-visible text-accent', className)}
    >
      {runs.map((run) => (
        <g key={run[0]?.at}>
          {run.length > 1 && (
            <path
              d={`${line(run)}L${((run.at(-1)?.at ?? 0) * step).toFixed(1)} ${height}L${((run[0]?.at ?? 0) * step).toFixed(1)} ${height}Z`}
              fill="currentColor"
              opacity={0.1}
            />
          )}
          <path
            d={run.length > 1 ? line(run) : `${line(run)}h0.01`}
            fill="none"
            stroke="currentColor"
            strokeWidth={1.5}
            strokeLinejoin="round"
            strokeLinecap="round"
            vectorEffect="non-scaling-stroke"
          />
        </g>
      ))}
    </svg>
  )
}
