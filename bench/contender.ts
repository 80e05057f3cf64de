import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { apiBuild, nodeFlags } from '../scripts/lib/build.ts'

/** The server as it is run: built. */
export const apiMain = new URL(`../${apiBuild.result}`, import.meta.url)

export type Contender = {
  pid: number
  /** Resolves with the first line of its output that matches. */
  said(pattern: RegExp, patienceMs?: number): Promise<RegExpExecArray>
  tell(message: string): void
  stop(): Promise<void>
}

const defaultPatienceMs = 60_000

/** Runs a file as a process of its own, by Node as the product starts it. It ends with this one: all contenders leave when the channel to us closes. */
export function startContender(
  file: URL,
  options: { env: Record<string, string>; execArgv?: readonly string[] },
): Contender {
  const child = fork(fileURLToPath(file), {
    env: { PATH: process.env.PATH ?? '', NODE_ENV: 'production', ...options.env },
    execArgv: [...nodeFlags, ...(options.execArgv ?? [])],
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  let output = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk
  })
  return {
    pid: child.pid ?? 0,
    said: (pattern, patienceMs = defaultPatienceMs) => lineOf(child, () => output, { pattern, patienceMs }),
    tell: (message) => void child.send(message),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      const force = setTimeout(() => child.kill('SIGKILL'), 20_000)
      await ended
      clearTimeout(force)
    },
  }
}

function lineOf(
  child: ChildProcess,
  output: () => string,
  { pattern, patienceMs }: { pattern: RegExp; patienceMs: number },
): Promise<RegExpExecArray> {
  return new Promise((resolve, reject) => {
    const end = (act: () => void) => {
      clearTimeout(timer)
      child.stdout?.off('data', look)
      child.off('exit', fail)
      act()
    }
    const look = () => {
      const found = pattern.exec(output())
      if (found) end(() => resolve(found))
    }
    const fail = () => end(() => reject(new Error(`${child.spawnargs[1]} ended too early: ${output().slice(-500)}`)))
    const timer = setTimeout(
      () => end(() => reject(new Error(`${child.spawnargs[1]} did not say ${pattern} in ${patienceMs / 1000} s`))),
      patienceMs,
    )
    child.stdout?.on('data', look)
    child.once('exit', fail)
    look()
  })
}
