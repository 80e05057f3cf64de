import { PgBoss } from 'pg-boss'

/** The job queue on the environment's database, by itself: no schedules, no upkeep, and a fault ends the process. */
export async function openBoss(): Promise<PgBoss> {
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
  return boss
}

/** What a job queue costs before anything is done: takes a hundred, does nothing, says that they are done. Answers how many. */
export async function takeHundred(boss: PgBoss, queue: string): Promise<number> {
  const batch = await boss.fetch(queue, { batchSize: 100 })
  if (batch.length > 0)
    await boss.complete(
      queue,
      batch.map(({ id }) => id),
    )
  return batch.length
}
