import { inTransaction } from '../../apps/api/src/platform/context.ts'
import { newId } from '../../apps/api/src/platform/id.ts'
import { meterUsage } from '../../apps/api/src/usage/meter.ts'
import { customersOf, meterBatch, meterLoops } from '../metered.ts'
import { openProduct } from './product.ts'
import { work } from './work.ts'

// the product's own metering: keys, ledger, counters, sums by the hour, crossings, alerts and notices, in one commit
const { env, ctx } = await openProduct()
const nextBatch = meterBatch(await customersOf(env.DATABASE_URL))
await work(meterLoops, async () => {
  const charges = nextBatch().map(({ customerId, quantity }) => {
    const eventId = newId()
    const occurredAt = new Date().toISOString()
    const reported = { provider: 'retell', direction: 'inbound', webhookId: undefined }
    return {
      meter: 'call_seconds' as const,
      idemKey: `call:${eventId}`,
      customerId,
      quantity,
      occurredAt,
      eventId,
      ...reported,
    }
  })
  return (await inTransaction(ctx(), (ctx) => meterUsage(ctx, charges))).booked
})
