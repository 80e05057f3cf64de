import { openErrors } from '../../apps/api/src/errors/track.ts'
import { jobs } from '../../apps/api/src/jobs.ts'
import type { Ctx } from '../../apps/api/src/platform/context.ts'
import { readEnv, secretsOf } from '../../apps/api/src/platform/env.ts'
import { openJobs } from '../../apps/api/src/platform/job.ts'
import { openLog } from '../../apps/api/src/platform/log.ts'
import { planReplay } from '../../apps/api/src/webhooks/plan-replay.ts'
import { type ReplayFilter, replayFilter } from '../../apps/api/src/webhooks/replay-filter.ts'
import { openDrizzle } from '../../packages/db/src/connect.ts'

// the product's own plan, up to the answer: what is meant is found, counted, hashed and kept
const env = readEnv()
const log = openLog({ level: 'warn', secrets: secretsOf(env) })
const { db } = openDrizzle(env.DATABASE_URL, { max: 1, name: 'bench' })
const { queue } = await openJobs({ directUrl: env.DATABASE_DIRECT_URL, jobs, log, isWorker: false })
const faults = openErrors({ ctx: () => ctx(), log })
const ctx = (): Ctx => ({
  db,
  now: new Date(),
  actor: { kind: 'system', name: 'bench' },
  requestId: 'bench',
  address: null,
  log,
  queue,
  env,
  faults,
})
for (const end of ['disconnect', 'SIGTERM'] as const) process.once(end, () => process.exit())
process.on('message', (message) => void measure(String(message)))
process.stdout.write('ready\n')

async function measure(asked: string): Promise<void> {
  const [nth, ...rest] = asked.split(' ')
  const filter: ReplayFilter = replayFilter.parse(JSON.parse(rest.join(' ')))
  const began = performance.now()
  const { count } = await planReplay(ctx(), { filter })
  process.stdout.write(`done ${nth} ${count} ${performance.now() - began}\n`)
}
