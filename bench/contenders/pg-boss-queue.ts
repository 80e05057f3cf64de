import { workerLoops } from '../../apps/api/src/webhooks/worker.ts'
import { inBatches, inboxOf, queueName } from '../inbox.ts'
import { openBoss, takeHundred } from './boss.ts'
import { store } from './store.ts'
import { work } from './work.ts'

// the same bodies as jobs, sent one by one or by the two hundred; fetched by the hundred, and completed with nothing done
const boss = await openBoss()
await boss.createQueue(queueName)
await takeIn()
await work(workerLoops, () => takeHundred(boss, queueName))

/** What is sent is forgotten with this, as in ours. */
async function takeIn(): Promise<void> {
  const { deliveries } = inboxOf({ calls: Number(process.env.CALLS), customers: Number(process.env.CUSTOMERS) })
  const jobs = deliveries.map(({ body }) => JSON.parse(body.toString()) as object)
  const warm = Number(process.env.WARM)
  if (process.env.HOW === 'send') return await store(jobs, { warm, add: (data) => boss.send(queueName, data) })
  const add = (batch: readonly object[]) =>
    boss.insert(
      queueName,
      batch.map((data) => ({ data })),
    )
  await store(inBatches(jobs), { warm: warm / 200, add })
}
