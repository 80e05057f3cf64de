import { spawnSync } from 'node:child_process'
import { closeSync, openSync, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { TemporaryFolder } from '../packages/db/src/testing/temporary-folder.ts'

export type SlowDisk = {
  /** What a server needs in its environment. */
  environment: Record<string, string>
  /** From now on each flush of the log takes so much longer. */
  delay(ms: number): void
}

const source = fileURLToPath(new URL('slow-disk.c', import.meta.url))

/** A disk that can be made slow, or undefined where there is no Linux, or no C compiler to make it with. */
export function makeSlowDisk(folder: TemporaryFolder): SlowDisk | undefined {
  // elsewhere nothing can be put before fdatasync by a variable
  if (process.platform !== 'linux') return undefined
  const library = folder.inside('slow-disk.so')
  const made = spawnSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'], { encoding: 'utf8' })
  if (made.error !== undefined) return undefined
  if (made.status !== 0) throw new Error(`the slow disk was not compiled: ${made.stderr}`)
  const file = folder.inside('slow-disk.delay')
  const write = (ms: number, how: 'w' | 'r+') => {
    // in place: whoever has mapped it must not see it shrink
    const open = openSync(file, how, 0o644)
    writeSync(open, new Uint8Array(new Int32Array([ms * 1000]).buffer), 0, 4, 0)
    closeSync(open)
  }
  write(0, 'w')
  return { environment: { LD_PRELOAD: library, SLOW_DISK_DELAY: file }, delay: (ms) => write(ms, 'r+') }
}
