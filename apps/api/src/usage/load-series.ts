import { toWireId } from '@trunkline/core/platform/wire-id'
import type { Meter } from '@trunkline/core/usage/meter'
import { statement } from '@trunkline/db/connect'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'

export const grains = ['hour', 'day', 'month'] as const
export const groupings = ['none', 'provider', 'direction', 'customer'] as const

export const seriesPoint = z.object({
  at: z.string(),
  /** The provider, the direction or the customer's id; null where the series is one, or for all that are not named. */
  group: z.string().nullable(),
  name: z.string().nullable(),
  quantity: z.number(),
  entries: z.number(),
})
export const usageSeries = z.object({ from: z.string(), to: z.string(), points: z.array(seriesPoint) })

const mostSteps = { hour: 24 * 93, day: 800, month: 120 } as const
const hoursOf = { hour: 1, day: 24, month: 24 * 28 } as const
const mostCustomers = 12

/** A group's value as a condition and as a column. Of customers only the largest are named, the rest is one line. */
const groupColumn = {
  none: 'null::text',
  provider: 'provider',
  direction: 'direction',
  customer: `case when customer_id in (select customer_id from largest) then customer_id::text end`,
} as const

type Input = {
  customerId: string | null
  meter: Meter
  grain: (typeof grains)[number]
  by: (typeof groupings)[number]
  from: string
  to: string
  timezone: string
}

/** What was used, by hour, day or month of a zone: read from the sums by the hour, so that it costs the same however many calls there were. */
export async function loadUsageSeries(ctx: Ctx, input: Input): Promise<z.infer<typeof usageSeries>> {
  const { customerId, meter, grain, by, from, to, timezone } = input
  const hours = (Date.parse(to) - Date.parse(from)) / 3_600_000
  if (!(hours > 0))
    throw new DomainError('invalid', 'The series ends after it begins', { fields: { to: 'must lie after from' } })
  if (hours / hoursOf[grain] > mostSteps[grain])
    throw new DomainError('invalid', 'The series is too long', {
      fields: { from: `at most ${mostSteps[grain]} ${grain}s` },
    })
  const rows = await statement<{
    at: Date | string
    group: string | null
    name: string | null
    quantity: string
    entries: string
  }>(
    ctx.db,
    `with chosen as materialized (
       select customer_id, hour, provider, direction, quantity, entries from usage_hours
       where meter = $1 and hour >= $2::text::timestamptz and hour < $3::text::timestamptz
         ${customerId === null ? '' : 'and customer_id = $5::text::uuid'}
     ), largest as (
       select customer_id from chosen group by customer_id order by sum(quantity) desc, customer_id limit ${mostCustomers}
     ), summed as (
       select date_trunc('${grain}', hour, $4::text) as at, ${groupColumn[by]} as "group", sum(quantity) as quantity, sum(entries) as entries
       from chosen group by 1, 2
     )
     select summed.*, customers.business_name as name from summed left join customers on customers.id::text = "group"
     order by at, "group" nulls last`,
    [meter, from, to, timezone, ...(customerId === null ? [] : [customerId])],
  )
  return {
    from,
    to,
    points: rows.map(({ at, group, name, quantity, entries }) => ({
      at: new Date(at).toISOString(),
      group: by === 'customer' && group !== null ? toWireId('customer', group) : group,
      name,
      quantity: Number(quantity),
      entries: Number(entries),
    })),
  }
}
