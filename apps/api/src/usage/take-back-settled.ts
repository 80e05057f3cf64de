import type { Meter } from '@trunkline/core/usage/meter'
import { webhookProviders } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { eachApart } from '../platform/each-apart.ts'
import { firstIdAt } from '../platform/id.ts'
import { meterUsage } from './meter.ts'

type Settled = { meter: Meter; idem_key: string; customer_id: string }

const mostAtOnce = 500

const namesOfKey = webhookProviders.map((provider) => `'${provider}:' || substr(settled.idem_key, 10)`).join(', ')
const reportedAs = (kind: 'call' | 'sms', charge: 'call' | 'message') => `exists (
    select from ${kind}_keys as name join usage_keys as booked on booked.meter = settled.meter and booked.idem_key = '${charge}:' || name.${kind}_id
    where name.key in (${namesOfKey}))`

/** What was settled before that has met its report, or none. */
const lookedAtDays = 7

/** The first two conditions are those of an index; `$1` is the first entry that may have missed a report. */
const settledTwice = `select meter, idem_key, customer_id from usage_keys as settled
  where booked <> 0 and idem_key like 'provider:%' and last_entry_id >= $1::text::uuid and case meter
    when 'call_seconds' then ${reportedAs('call', 'call')} else ${reportedAs('sms', 'message')} end
  order by idem_key limit ${mostAtOnce}`

/**
 * Takes back what was settled by a provider's id and is charged by its report all the same. Whoever settles and whoever reports see each
 * other where both charge one customer, and may miss each other where the report makes it somebody else's: the report stands.
 */
export async function takeBackSettled(ctx: Ctx): Promise<void> {
  const found = await statement<Settled>(ctx.db, settledTwice, [
    firstIdAt(new Date(ctx.now.getTime() - lookedAtDays * 86_400_000)),
  ])
  if (found.length > 0)
    ctx.log.warn({ keys: found.length }, 'settled for one customer and reported as another’s; taken back')
  await eachApart(found, (settled) => inTransaction(ctx, (ctx) => takeBack(ctx, settled)), {
    failed: 'were charged twice and not taken back',
  })
}

async function takeBack(ctx: Ctx, { meter, idem_key: idemKey, customer_id: customerId }: Settled): Promise<void> {
  const [last] = await statement<{ event_id: string }>(
    ctx.db,
    `select event_id from usage_entries where id = (select last_entry_id from usage_keys where meter = $1 and idem_key = $2)`,
    [meter, idemKey],
  )
  if (last === undefined) return
  await meterUsage(ctx, [
    {
      meter,
      idemKey,
      customerId,
      quantity: 0,
      occurredAt: ctx.now.toISOString(),
      eventId: last.event_id,
      webhookId: undefined,
    },
  ])
}
