import { openErrors } from '../../apps/api/src/errors/track.ts'
import { jobs } from '../../apps/api/src/jobs.ts'
import type { Ctx, NetCtx } from '../../apps/api/src/platform/context.ts'
import { readEnv, secretsOf } from '../../apps/api/src/platform/env.ts'
import { openJobs } from '../../apps/api/src/platform/job.ts'
import { openLog } from '../../apps/api/src/platform/log.ts'
import { openDrizzle } from '../../packages/db/src/connect.ts'

type Needs = { max?: number; level?: 'warn' | 'fatal'; fetch?: NetCtx['net']['fetch'] }

/** What the product's own verbs are given, on the environment's database, as the system; without `fetch` nobody outside is reached. */
export async function openProduct({ max, level = 'warn', fetch = unreachable }: Needs = {}) {
  const env = readEnv()
  const log = openLog({ level, secrets: secretsOf(env) })
  const { db, pool } = openDrizzle(env.DATABASE_URL, { max: max ?? env.DATABASE_POOL, name: 'bench' })
  const { queue } = await openJobs({ directUrl: env.DATABASE_DIRECT_URL, jobs, log, isWorker: false })
  const faults = openErrors({ ctx: (): Ctx => ctx(), log })
  const actor = { kind: 'system', name: 'bench' } as const
  const fixed = {
    db,
    actor,
    requestId: 'bench',
    address: null,
    log,
    queue,
    env,
    faults,
    hasStopped: () => false,
    net: { fetch },
  }
  const ctx = (): NetCtx => ({ ...fixed, now: new Date() })
  return { env, db, pool, ctx }
}

async function unreachable(): Promise<never> {
  throw new Error('a bench reaches nobody')
}

/** Says that it is ready, and for each message does what is asked, until whoever started it is gone. */
export function serveMessages(measure: (asked: string) => Promise<void>): void {
  for (const end of ['disconnect', 'SIGTERM'] as const) process.once(end, () => process.exit())
  process.on('message', (message) => void measure(String(message)))
  process.stdout.write('ready\n')
}
