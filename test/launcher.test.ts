import { once } from 'node:events'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { freePort } from '../packages/db/src/local/port.ts'
import { isRunning } from '../packages/db/src/local/process.ts'
import { noteProcesses } from '../scripts/lib/leftovers.ts'
import { type House, openHouse, until } from './launching.ts'

let stopped: House
let house: House

beforeAll(async () => {
  stopped = await openHouse()
  const trunkline = stopped.launch()
  await trunkline.ready()
  trunkline.interrupt()
  await trunkline.exited
})
afterAll(() => stopped.leave())

beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.leave())

test('Ctrl-C stops every part and leaves nothing running', async () => {
  house.moveInto(stopped)
  const trunkline = house.launch()
  await trunkline.ready()
  const pids = house.parts()
  expect(pids.filter(isRunning)).toHaveLength(3)

  trunkline.interrupt()

  expect(await trunkline.exited).toBe(0)
  expect(pids.filter(isRunning)).toEqual([])
  await expect(fetch(`http://127.0.0.1:${house.port}/api/health`)).rejects.toThrow('fetch failed')
})

test('the list of what runs is never found half written', async () => {
  const file = join(house.data, 'processes.json')
  const nobody = { pid: 2 ** 22 }
  mkdirSync(house.data, { recursive: true })
  noteProcesses(house.data, [nobody])
  const reader = new Worker(readsAgainAndAgain, { eval: true, workerData: file })
  const over = once(reader, 'exit')
  await once(reader, 'message')

  for (let time = 0; time < 300; time++) noteProcesses(house.data, [nobody])
  reader.postMessage('enough')

  expect(await over).toEqual([0])
})

const readsAgainAndAgain = `
  const { parentPort, workerData, receiveMessageOnPort } = require('node:worker_threads')
  const { readFileSync } = require('node:fs')
  const read = () => JSON.parse(readFileSync(workerData, 'utf8'))
  read()
  parentPort.postMessage('reading')
  while (receiveMessageOnPort(parentPort) === undefined) read()
  process.exit()
`

test('Ctrl-C during the start leaves nothing running', async () => {
  const trunkline = house.launch()
  while (!existsSync(house.postmasterFile())) await pause(5)
  const pids = house.parts()

  trunkline.interrupt()

  expect(await trunkline.exited).toBe(0)
  expect([...pids, ...house.parts()].filter(isRunning)).toEqual([])
})

test('after the launcher was killed its parts end by themselves, and the next start adopts the database', async () => {
  house.moveInto(stopped)
  const killed = house.launch()
  await killed.ready()
  const database = house.postmaster()

  killed.kill()
  const next = house.launch()
  await next.ready()

  expect(house.postmaster()).toBe(database)
  expect(next.output()).not.toContain('Password')
  expect(await house.health()).toBe(200)
})

test('after everything was killed the next start recovers the database', async () => {
  const killed = house.launch()
  await killed.ready()

  killed.kill()
  for (const pid of house.parts()) process.kill(pid, 'SIGKILL')
  const next = house.launch()
  await next.ready()

  expect(next.output()).not.toContain('Password')
  expect(await house.health()).toBe(200)
})

test('a database that dies is started again at the same address', async () => {
  house.moveInto(stopped)
  const trunkline = house.launch()
  await trunkline.ready()
  const died = house.postmaster() ?? 0

  process.kill(died, 'SIGKILL')
  await until(() => trunkline.isOver() || ((house.postmaster() ?? died) !== died && house.parts().every(isRunning)))

  expect(trunkline.errors()).toEqual(['The database died; it is started again'])
  await until(async () => trunkline.isOver() || (await house.health()) === 200)
  expect(trunkline.isOver()).toBe(false)
})

test('an api that dies takes the rest with it, in one line', async () => {
  house.moveInto(stopped)
  const trunkline = house.launch()
  await trunkline.ready()
  const pids = house.parts()
  const [api = 0] = house.children()

  process.kill(api, 'SIGKILL')

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual(['Trunkline stops: the api was ended by SIGKILL'])
  expect(pids.filter(isRunning)).toEqual([])
})

test('a data folder serves one launcher at a time', async () => {
  house.moveInto(stopped)
  const first = house.launch()
  await first.ready()

  const second = house.launch({ PORT: String(await freePort()) })

  expect(await second.exited).toBe(1)
  expect(second.errors()).toEqual([expect.stringContaining('another Trunkline is running')])
  expect(await house.health()).toBe(200)
})

test('a taken port is told in one line', async () => {
  const other = createServer().listen(house.port, '127.0.0.1')

  const trunkline = house.launch()

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual([expect.stringContaining(`port ${house.port} on 127.0.0.1 is taken`)])
  expect(house.parts().filter(isRunning)).toEqual([])
  other.close()
})

test('a data folder that cannot be written is told in one line', async () => {
  const file = join(house.home, 'a-file')
  writeFileSync(file, '')

  const trunkline = house.launch({ TRUNKLINE_DATA_DIR: join(file, 'data') })

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual([expect.stringContaining('cannot be written')])
})

test.each([
  ['nobody listens there', 'postgres://trunkline:secret@127.0.0.1:1/trunkline'],
  ['it is no address', 'mysql://127.0.0.1/trunkline'],
])('a wrong DATABASE_URL is told in one line without its password: %s', async (_, DATABASE_URL) => {
  const trunkline = house.launch({ DATABASE_URL, DATABASE_WAIT_SECONDS: '1', TRUNKLINE_KEY: '0'.repeat(64) })

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toHaveLength(1)
  expect(trunkline.output()).not.toContain('secret')
  expect(house.parts().filter(isRunning)).toEqual([])
})

test.each([
  ['PORT', 'abc'],
  ['ROLE', 'boss'],
  ['TRUNKLINE_DEMO', 'perhaps'],
  ['ADMIN_PASSWORD', 'short'],
])('a bad variable is named in one line: %s=%s', async (name, value) => {
  house.moveInto(stopped)
  const trunkline = house.launch({ [name]: value })

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual([expect.stringContaining(name)])
  expect(house.parts().filter(isRunning)).toEqual([])
})

test('real provider keys and the demo do not mix', async () => {
  const trunkline = house.launch({ TWILIO_AUTH_TOKEN: 'c0ffee' })

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual([expect.stringContaining('unset TWILIO_AUTH_TOKEN')])
  expect(trunkline.output()).not.toContain('c0ffee')
})
