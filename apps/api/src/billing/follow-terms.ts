import { rateUsage } from '@trunkline/core/billing/rating'
import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { followLine, lockRating } from './rate.ts'
import { type FoundTerms, termsIn, toTerms } from './terms.ts'

type Priced = FoundTerms & {
  id: string
  customer_id: string
  meter: Meter
  quantity: string
  amount_cents: string
  as_rated: boolean
}

const atOnce = 2000

/** Open lines of units that have a price, or had one, with the terms that hold now. */
const priced = `
  select line.id, line.customer_id, line.meter, line.quantity, line.amount_cents, terms.*,
    line.tier_snapshot_id = terms.tier_snapshot_id and line.unit_price_micros = terms.unit_price_micros as as_rated
  from billing_line_items as line
  join lateral (${termsIn({ customerId: 'line.customer_id', periodStart: 'line.period_start', meter: 'line.meter' })}) as terms on true
  where line.state = 'open' and line.kind = 'usage' and line.id > $1::text::uuid
    and (terms.unit_price_micros > 0 or line.unit_price_micros > 0 or line.tier_snapshot_id <> terms.tier_snapshot_id)
  order by line.id limit ${atOnce}`

/** Brings open lines to the terms that hold now: what was granted or sold since their last entry counts without another one. */
export async function followTerms(ctx: Ctx): Promise<void> {
  let after: string | undefined = '00000000-0000-0000-0000-000000000000'
  while (after !== undefined) {
    const lines: Priced[] = await statement<Priced>(ctx.db, priced, [after])
    await followThose(ctx, lines.filter(isStale))
    after = lines.at(-1)?.id
  }
}

const isStale = (line: Priced): boolean =>
  !line.as_rated || Number(line.amount_cents) !== rateUsage(Number(line.quantity), toTerms(line))

async function followThose(ctx: Ctx, lines: readonly Priced[]): Promise<void> {
  if (lines.length === 0) return
  await inTransaction(ctx, async (ctx) => {
    await lockRating(ctx)
    for (const { customer_id: customerId, meter, period_start: periodStart } of lines)
      await followLine(ctx, { customerId, meter, periodStart }, { closes: false })
    step('billing.followed')
    await announce(ctx, ['billing'])
  })
}
