import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import postgres from 'postgres'
import { expect, test } from 'vitest'
import { startOwnPostgres, startTestServer } from '../testing/postgres.ts'
import { temporaryFolder } from '../testing/temporary-folder.ts'
import { isRunning } from './process.ts'
import { startLocalPostgres } from './server.ts'

test('what was committed before a power cut is there after the restart, at the same address', async () => {
  const own = await startOwnPostgres()
  const sql = postgres(own.url, { max: 1, onnotice: () => undefined })
  await sql`create table kept (number int)`
  await sql`insert into kept values (1)`
  const before = own.pid

  await own.kill9()
  await own.restart()

  expect(await sql`select number from kept`).toEqual([{ number: 1 }])
  expect(own.pid).not.toBe(before)
  await sql.end()
  await own.stop()
  expect(isRunning(own.pid)).toBe(false)
})

test('a server that runs in the folder already is adopted', async () => {
  const folder = temporaryFolder('trunkline-adopt-')
  const first = await startLocalPostgres({ folder: folder.inside('postgres') })

  const second = await startLocalPostgres({ folder: folder.inside('postgres') })

  expect(second).toMatchObject({ adopted: true, pid: first.pid, url: first.url })
  await second.stop()
  expect(isRunning(first.pid)).toBe(false)
  folder.remove()
})

test('a note of a dead server whose process id is somebody else’s by now is put away', async () => {
  const folder = temporaryFolder('trunkline-stale-')
  const first = await startLocalPostgres({ folder: folder.inside('postgres') })
  await first.stop()
  writeFileSync(join(first.folder, 'postmaster.pid'), `${process.pid}\n${first.folder}\n0\n${first.port}\n`)

  const second = await startLocalPostgres({ folder: folder.inside('postgres') })

  expect(second.adopted).toBe(false)
  await second.stop()
  folder.remove()
})

test('a cluster that was never finished is made anew', async () => {
  const folder = temporaryFolder('trunkline-unfinished-')
  writeFileSync(folder.inside('postgres.new-0badcafe'), '')

  const server = await startLocalPostgres({ folder: folder.inside('postgres') })

  expect(readdirSync(folder.path)).toEqual(['postgres'])
  await server.stop()
  folder.remove()
  expect(existsSync(folder.path)).toBe(false)
})

test.each(['postgres://db.example.com/postgres', 'postgres://10.0.0.7/postgres', 'not an address'])(
  'the suite refuses a server that is not on this machine: %s',
  async (url) => {
    await expect(startTestServer({ url, migrate: () => Promise.resolve() })).rejects.toThrow('TEST_DATABASE_URL')
  },
)
