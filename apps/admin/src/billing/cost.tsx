import { formatCents, formatMicros, formatNumber } from '../ui/format.ts'

type Cost = { providerCostMicros: number | null; marginCents: number | null; unpriced: number | null }

const why = (unpriced: number) =>
  `${formatNumber(unpriced)} ${unpriced === 1 ? 'call or text has' : 'calls and texts have'} no price yet: providers name it in the list that is read each night`

/** What providers take, as far as they have said; what has no price is unknown, and not free. */
export function CostFigure({ of }: { of: Cost }) {
  const { providerCostMicros, unpriced } = of
  const isPartial = unpriced !== null && unpriced > 0
  const sum = providerCostMicros === null ? 'Unknown' : formatMicros(providerCostMicros)
  return isPartial ? (
    <span title={why(unpriced)}>{providerCostMicros === null ? sum : `${sum} + unknown`}</span>
  ) : (
    <span>{sum}</span>
  )
}

/** What is left of an amount: nothing to say while a price is missing. */
export function MarginFigure({ of }: { of: Cost }) {
  const { marginCents, unpriced } = of
  if (marginCents === null)
    return (
      <span className="text-ink-3" title={unpriced ? why(unpriced) : undefined}>
        Unknown
      </span>
    )
  return <span className={marginCents < 0 ? 'font-medium text-bad-ink' : ''}>{formatCents(marginCents)}</span>
}
