import { PgBoss } from 'pg-boss'
import { work } from './work.ts'

// what a job queue costs before anything is done: take a hundred, do nothing, say that they are done
const boss = new PgBoss({
  connectionString: process.env.DATABASE_URL,
  max: 10,
  migrate: false,
  createSchema: false,
  schedule: false,
  supervise: false,
})
boss.on('error', (error) => {
  throw error
})
await boss.start()
const queue = process.env.QUEUE ?? ''
await work(2, async () => {
  const batch = await boss.fetch(queue, { batchSize: 100 })
  if (batch.length > 0)
    await boss.complete(
      queue,
      batch.map(({ id }) => id),
    )
  return batch.length
})
