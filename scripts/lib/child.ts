import { type ChildProcess, spawn } from 'node:child_process'
import { isRunning } from '../../packages/db/src/local/process.ts'

export type Exit = { code: number | null; signal: NodeJS.Signals | null }

export type Child = {
  name: string
  pid: number
  exited: Promise<Exit>
  /** Asks it to end, and makes it end when it takes longer than that. */
  stop(patienceMs: number): Promise<void>
}

/**
 * Starts a part of the system with this Node. It gets a session of its own, so that Ctrl-C reaches the launcher alone and the order of
 * stopping is ours; and a channel, whose closing tells it that the launcher was killed.
 */
export function startNode(part: { name: string; args: string[]; cwd: string; env: NodeJS.ProcessEnv }): Child {
  return follow(
    part.name,
    spawn(process.execPath, part.args, {
      cwd: part.cwd,
      env: part.env,
      detached: true,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    }),
  )
}

function follow(name: string, child: ChildProcess): Child {
  const pid = child.pid
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', () => resolve({ code: null, signal: null }))
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  if (pid === undefined) throw new Error(`${name} could not be started`)
  return {
    name,
    pid,
    exited,
    async stop(patienceMs) {
      if (child.exitCode !== null || child.signalCode !== null) return
      child.kill('SIGTERM')
      const giveUp = setTimeout(() => killGroup(pid), patienceMs)
      await exited
      clearTimeout(giveUp)
    },
  }
}

function killGroup(pid: number): void {
  if (isRunning(pid)) process.kill(-pid, 'SIGKILL')
}

export function describeExit(exit: Exit): string {
  return exit.signal ? `was ended by ${exit.signal}` : `ended with exit code ${exit.code}`
}
