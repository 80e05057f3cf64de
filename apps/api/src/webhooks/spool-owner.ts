import { randomBytes } from 'node:crypto'
import { readFile, readlink, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { startOf } from '@trunkline/db/local/process'
import { z } from 'zod'
import type { Logger } from '../platform/log.ts'
import { isMissing } from './spool-file.ts'

const note = z.object({ place: z.string(), pid: z.number(), start: z.string() })
type Note = z.infer<typeof note>

export type OwnerOptions = {
  folder: string
  log: Logger
  /** Where this process's id means something; told apart from every other such place. */
  place?: string
  heartbeatMs?: number
  /** How long the owner of another place may give no sign of life before it counts as gone. */
  staleAfterMs?: number
}

/**
 * Makes this process known in the spool's folder, under a name that nobody else ever has. Of others at the same place
 * the system says whether they live. Of those elsewhere, in another container or on another machine, their heartbeat does:
 * gone is who was seen to miss it for minutes, by the reader's own clock.
 */
export async function openOwner(options: OwnerOptions) {
  const { folder, log, heartbeatMs = 5_000, staleAfterMs = 120_000 } = options
  const place = options.place ?? (await placeOfProcess())
  const id = randomBytes(8).toString('hex')
  const fileOf = (owner: string) => join(folder, `${owner}.owner`)
  const self: Note = { place, pid: process.pid, start: startOf(process.pid) ?? '' }
  const introduce = () => writeFile(fileOf(id), JSON.stringify(self), { mode: 0o600 })
  const seen = new Map<string, { beat: number; at: number }>()
  await introduce()

  async function beat(): Promise<void> {
    const now = new Date()
    try {
      await utimes(fileOf(id), now, now)
    } catch (error) {
      if (!isMissing(error)) throw error
      await introduce()
    }
  }
  const beating = setInterval(() => {
    beat().catch((error: unknown) => log.warn({ error }, 'the spool cannot say that its owner lives'))
  }, heartbeatMs).unref()

  async function isSilent(owner: string): Promise<boolean> {
    const { mtimeMs } = await stat(fileOf(owner))
    const last = seen.get(owner)
    if (last?.beat === mtimeMs) return performance.now() - last.at > staleAfterMs
    seen.set(owner, { beat: mtimeMs, at: performance.now() })
    return false
  }

  return {
    id,
    /** Whether an owner has ended, however that came. One that closed has taken its file away. */
    async isGone(owner: string): Promise<boolean> {
      if (owner === id) return false
      try {
        const known = readNote(await readFile(fileOf(owner), 'utf8'))
        if (known?.place !== place) return await isSilent(owner)
        return startOf(known.pid) !== known.start
      } catch (error) {
        if (isMissing(error)) return true
        throw error
      }
    },
    async forget(owner: string): Promise<void> {
      seen.delete(owner)
      await rm(fileOf(owner), { force: true })
    },
    async close(): Promise<void> {
      clearInterval(beating)
      await rm(fileOf(id), { force: true })
    },
  }
}

/** Undefined while it is being written. */
function readNote(text: string): Note | undefined {
  try {
    return note.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** The machine since it was started, and on Linux the namespace of process ids. Where that cannot be read: here and nowhere else. */
async function placeOfProcess(): Promise<string> {
  if (process.platform !== 'linux') return `${hostname()} ${process.platform}`
  try {
    const boot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8')
    return `${hostname()} ${boot.trim()} ${await readlink('/proc/self/ns/pid')}`
  } catch {
    return randomBytes(16).toString('hex')
  }
}
