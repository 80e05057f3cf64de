import { openErrors } from '../../apps/api/src/errors/track.ts'
import { jobs } from '../../apps/api/src/jobs.ts'
import type { Ctx } from '../../apps/api/src/platform/context.ts'
import { readEnv, secretsOf } from '../../apps/api/src/platform/env.ts'
import { openJobs } from '../../apps/api/src/platform/job.ts'
import { openLog } from '../../apps/api/src/platform/log.ts'
import { processBatch } from '../../apps/api/src/webhooks/process.ts'
import { workerLoops } from '../../apps/api/src/webhooks/worker.ts'
import { openDrizzle } from '../../packages/db/src/connect.ts'
import { work } from './work.ts'

// the worker of the product: its own batches and its own loops, without the waiting in between
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
await work(workerLoops, async () => (await processBatch(ctx(), { limit: 100 })).claimed)
