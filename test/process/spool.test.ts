import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Arrival } from '../../apps/api/src/webhooks/arrival.ts'
import { lineOf } from '../../apps/api/src/webhooks/spool-file.ts'
import { type PlannedCall, planCalls, retellEvent, ringing, secondsOf } from './provider.ts'
import { drained, type Process, type Stage, test, until } from './stage.ts'

test.concurrent('while the database is away the spool answers; it drains when the database is back, the spool of a process that died too', async ({
  ownStage: stage,
}) => {
  const [first, second] = await Promise.all([stage.start(), stage.start()])
  const { id, phoneNumber } = await stage.customer(first)
  const [known, fresh] = [planCalls(10, phoneNumber), planCalls(20, phoneNumber)]
  expect(await tell(stage, first, known)).toEqual(all(200, 10))
  await stage.settled()

  await stage.postgres.halt()
  const answers = [tell(stage, first, known), tell(stage, first, fresh), tell(stage, second, fresh)]
  expect((await Promise.all(answers)).flat()).toEqual(all(200, 50))
  expect(new Set(stage.spooled().map((file) => file.split('-')[0])).size).toBe(2)
  await first.kill()
  await stage.postgres.restart()
  await drained(stage)
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({ ...exactly([...known, ...fresh]), keys: 30, duplicates: 30 })
})

test.concurrent('a database that falls silent is away too, and what it stored in the end is not kept twice', async ({
  ownStage: stage,
}) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const [before, during] = [planCalls(40, phoneNumber), planCalls(200, phoneNumber)]
  expect(await tell(stage, api, before)).toEqual(all(200, 40))
  await stage.settled()

  stage.postgres.freeze()
  // a call that rings has no name: only its row tells that the commit went through after all
  const rings = Array.from({ length: 5 }, () => stage.provider.tell(api, ringing(phoneNumber)))
  expect(await tell(stage, api, during)).toEqual(all(200, 200))
  expect((await Promise.all(rings)).map((answer) => answer?.status)).toEqual(all(200, 5))
  stage.postgres.thaw()
  await drained(stage)
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({ ...exactly([...before, ...during]), inbox: { processed: 245 } })
})

test.concurrent('told to stop while the database is away a process ends, and what it spooled survives the death of the next one', async ({
  cutStage: stage,
}) => {
  const first = await stage.start()
  const { id, phoneNumber } = await stage.customer(first)
  const calls = planCalls(10, phoneNumber)
  await stage.line.cut()
  expect(await tell(stage, first, calls)).toEqual(all(200, 10))
  expect(await first.stop()).toBe(0)
  expect(stage.spooled()).not.toEqual([])
  await stage.line.mend()

  const second = await stage.sql.begin(async (sql) => {
    await sql`lock table webhook_queue in access exclusive mode`
    const second = await first.restart()
    await until('the spool is being drained', async () => stage.spooled().some((file) => file.includes('draining')))
    await second.kill()
    return second
  })
  expect(stage.spooled()).not.toEqual([])
  await second.restart()
  await drained(stage)
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({ ...exactly(calls), duplicates: 0 })
})

test.concurrent('what our own code fails over is kept beside and told of as a bug; what was acknowledged with it is counted at once, and itself once it is mended', async ({
  cutStage: stage,
}) => {
  const first = await stage.start()
  const { id, phoneNumber } = await stage.customer(first)
  const calls = planCalls(3, phoneNumber)
  await stage.line.cut()
  for (const call of calls) expect(await tell(stage, first, [call])).toEqual([200])
  expect(await first.stop()).toBe(0)
  const folder = join(stage.folder, 'data', 'spool')
  const ready = stage.spooled().map((name) => join(folder, name))
  const texts = ready.map((path) => readFileSync(path, 'utf8'))
  // what an inbound text asks, without whose it is: the record is whole, and what reads it fails
  const broken = texts.map((text) => text.replace(/^.*$/m, (line) => lineAgain({ ...recordOf(line), said: {} })))
  for (const [index, path] of ready.entries()) writeFileSync(path, broken[index] ?? '')
  const spoiled = texts.map((text) => recordOf(text).id)

  await stage.line.mend()
  const second = await first.restart()
  await until('it is kept beside', async () => stage.spooled().every((name) => name.endsWith('.damaged')))
  await stage.settled()
  expect(stage.spooled()).toHaveLength(ready.length)
  expect(await stage.figures(id)).toMatchObject({ calls: calls.length - spoiled.length })
  await until('it is told of', async () => {
    const told = await stage.sql`select webhook_id as id from error_logs where place = 'spool' order by webhook_id`
    return told.map((row) => row.id).join() === spoiled.toSorted().join()
  })

  for (const [index, path] of ready.entries()) {
    writeFileSync(path, texts[index] ?? '')
    rmSync(path.replace('.ready', '.damaged'))
  }
  await drained(stage)
  await stage.settled()
  expect(await stage.figures(id)).toMatchObject(exactly(calls))
  expect(await second.stop()).toBe(0)
})

test.concurrent('a process that is started while the database is away waits for it, ends when it is told to, and ends with one line where its address is wrong', async ({
  cutStage: stage,
}) => {
  await stage.line.cut()
  const starts = [stage.start(), stage.start()].map((start) => start.catch((error: Error) => error))
  await until('both wait', async () => {
    const waiting = stage.processes.filter(({ output }) => output().includes('the start waits'))
    return waiting.length === 2
  })
  const [told, left] = stage.processes
  expect(await told?.stop()).toBe(0)
  await stage.line.mend()
  const started = await Promise.all(starts)
  expect(started).toContainEqual(expect.objectContaining({ pid: left?.pid }))
  expect(started.filter((one) => one instanceof Error)).toHaveLength(1)

  // not a password: a server on loopback may trust everybody
  const wrong = new URL(stage.line.url)
  wrong.pathname = '/nowhere'
  await expect(stage.start({ env: { DATABASE_URL: wrong.href } })).rejects.toThrow(
    /^The process did not start: Trunkline cannot start: database "nowhere" does not exist\n$/,
  )
})

test.concurrent('a full spool or disk refuses, so that the provider comes again, spoils no record and takes more as soon as it can', async ({
  cutStage: stage,
}) => {
  const folder = join(stage.folder, 'data', 'spool')
  mkdirSync(folder, { recursive: true })
  const filling = join(folder, 'filling')
  writeFileSync(filling, '')
  // a hole: it counts and takes no room
  truncateSync(filling, 256 * 1024 * 1024 - 20_000)
  const emptied = () => until('the spool is drained', async () => stage.spooled().every((file) => file === 'filling'))
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const calls = planCalls(4, phoneNumber)
  const tellAtLength = async (call: PlannedCall) =>
    (await stage.provider.tell(api, retellEvent('call_ended', call, { transcript: 'A long call. '.repeat(500) })))
      ?.status
  await stage.line.cut()

  // one by one: what is told together is refused together
  const answers: (number | undefined)[] = []
  for (const call of calls) answers.push(await tellAtLength(call))
  expect(answers).toEqual([200, 200, 503, 503])
  await stage.line.mend()
  await emptied()
  await stage.settled()
  expect(await stage.figures(id)).toMatchObject(exactly(calls.slice(0, 2)))
  expect(await Promise.all(calls.map(tellAtLength))).toEqual(all(200, 4))

  // elsewhere nothing can limit the files of another process
  const [before, refused, after] = [planCalls(5, phoneNumber), planCalls(5, phoneNumber), planCalls(5, phoneNumber)]
  const limitFiles = (bytes: number | 'unlimited') =>
    process.platform === 'linux' && execFileSync('prlimit', [`--pid=${api.pid}`, `--fsize=${bytes}:unlimited`])
  await stage.line.cut()
  expect(await tell(stage, api, before)).toEqual(all(200, 5))
  // a file is closed when it is tried; what came after that is in another one, longer than will be allowed too
  await until('a file was tried', async () => stage.spooled().some((file) => file.endsWith('.ready')))
  if (limitFiles(500)) expect(await tell(stage, api, refused)).toEqual(all(503, 5))
  limitFiles('unlimited')
  expect(await tell(stage, api, after)).toEqual(all(200, 5))
  await stage.line.mend()
  await emptied()
  await stage.settled()
  expect(await stage.figures(id)).toMatchObject(exactly([...calls, ...before, ...after]))
})

const tell = (stage: Stage, api: Process, calls: readonly PlannedCall[]) =>
  Promise.all(calls.map(async (call) => (await stage.provider.tell(api, retellEvent('call_ended', call)))?.status))

const recordOf = (line: string) => JSON.parse(line.slice(9).split('\n')[0] ?? '') as Arrival
const lineAgain = (record: object) => lineOf(record as Arrival).trimEnd()

const all = (status: number, count: number) => Array<number>(count).fill(status)

/** These calls and no others, each kept, counted and charged once. */
const exactly = (calls: readonly PlannedCall[]) => ({
  inbox: { processed: calls.length },
  calls: calls.length,
  ledger: secondsOf(calls),
  counter: secondsOf(calls),
})
