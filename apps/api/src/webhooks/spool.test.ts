import { type ChildProcess, fork } from 'node:child_process'
import { readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, open as openFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openLog } from '../platform/log.ts'
import { arrivalFor } from '../testing/arrival.ts'
import type { Order, Told } from '../testing/spool-writer.ts'
import type { Arrival } from './arrival.ts'
import { openSpool } from './spool.ts'

const writer = fileURLToPath(new URL('../testing/spool-writer.ts', import.meta.url))
const log = openLog({ level: 'silent', secrets: [] })

let folder: string
let children: ChildProcess[]
let stored: string[]
const store = async (arrivals: Arrival[]) => void stored.push(...arrivals.map(({ id }) => id))
const open = (options: { maxBytes?: number; place?: string; staleAfterMs?: number } = {}) =>
  openSpool({ folder, maxBytes: 1_000_000, log, ...options })
/** Files with records, by what stands after the last dot. */
const files = () =>
  readdirSync(folder)
    .filter((name) => !name.endsWith('.owner'))
    .map((name) => name.replace(/^.*\.(\w+)(-\w+)?$/, '$1'))

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-spool-'))
  children = []
  stored = []
})
afterEach(async () => {
  for (const child of children) await ended(child)
  await rm(folder, { recursive: true, force: true })
})

test('what rests here is handed over once, whatever it says, and nothing stays behind', async () => {
  const spool = await open()
  const arrivals = Array.from({ length: 450 }, (_, index) => arrivalFor(`a${index}`))
  await Promise.all([spool.append(arrivals.slice(0, 300)), spool.append(arrivals.slice(300))])
  expect(spool.state().waiting).toBe(450)

  const handed: Arrival[][] = []
  expect(await spool.drain(async (batch) => void handed.push(batch))).toBe(450)
  expect(handed.flat()).toEqual(arrivals)
  expect(handed.map((batch) => batch.length)).toEqual([200, 200, 50])
  expect(await spool.drain(store)).toBe(0)
  expect(spool.state()).toEqual({ waiting: 0, bytes: 0, isRefusing: false })
  await spool.close()
  expect(readdirSync(folder)).toEqual([])
})

test('nobody is answered before the disk has what he sent', async () => {
  const spool = await open()
  const probe = await openFile(join(folder, 'probe.owner'), 'w')
  const { promise: written, resolve: write } = Promise.withResolvers<void>()
  const syncs = vi.spyOn(Object.getPrototypeOf(probe), 'datasync').mockReturnValue(written)
  let isAnswered = false
  const appended = spool.append([arrivalFor('a')]).then(() => {
    isAnswered = true
  })
  await vi.waitFor(() => expect(syncs).toHaveBeenCalled())
  expect(isAnswered).toBe(false)
  write()
  await appended
  syncs.mockRestore()
  await probe.close()
  await spool.close()
})

test('containers that share a folder leave each other’s files alone: under load, everything acknowledged is stored once', async () => {
  const writers = ['one container', 'another container', 'a third'].map((place) =>
    begin({ folder, place, records: 60, stays: false }),
  )
  const told = (await Promise.all(writers.map(({ done }) => done))).flat()

  const acknowledged = told.flatMap((one) => ('acknowledged' in one ? [one.acknowledged] : []))
  const handed = told.flatMap((one) => ('stored' in one ? one.stored : []))
  expect(acknowledged).toHaveLength(180)
  expect(handed.sort()).toEqual(acknowledged.sort())
  expect(readdirSync(folder)).toEqual([])
})

test('what a killed process left is taken over at once where its death can be seen, elsewhere when it was silent for long', async () => {
  const left = begin({ folder, place: 'here', records: 10, stays: true })
  await left.done
  const [here, elsewhere] = [await open({ place: 'here' }), await open({ place: 'elsewhere', staleAfterMs: 60_000 })]
  expect([await here.drain(store), await elsewhere.drain(store)]).toEqual([0, 0])

  left.child.kill('SIGKILL')
  await ended(left.child)
  for (let look = 0; look < 3; look++) expect(await elsewhere.drain(store)).toBe(0)
  const impatient = await open({ place: 'elsewhere', staleAfterMs: 30 })
  while (stored.length === 0) await impatient.drain(store)
  expect(stored).toHaveLength(10)
  expect(files()).toEqual([])

  const next = begin({ folder, place: 'here', records: 10, stays: true })
  await next.done
  next.child.kill('SIGKILL')
  await ended(next.child)
  // in a container every process has the same id as the one before it
  for (const name of readdirSync(folder).filter((name) => name.endsWith('.owner'))) {
    const note = readFileSync(join(folder, name), 'utf8')
    writeFileSync(join(folder, name), note.replace(`"pid":${next.child.pid}`, `"pid":${process.pid}`))
  }
  expect(await here.drain(store)).toBe(10)
  for (const spool of [here, elsewhere, impatient]) await spool.close()
  expect(readdirSync(folder)).toEqual([])
})

test('whose file is taken over while he writes loses nothing: what he adds to it he writes again', async () => {
  const spool = await open()
  await spool.append([arrivalFor('a')])
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.open'))
  const taken = join(folder, name.replace('.open', '.draining-stranger'))
  renameSync(join(folder, name), taken)
  expect(readFileSync(taken, 'utf8')).toContain('"a"')

  await spool.append([arrivalFor('b')])
  rmSync(taken)
  await spool.append([arrivalFor('c')])

  await spool.drain(store)
  expect(stored).toEqual(['b', 'c'])
  await spool.close()
})

test('a full spool takes webhooks again as soon as it is drained, whatever else lies in its folder', async () => {
  const damaged = 'd'.repeat(2000)
  writeFileSync(join(folder, 'x-1.damaged'), damaged)
  const other = await open({ place: 'another container' })
  await other.append([arrivalFor('other')])
  const spool = await open({ maxBytes: 3000 })
  const ids = Array.from({ length: 20 }, (_, index) => `a${index}`)
  const taken: string[] = []
  for (const id of ids)
    await spool.append([arrivalFor(id)]).then(
      () => taken.push(id),
      () => undefined,
    )

  expect(taken.length).toBeLessThan(20)
  expect(spool.state()).toMatchObject({ waiting: taken.length + 1, isRefusing: true })
  await spool.drain(store)
  expect(stored).toEqual(taken)
  expect(spool.state()).toMatchObject({ waiting: 1, isRefusing: false })
  await spool.append([arrivalFor('after')])
  expect(files().sort()).toEqual(['damaged', 'open', 'open'])
  await spool.close()
  await other.close()
})

test('a file that another process drains at the same moment is no fault', async () => {
  // listed, and not there when it is looked at
  symlinkSync(join(folder, 'gone'), join(folder, 'x-1.ready'))

  const spool = await open()

  expect(spool.state()).toMatchObject({ waiting: 0, bytes: 0 })
  await spool.close()
})

test('one record that the database will not take, or that the disk has spoilt, holds up no other and is kept', async () => {
  const spool = await open()
  await spool.append(['a', 'poison', 'b'].map((id) => arrivalFor(id)))
  await spool.drain(async (arrivals) => {
    if (arrivals.some(({ id }) => id === 'poison')) throw Object.assign(new Error('no'), { code: '22P05' })
    await store(arrivals)
  })
  expect(stored).toEqual(['a', 'b'])
  expect(files()).toEqual(['damaged'])

  await spool.append(['c', 'd', 'e'].map((id) => arrivalFor(id)))
  await spool.close()
  const [name = ''] = readdirSync(folder).filter((file) => file.endsWith('.ready'))
  writeFileSync(join(folder, name), `${readFileSync(join(folder, name), 'utf8').replace('"d"', '"x"')}a torn en`)
  const next = await open()
  expect(await next.drain(store)).toBe(2)
  expect(stored).toEqual(['a', 'b', 'c', 'e'])
  expect(files()).toEqual(['damaged', 'damaged'])
  expect(next.state()).toMatchObject({ waiting: 0, bytes: 0 })
  await next.close()
})

test('while our own code fails over whatever comes all of it waits within the bound, and drains when that is mended', async () => {
  const spool = await open()
  const ids = Array.from({ length: 30 }, (_, nth) => `w${nth}`)
  await spool.append(ids.map((id) => arrivalFor(id)))
  const before = spool.state()
  const broken = () => Promise.reject(new TypeError('undefined is no function'))

  await expect(spool.drain(broken)).rejects.toThrow('undefined is no function')
  expect(spool.state()).toMatchObject({ waiting: 30, bytes: before.bytes })
  expect(files()).toEqual(['ready'])

  expect(await spool.drain(store)).toBe(30)
  expect(stored).toEqual(ids)
  await spool.close()
})

test('during an outage tries to drain make no files', async () => {
  const spool = await open()
  for (const id of ['a', 'b', 'c', 'd']) {
    await spool.append([arrivalFor(id)])
    const away = Object.assign(new Error('away'), { code: 'ECONNREFUSED' })
    await expect(spool.drain(() => Promise.reject(away))).rejects.toThrow('away')
  }

  expect(files().sort()).toEqual(['open', 'ready'])
  expect(await spool.drain(store)).toBe(4)
  await spool.close()
})

/** A process of its own that writes; `done` is what it told when it had written everything. */
function begin(order: Order): { child: ChildProcess; done: Promise<Told[]> } {
  const child = fork(writer, [JSON.stringify(order)])
  children.push(child)
  const told: Told[] = []
  const done = new Promise<Told[]>((resolve, reject) => {
    child.on('message', (message: Told) => {
      told.push(message)
      if ('done' in message) resolve(told)
    })
    child.once('exit', (code) => reject(new Error(`The writer ended with ${code}`)))
  })
  return { child, done }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise((resolve) => child.once('exit', resolve))
}
