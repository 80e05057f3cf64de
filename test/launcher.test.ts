import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { freePort } from '../packages/db/src/local/port.ts'
import { isRunning } from '../packages/db/src/local/process.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const secondStartMs = 5_000

let home: string
let data: string
let port: number
let launched: Launched[]

beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), 'trunkline-launcher-'))
  data = join(home, 'data')
  port = await freePort()
  launched = []
})

afterEach(async () => {
  for (const each of launched) await each.end()
  for (const pid of parts()) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
  const elsewhere = join(data, 'postgres.place')
  if (existsSync(elsewhere)) rmSync(readFileSync(elsewhere, 'utf8').trim(), { recursive: true, force: true })
  rmSync(home, { recursive: true, force: true })
})

test('the second start takes less than five seconds, keeps the data and prints no password', async () => {
  const first = launch({}, 'npm', ['start'])
  await first.ready()
  const [, password = ''] = /Password: +(\S+)/.exec(first.output()) ?? []
  const [, email = ''] = /First admin: +(\S+)/.exec(first.output()) ?? []
  expect(await signIn(email, password)).toBe(200)
  first.interrupt()
  await first.exited
  expect(parts().filter(isRunning)).toEqual([])

  const started = performance.now()
  const second = launch({}, 'npm', ['start'])
  await second.ready()

  expect(performance.now() - started).toBeLessThan(secondStartMs)
  expect(second.output()).not.toContain('Password')
  expect(await signIn(email, password)).toBe(200)
})

test('Ctrl-C stops every part and leaves nothing running', async () => {
  const trunkline = launch()
  await trunkline.ready()
  const pids = parts()
  expect(pids.filter(isRunning)).toHaveLength(3)

  trunkline.interrupt()

  expect(await trunkline.exited).toBe(0)
  expect(pids.filter(isRunning)).toEqual([])
  await expect(fetch(`http://127.0.0.1:${port}/api/health`)).rejects.toThrow('fetch failed')
})

test('Ctrl-C during the start leaves nothing running', async () => {
  const trunkline = launch()
  while (!existsSync(postmasterFile())) await pause(5)
  const pids = parts()

  trunkline.interrupt()

  expect(await trunkline.exited).toBe(0)
  expect([...pids, ...parts()].filter(isRunning)).toEqual([])
})

test('after the launcher was killed its parts end by themselves, and the next start adopts the database', async () => {
  const killed = launch()
  await killed.ready()
  const database = postmaster()

  killed.kill()
  const next = launch()
  await next.ready()

  expect(postmaster()).toBe(database)
  expect(next.output()).not.toContain('Password')
  expect(await health()).toBe(200)
})

test('after everything was killed the next start recovers the database', async () => {
  const killed = launch()
  await killed.ready()

  killed.kill()
  for (const pid of parts()) process.kill(pid, 'SIGKILL')
  const next = launch()
  await next.ready()

  expect(next.output()).not.toContain('Password')
  expect(await health()).toBe(200)
})

test('a database that dies is started again at the same address', async () => {
  const trunkline = launch()
  await trunkline.ready()
  const died = postmaster() ?? 0

  process.kill(died, 'SIGKILL')
  await until(() => trunkline.isOver() || ((postmaster() ?? died) !== died && parts().every(isRunning)))

  expect(trunkline.errors()).toEqual(['The database died; it is started again'])
  await until(async () => trunkline.isOver() || (await health()) === 200)
  expect(trunkline.isOver()).toBe(false)
})

test('an api that dies takes the rest with it, in one line', async () => {
  const trunkline = launch()
  await trunkline.ready()
  const pids = parts()
  const [api = 0] = children()

  process.kill(api, 'SIGKILL')

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual(['Trunkline stops: the api was ended by SIGKILL'])
  expect(pids.filter(isRunning)).toEqual([])
})

test('a data folder serves one launcher at a time', async () => {
  const first = launch()
  await first.ready()

  const second = launch({ PORT: String(await freePort()) })

  expect(await second.exited).toBe(1)
  expect(second.errors()).toEqual([expect.stringContaining('another Trunkline is running')])
  expect(await health()).toBe(200)
})

test('a taken port is told in one line', async () => {
  const other = createServer().listen(port, '127.0.0.1')

  const trunkline = launch()

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual([expect.stringContaining(`port ${port} on 127.0.0.1 is taken`)])
  expect(parts().filter(isRunning)).toEqual([])
  other.close()
})

test('a data folder that cannot be written is told in one line', async () => {
  const file = join(home, 'a-file')
  writeFileSync(file, '')

  const trunkline = launch({ TRUNKLINE_DATA_DIR: join(file, 'data') })

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual([expect.stringContaining('cannot be written')])
})

test.each([
  ['nobody listens there', 'postgres://trunkline:secret@127.0.0.1:1/trunkline'],
  ['it is no address', 'mysql://127.0.0.1/trunkline'],
])('a wrong DATABASE_URL is told in one line without its password: %s', async (_, DATABASE_URL) => {
  const trunkline = launch({ DATABASE_URL, TRUNKLINE_KEY: '0'.repeat(64) })

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toHaveLength(1)
  expect(trunkline.output()).not.toContain('secret')
  expect(parts().filter(isRunning)).toEqual([])
})

test.each([
  ['PORT', 'abc'],
  ['ROLE', 'boss'],
  ['TRUNKLINE_DEMO', 'perhaps'],
  ['ADMIN_PASSWORD', 'short'],
])('a bad variable is named in one line: %s=%s', async (name, value) => {
  const trunkline = launch({ [name]: value })

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual([expect.stringContaining(name)])
  expect(parts().filter(isRunning)).toEqual([])
})

test('real provider keys and the demo do not mix', async () => {
  const trunkline = launch({ TWILIO_AUTH_TOKEN: 'c0ffee' })

  expect(await trunkline.exited).toBe(1)
  expect(trunkline.errors()).toEqual([expect.stringContaining('unset TWILIO_AUTH_TOKEN')])
  expect(trunkline.output()).not.toContain('c0ffee')
})

type Launched = {
  ready(): Promise<void>
  exited: Promise<number | null>
  isOver(): boolean
  output(): string
  errors(): string[]
  /** As Ctrl-C in a terminal: the signal goes to every process of the group. */
  interrupt(): void
  kill(): void
  end(): Promise<void>
}

function launch(env: Record<string, string> = {}, command = process.execPath, args = ['scripts/launch.ts']): Launched {
  const child: ChildProcess = spawn(command, args, {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...inherited(), PORT: String(port), TRUNKLINE_DATA_DIR: data, ...env },
  })
  const { pid = 0, stdout, stderr } = child
  let output = ''
  let errors = ''
  stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  let isOver = false
  // the pipes close with the last part that holds them
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', () => {
      isOver = true
    })
    child.once('close', resolve)
  })
  const result: Launched = {
    async ready() {
      await until(() => isOver || output.includes('Trunkline is ready'))
      if (isOver) throw new Error(`Trunkline did not start: ${errors}${output}`)
      // the demo's sim is the last part to come
      await until(() => isOver || children().length === 2)
    },
    exited,
    isOver: () => isOver,
    output: () => `${output}${errors}`,
    errors: () => errors.split('\n').filter((line) => line !== ''),
    interrupt: () => process.kill(-pid, 'SIGINT'),
    kill: () => process.kill(-pid, 'SIGKILL'),
    async end() {
      if (!isOver) process.kill(-pid, 'SIGTERM')
      await exited
    },
  }
  launched.push(result)
  return result
}

function inherited(): Record<string, string | undefined> {
  const { PATH, HOME, USER, TMPDIR, npm_config_cache } = process.env
  return { PATH: `${join(root, 'node_modules/.bin')}:${PATH}`, HOME, USER, TMPDIR, npm_config_cache }
}

function postmasterFile(): string {
  const note = join(data, 'postgres.place')
  return join(existsSync(note) ? readFileSync(note, 'utf8').trim() : join(data, 'postgres'), 'postmaster.pid')
}

function postmaster(): number | undefined {
  const pid = existsSync(postmasterFile()) ? Number.parseInt(readFileSync(postmasterFile(), 'utf8'), 10) : Number.NaN
  return Number.isNaN(pid) ? undefined : pid
}

/** The api, then the sim. */
function children(): number[] {
  const file = join(data, 'processes.json')
  if (!existsSync(file)) return []
  return JSON.parse(readFileSync(file, 'utf8')).map((noted: { pid: number }) => noted.pid)
}

function parts(): number[] {
  return [...children(), postmaster() ?? []].flat()
}

async function signIn(email: string, password: string): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password }),
  })
  return response.status
}

async function health(): Promise<number> {
  const response = await fetch(`http://127.0.0.1:${port}/api/health`)
  return response.status
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await pause(20)
  }
}
