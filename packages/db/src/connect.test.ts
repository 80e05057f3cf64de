import { afterAll, beforeAll, test } from 'vitest'
import { openPool } from './connect.ts'
import { openLine } from './testing/line.ts'
import { type TestDatabase, testDatabase } from './testing/postgres.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await testDatabase()
})
afterAll(() => database.drop())

test.concurrent('a network that swallows everything fails what waits, and the pool goes on when it is mended', async ({
  expect,
}) => {
  const line = await openLine(database.url)
  const pool = openPool(line.url, { max: 2, name: 'test', silenceMs: 200 })
  await Promise.all([pool`select 1`, pool`select 1`])

  line.silence()
  const lost = await Promise.allSettled([pool`select 1`, pool`select 1`, pool.begin((sql) => sql`select 1`)])
  expect(lost.map((one) => one.status)).toEqual(['rejected', 'rejected', 'rejected'])
  expect(lost[0]).toMatchObject({ reason: { code: 'CONNECTION_CLOSED' } })

  await line.mend()
  // asked while the lost connections close, it may fail once more, but never hangs
  await expect.poll(() => pool`select 2 as answer`).toEqual([{ answer: 2 }])
  await pool.end()
  await line.close()
})

test.concurrent('a connection that was idle for longer than the silence it is allowed is replaced unseen', async ({
  expect,
}) => {
  const pool = openPool(database.url, { max: 1, name: 'test', silenceMs: 100 })
  await pool`select 1`
  await new Promise((resolve) => setTimeout(resolve, 250))

  expect(await pool`select 2 as answer`).toEqual([{ answer: 2 }])
  await pool.end()
})

test.concurrent('a server that never says a word is named by its address', async ({ expect }) => {
  const line = await openLine(database.url)
  line.silence()
  const pool = openPool(line.url, { max: 1, name: 'test' })

  await expect(pool`select 1`).rejects.toThrow(`write CONNECT_TIMEOUT ${new URL(line.url).host}`)

  await pool.end({ timeout: 0 })
  await line.close()
})
