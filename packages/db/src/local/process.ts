import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** Is there a process with this id that is not yet a zombie? */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false
  }
  return stateOf(pid) !== 'Z'
}

/** The command line of a process, where the system lets us see it. */
export function commandOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps(pid, 'command=')
  return fromProc(pid, 'cmdline')?.replaceAll('\0', ' ').trim()
}

/** Tells a process from a later one that was given the same id. */
export function startOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps(pid, 'lstart=')
  return statFields(pid)?.[19]
}

export function childrenOf(pid: number): number[] {
  const listed =
    process.platform === 'linux'
      ? fromProc(pid, `task/${pid}/children`)
      : spawnSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' }).stdout
  return (listed ?? '').trim().split(/\s+/).filter(Boolean).map(Number)
}

function stateOf(pid: number): string | undefined {
  if (process.platform !== 'linux') return ps(pid, 'state=')?.slice(0, 1)
  return statFields(pid)?.[0]
}

// the fields after the command name, which stands in brackets and may hold spaces
function statFields(pid: number): string[] | undefined {
  const stat = fromProc(pid, 'stat')
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')
}

function fromProc(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return undefined
  }
}

function ps(pid: number, column: string): string | undefined {
  return spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined
}
