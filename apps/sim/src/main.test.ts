import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { demo } from './testing/demo.ts'
import { eventually, openReceiver } from './testing/receiver.ts'

const main = fileURLToPath(new URL('./main.ts', import.meta.url))

let folder: string
let receiver: Awaited<ReturnType<typeof openReceiver>>
const started: ChildProcess[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trunkline-sim-'))
  await writeFile(join(folder, 'demo.json'), JSON.stringify(demo))
  receiver = await openReceiver()
})
afterEach(async () => {
  for (const child of started.splice(0)) if (child.exitCode === null) child.kill('SIGKILL')
  await receiver.close()
  await rm(folder, { recursive: true })
})

function start(args: string[] = [], env: Record<string, string> = {}) {
  const child = fork(main, args, {
    silent: true,
    env: { TRUNKLINE_URL: receiver.url, TRUNKLINE_DEMO_FILE: join(folder, 'demo.json'), SIM_PORT: '0', ...env },
  })
  started.push(child)
  const said = { out: '', errors: '' }
  child.stdout?.on('data', (piece) => {
    said.out += String(piece)
  })
  child.stderr?.on('data', (piece) => {
    said.errors += String(piece)
  })
  return { child, said, exited: once(child, 'close').then(([code]) => ({ code, ...said })) }
}

const bodies = () => receiver.received.map(({ body }) => body.toString())
const patience = { timeout: 30_000 }

test('--help says what there is', patience, async () => {
  const { code, out, errors } = await start(['--help']).exited
  expect([code, errors]).toEqual([0, ''])
  for (const word of ['quiet-day', 'bad-night', 'SIM_PORT', 'TRUNKLINE_URL', '/sim/faults']) expect(out).toContain(word)
})

test.each([
  [['good-morning'], {}, /There is no story good-morning/],
  [['quiet-day', '--minutes', 'ten'], {}, /--minutes is a number/],
  [[], { SIM_PORT: 'high' }, /SIM_PORT/],
  [[], { TRUNKLINE_DEMO_FILE: '/nowhere/demo.json' }, /demo file \/nowhere\/demo.json cannot be read/],
])('%j with %j ends with one clear line', patience, async (args, env, expected) => {
  const { code, errors } = await start(args, env).exited
  expect(code).toBe(1)
  expect(errors).toMatch(expected)
  expect(errors.trim().split('\n')).toHaveLength(1)
})

test('it says in one line where it serves, tells the past, and stops at once when asked', patience, async () => {
  const { child, said, exited } = start()
  await eventually(() => receiver.received.length > 20, 20_000)
  expect(said.out).toMatch(/^The sim serves Retell, Twilio, Telnyx and Stripe at http:\/\/127\.0\.0\.1:\d+\n$/)
  const asked = Date.now()
  child.kill('SIGTERM')
  expect(await exited).toMatchObject({ code: 0, errors: '' })
  expect(Date.now() - asked).toBeLessThan(2_000)
})

test('it stops when its parent goes', patience, async () => {
  const { child } = start()
  await eventually(() => receiver.received.length > 0, 20_000)
  // a parent that hangs up hears of the exit, but not that the pipes are closed
  const exited = once(child, 'exit')
  child.disconnect()
  expect(await exited).toEqual([0, null])
})

test(
  'a past that was broken off is told on with the same calls, and a told one is not told again',
  patience,
  async () => {
    const first = start()
    await eventually(() => receiver.received.length > 20, 20_000)
    first.child.kill('SIGTERM')
    await first.exited
    const told = new Set(bodies().slice(0, 15))
    receiver.received.length = 0

    const second = start()
    await eventually(() => receiver.received.length > 40, 20_000)
    second.child.kill('SIGTERM')
    await second.exited
    expect(bodies().filter((body) => told.has(body)).length).toBe(told.size)
    receiver.received.length = 0

    const file = join(folder, 'sim.json')
    await writeFile(file, JSON.stringify({ ...JSON.parse(await readFile(file, 'utf8')), isBackFilled: true }))
    const third = start()
    await eventually(() => receiver.received.length > 3, 20_000)
    third.child.kill('SIGTERM')
    await third.exited
    expect(bodies().filter((body) => told.has(body))).toEqual([])
  },
)

test('a story is told by the sim that serves, and its summary printed', patience, async () => {
  const file = join(folder, 'sim.json')
  const serving = start()
  await eventually(() => serving.said.out !== '', 20_000)
  const { code, out } = await start(['bad-night', '--seed', 'n', '--minutes', '0.1']).exited
  expect(code).toBe(0)
  expect(out).toMatch(/bad-night \(seed n, 0\.1 min\) is done/)
  expect(out).toMatch(/What really happened: \d+ calls of \d+ s together/)
  expect(out).toMatch(/30 forged requests that must not count/)
  expect(out).toMatch(/What was sent: \d+ requests/)
  expect(out).not.toMatch(/No sim serves/)
  expect(JSON.parse(await readFile(file, 'utf8')).url).toMatch(/^http:\/\/127/)
})
