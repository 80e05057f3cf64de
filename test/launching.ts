import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../packages/db/src/local/port.ts'
import { isRunning } from '../packages/db/src/local/process.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

export type House = Awaited<ReturnType<typeof openHouse>>

/** A data folder and a port, and everything that is launched there. */
export async function openHouse() {
  const home = mkdtempSync(join(tmpdir(), 'trunkline-launcher-'))
  const data = join(home, 'data')
  const port = await freePort()
  const launched: Launched[] = []

  function launch(
    env: Record<string, string> = {},
    command = process.execPath,
    args = ['scripts/launch.ts'],
  ): Launched {
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

  return {
    home,
    data,
    port,
    launch,
    parts,
    children,
    postmaster,
    postmasterFile,
    signIn,
    health,
    /** Begins with what another house left when it was stopped, so that nothing has to be made. */
    moveInto(from: { data: string }): void {
      // elsewhere the files of the database may not be copied: then this house makes its own
      if (existsSync(join(from.data, 'postgres.place'))) return
      execFileSync('cp', ['-a', from.data, data])
      rmSync(join(data, 'processes.json'), { force: true })
    },
    async leave(): Promise<void> {
      for (const each of launched) await each.end()
      for (const pid of parts()) if (isRunning(pid)) process.kill(pid, 'SIGKILL')
      const elsewhere = join(data, 'postgres.place')
      if (existsSync(elsewhere)) rmSync(readFileSync(elsewhere, 'utf8').trim(), { recursive: true, force: true })
      rmSync(home, { recursive: true, force: true })
    },
  }
}

export type Launched = {
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

function inherited(): Record<string, string | undefined> {
  const { PATH, HOME, USER, TMPDIR, npm_config_cache } = process.env
  return { PATH: `${join(root, 'node_modules/.bin')}:${PATH}`, HOME, USER, TMPDIR, npm_config_cache }
}

export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('waited in vain')
    await pause(20)
  }
}
