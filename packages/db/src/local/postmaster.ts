import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { commandOf, isRunning } from './process.ts'

export type Postmaster = { pid: number; port: number; memory: string | undefined; status: string | undefined }

// lines: pid, data folder, start time, port, socket folder, address, shared memory key, status
export function readPostmaster(folder: string): Postmaster | undefined {
  const file = join(folder, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const lines = readFileSync(file, 'utf8').split('\n')
  return {
    pid: Number(lines[0]),
    port: Number(lines[3]),
    memory: lines[6]?.trim().split(/ +/)[1],
    status: lines[7]?.trim(),
  }
}

/** The server that runs in the folder already. What a dead one left is put away. */
export async function findRunning(folder: string, patienceMs: number): Promise<Postmaster | undefined> {
  const deadline = Date.now() + patienceMs
  for (;;) {
    const found = readPostmaster(folder)
    if (!found) return undefined
    if (!isRunning(found.pid) || !commandOf(found.pid)?.includes(`-D ${folder} `)) {
      await discard(folder, found, deadline)
      return undefined
    }
    if (found.status === 'ready') return found
    if (Date.now() > deadline) throw new Error(`the database process ${found.pid} in ${folder} does not get ready`)
    await pause(20)
  }
}

// PostgreSQL itself refuses to start while the pid it left answers, though it may be a zombie's or somebody else's by now
async function discard(folder: string, { memory }: Postmaster, deadline: number): Promise<void> {
  while (isAttached(memory)) {
    if (Date.now() > deadline) throw new Error(`processes of a dead database server in ${folder} do not end`)
    await pause(20)
  }
  rmSync(join(folder, 'postmaster.pid'), { force: true })
}

// backends that outlive their postmaster still write, and hold its shared memory
function isAttached(memory: string | undefined): boolean {
  const table = '/proc/sysvipc/shm'
  if (!memory || !existsSync(table)) return false
  const rows = readFileSync(table, 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/ +/))
  return rows.some(([, id, , , , , attached]) => id === memory && Number(attached) > 0)
}
