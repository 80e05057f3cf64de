import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type PlannedCall, planCalls, retellEvent, ringing, secondsOf } from './provider.ts'
import { type OwnStage, type Process, test, until } from './stage.ts'

const tell = (stage: OwnStage, api: Process, calls: readonly PlannedCall[], over: object = {}) =>
  Promise.all(
    calls.map(async (call) => (await stage.provider.tell(api, retellEvent('call_ended', call, over)))?.status),
  )

const drained = (stage: OwnStage) => until('the spool is drained', async () => stage.spooled().length === 0)

const all = (status: number, count: number) => Array<number>(count).fill(status)

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
  expect(new Set(stage.spooled().map((file) => Number(file.split('-')[0])))).toEqual(new Set([first.pid, second.pid]))
  await first.kill()
  await stage.postgres.restart()
  await drained(stage)
  await stage.settled()

  const expected = secondsOf([...known, ...fresh])
  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: 30 },
    keys: 30,
    duplicates: 30,
    calls: 30,
    ledger: expected,
    counter: expected,
  })
})

test.concurrent('what rests in the spool survives death after death: while it waits, while it drains, and of one with the same process id', async ({
  ownStage: stage,
}) => {
  const first = await stage.start()
  const { id, phoneNumber } = await stage.customer(first)
  const calls = planCalls(20, phoneNumber)
  await stage.postgres.halt()
  expect(await tell(stage, first, calls.slice(0, 10))).toEqual(all(200, 10))
  await first.kill()
  await stage.postgres.restart()

  const second = await stage.sql.begin(async (sql) => {
    await sql`lock table webhook_queue in access exclusive mode`
    const second = await first.restart()
    await until('the spool is being drained', async () => stage.spooled().some((file) => file.includes('draining')))
    await second.kill()
    return second
  })
  expect(stage.spooled()).not.toEqual([])
  const third = await second.restart()
  await drained(stage)
  await stage.settled()
  expect(await stage.figures(id)).toMatchObject({ calls: 10, ledger: secondsOf(calls.slice(0, 10)), duplicates: 0 })

  await stage.postgres.halt()
  expect(await tell(stage, third, calls.slice(10))).toEqual(all(200, 10))
  await third.kill()
  const path = (name: string) => join(stage.folder, 'data', 'spool', name)
  const left = stage.spooled().map((name) => ({ name, bytes: readFileSync(path(name)) }))
  for (const { name } of left) rmSync(path(name))
  await stage.postgres.restart()
  const fourth = await third.restart()
  // in a container every process has the same id as the one before it
  for (const { name, bytes } of left) writeFileSync(path(name.replace(String(third.pid), String(fourth.pid))), bytes)
  await drained(stage)
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: 20 },
    calls: 20,
    ledger: secondsOf(calls),
    counter: secondsOf(calls),
  })
})

test.concurrent('a database that falls silent is away too: everybody is answered before a provider gives up, and nothing is kept twice', async ({
  ownStage: stage,
}) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const [before, during] = [planCalls(40, phoneNumber), planCalls(200, phoneNumber)]
  expect(await tell(stage, api, before)).toEqual(all(200, 40))
  await stage.settled()

  const began = performance.now()
  stage.postgres.freeze()
  const rings = Promise.all(Array.from({ length: 5 }, () => stage.provider.tell(api, ringing(phoneNumber))))
  expect(await tell(stage, api, during)).toEqual(all(200, 200))
  expect((await rings).map((answer) => answer?.status)).toEqual(all(200, 5))
  // one silence of eight seconds, not two
  expect(performance.now() - began).toBeLessThan(15_000)
  stage.postgres.thaw()
  await drained(stage)
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: 245 },
    calls: 240,
    ledger: secondsOf([...before, ...during]),
    counter: secondsOf([...before, ...during]),
  })
})

test.concurrent('a record that the disk had no room for is refused and spoils no other', async ({
  ownStage: stage,
}) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const [before, during, after] = [planCalls(5, phoneNumber), planCalls(1, phoneNumber), planCalls(5, phoneNumber)]
  const limitFiles = (bytes: number | 'unlimited') =>
    execFileSync('prlimit', [`--pid=${api.pid}`, `--fsize=${bytes}:unlimited`])
  await stage.postgres.halt()

  expect(await tell(stage, api, before)).toEqual(all(200, 5))
  const written = stage
    .spooled()
    .reduce((sum, file) => sum + readFileSync(join(stage.folder, 'data', 'spool', file)).length, 0)
  limitFiles(written + 500)
  expect(await tell(stage, api, during)).toEqual([503])
  limitFiles('unlimited')
  expect(await tell(stage, api, after)).toEqual(all(200, 5))
  await stage.postgres.restart()
  await drained(stage)
  await stage.settled()

  const kept = [...before, ...after]
  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: 10 },
    calls: 10,
    ledger: secondsOf(kept),
    counter: secondsOf(kept),
  })
})

test.concurrent('a full spool refuses, so that the provider comes again; what it holds is stored when the database is back', async ({
  ownStage: stage,
}) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const large = { transcript: 'A very long call. '.repeat(270_000) }
  await stage.postgres.halt()

  const taken: PlannedCall[] = []
  for (const call of planCalls(60, phoneNumber)) {
    const [status] = await tell(stage, api, [call], large)
    if (status !== 200) {
      expect(status).toBe(503)
      break
    }
    taken.push(call)
  }
  expect(taken.length).toBeGreaterThan(50)
  expect(taken.length).toBeLessThan(56)
  await stage.postgres.restart()
  await drained(stage)
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: taken.length },
    ledger: secondsOf(taken),
    counter: secondsOf(taken),
  })
})
