import { readFile, rename, writeFile } from 'node:fs/promises'
import { z } from 'zod'

const progressSchema = z.object({
  /** Where the sim was last served. */
  url: z.string(),
  /** The first start; what happened before it is told as the past. */
  firstStartedAt: z.number(),
  isBackFilled: z.boolean(),
  /** The month that the spending belongs to. */
  month: z.string(),
  spending: z.record(z.string(), z.object({ seconds: z.number(), segments: z.number() })),
})

/** How far the demo world has come; kept beside the demo file, so that a second start goes on from there. */
export type Progress = z.infer<typeof progressSchema>

export async function loadProgress(path: string): Promise<Progress | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (text === undefined) return undefined
  return progressSchema.parse(JSON.parse(text))
}

export async function saveProgress(path: string, progress: Progress) {
  const draft = `${path}.${process.pid}.tmp`
  await writeFile(draft, `${JSON.stringify(progress, null, 2)}\n`, { mode: 0o600 })
  await rename(draft, path)
}
