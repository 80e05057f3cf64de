import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { isRunning, startOf } from '../../packages/db/src/local/process.ts'
import { codeOf } from './fault.ts'
import { replaceFile } from './replace-file.ts'

type Noted = { pid: number; started: string | undefined }

const patience = [
  [4_000, 'SIGTERM'],
  [20_000, 'SIGKILL'],
  [2_000, 'SIGKILL'],
] as const

/** Keeps in the data folder what runs, so that the launcher after a killed one finds what it left. */
export function noteProcesses(dataFolder: string, processes: { pid: number }[]): void {
  const noted: Noted[] = processes.map(({ pid }) => ({ pid, started: startOf(pid) }))
  replaceFile(join(dataFolder, 'processes.json'), JSON.stringify(noted))
}

/**
 * Waits until what a killed launcher left has ended by itself, as it does when its channel closes. What does not is asked to, then made to.
 */
export async function endLeftovers(dataFolder: string, ending: AbortSignal): Promise<void> {
  const file = join(dataFolder, 'processes.json')
  const left = () => readNoted(file).filter(({ pid, started }) => isRunning(pid) && startOf(pid) === started)
  const gone = async (waitMs: number): Promise<boolean> => {
    const deadline = Date.now() + waitMs
    while (left().length > 0 && Date.now() < deadline) await pause(50, undefined, { signal: ending })
    return left().length === 0
  }
  for (const [waitMs, signal] of patience) {
    if (await gone(waitMs)) break
    for (const { pid } of left()) process.kill(-pid, signal)
  }
  rmSync(file, { force: true })
}

function readNoted(file: string): Noted[] {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    // none, or spoiled by whatever else: then a taken port will tell
    if (codeOf(error) === 'ENOENT' || error instanceof SyntaxError) return []
    throw error
  }
}
