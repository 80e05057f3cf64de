import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { undoLater } from './undo.ts'

const run = (program: string, ...args: string[]) => spawnSync(program, args, { stdio: 'ignore' }).status === 0

/** A file system of so many megabytes in memory; undefined where this user may not mount one. */
export function mountSmallDisk(megabytes: number) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const path = mkdtempSync(join(tmpdir(), 'trunkline-chaos-disk-'))
  if (!run('mount', '-t', 'tmpfs', '-o', `size=${megabytes}m,mode=755`, 'tmpfs', path)) {
    rmSync(path, { recursive: true, force: true })
    return undefined
  }
  chmodSync(path, 0o755)
  const filling = join(path, 'filling')
  const unmount = () => {
    if (!run('umount', path)) run('umount', '-l', path)
    rmSync(path, { recursive: true, force: true })
  }
  const kept = undoLater(unmount)
  return {
    path,
    /** Until not one more page fits. */
    fill(): void {
      const file = openSync(filling, 'a')
      try {
        for (let size = 1 << 20; size >= 512; size = size >> 1) fillBy(file, Buffer.alloc(size))
      } finally {
        closeSync(file)
      }
    },
    empty(): void {
      rmSync(filling, { force: true })
    },
    unmount(): void {
      unmount()
      kept()
    },
  }
}

function fillBy(file: number, piece: Buffer): void {
  for (;;) {
    try {
      writeSync(file, piece)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return
      throw error
    }
  }
}
