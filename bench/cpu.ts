import { readFileSync } from 'node:fs'
import { childrenOf } from '../packages/db/src/local/process.ts'

/** Linux counts processor time in hundredths of a second. */
const microsecondsPerTick = 10_000

/** User and system time of a process so far; `withChildren` adds its living children and those that it has outlived. */
export function cpuMicroseconds(pid: number, withChildren = false): number {
  const own = ticksOf(pid)
  if (!withChildren) return own.self * microsecondsPerTick
  const children = childrenOf(pid).reduce((sum, child) => sum + ticksOf(child).self, 0)
  return (own.self + own.reaped + children) * microsecondsPerTick
}

function ticksOf(pid: number): { self: number; reaped: number } {
  let stat: string
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch (error) {
    // a backend that ended between the listing and the reading counts as reaped from now on
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return { self: 0, reaped: 0 }
    throw error
  }
  // the fields after the command name, which stands in brackets: utime, stime, cutime, cstime are the 12th to 15th
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, reapedUser = 0, reapedSystem = 0] = fields.slice(11, 15).map(Number)
  return { self: user + system, reaped: reapedUser + reapedSystem }
}
