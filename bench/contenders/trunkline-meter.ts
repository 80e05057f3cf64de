import { openErrors } from '../../apps/api/src/errors/track.ts'
import { jobs } from '../../apps/api/src/jobs.ts'
import { type Ctx, inTransaction } from '../../apps/api/src/platform/context.ts'
import { readEnv, secretsOf } from '../../apps/api/src/platform/env.ts'
import { newId } from '../../apps/api/src/platform/id.ts'
import { openJobs } from '../../apps/api/src/platform/job.ts'
import { openLog } from '../../apps/api/src/platform/log.ts'
import { meterUsage } from '../../apps/api/src/usage/meter.ts'
import { openDrizzle } from '../../packages/db/src/connect.ts'
import { customersOf, meterBatch, meterLoops } from '../metered.ts'
import { work } from './work.ts'

// the product's own metering: keys, ledger, counters, sums by the hour, crossings, alerts and notices, in one commit
const env = readEnv()
const log = openLog({ level: 'warn', secrets: secretsOf(env) })
const { db } = openDrizzle(env.DATABASE_URL, { max: env.DATABASE_POOL, name: 'bench' })
const { queue } = await openJobs({ directUrl: env.DATABASE_DIRECT_URL, jobs, log, isWorker: false })
const faults = openErrors({ ctx: () => ctx(), log })
const ctx = (): Ctx => ({
  db,
  now: new Date(),
  actor: { kind: 'system', name: 'worker' },
  requestId: 'bench',
  address: null,
  log,
  queue,
  env,
  faults,
})
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
