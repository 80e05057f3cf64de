import type { Logger } from './log.ts'
import { pause } from './pause.ts'

/** What a stop closes, in this order: what is under way, what that has to tell, jobs, what those have to tell, what all stood on. */
const stages = ['work', 'alarms', 'jobs', 'notes', 'connections'] as const
type Stage = (typeof stages)[number]
type Part = { stage: Stage; name: string; withinMs: number; close: () => Promise<void> }

export type Closing = ReturnType<typeof openClosing>

/** Gathers while the process starts what must be closed when it stops. */
export function openClosing() {
  const parts: Part[] = []

  async function closeOne({ name, withinMs, close }: Part, log: Logger | undefined): Promise<void> {
    const closed = new AbortController()
    const closing = Promise.resolve()
      .then(close)
      .catch((error: unknown) => log?.warn({ error, name }, 'not closed well'))
      .finally(() => closed.abort())
    const tooLate = pause(withinMs, closed.signal).then(() => {
      if (!closed.signal.aborted) log?.warn({ name, withinMs }, 'not closed in time: left behind')
    })
    await Promise.race([closing, tooLate])
  }

  return {
    /** `withinMs`: after so long the process ends without it. What it did not finish was never promised to anybody. */
    add(stage: Stage, name: string, withinMs: number, close: () => Promise<void>): void {
      parts.push({ stage, name, withinMs, close })
    },
    /** Closes stage by stage, what belongs to one at once. Whatever fails or hangs, the rest is closed. */
    async closeAll(log: Logger | undefined): Promise<void> {
      for (const stage of stages) {
        await Promise.all(parts.filter((part) => part.stage === stage).map((part) => closeOne(part, log)))
      }
    },
  }
}
