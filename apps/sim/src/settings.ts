import { dirname, join } from 'node:path'
import { z } from 'zod'

const address = z.url({ protocol: /^https?$/ }).transform((url) => new URL(url).origin)

const settingsSchema = z.object({
  SIM_PORT: z.coerce.number().int().min(0).max(65_535).default(4010),
  TRUNKLINE_URL: address.default('http://127.0.0.1:3000'),
  TRUNKLINE_PUBLIC_URL: address.optional(),
  TRUNKLINE_DATA_DIR: z.string().default('.data'),
  TRUNKLINE_DEMO_FILE: z.string().optional(),
})

export type Settings = { port: number; trunklineUrl: string; publicUrl: string; demoPath: string; progressPath: string }

export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const named = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))
  const parsed = settingsSchema.safeParse(named)
  if (!parsed.success) {
    throw new Error(parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; '))
  }
  const { SIM_PORT, TRUNKLINE_URL, TRUNKLINE_PUBLIC_URL, TRUNKLINE_DATA_DIR, TRUNKLINE_DEMO_FILE } = parsed.data
  const demoPath = TRUNKLINE_DEMO_FILE ?? join(TRUNKLINE_DATA_DIR, 'demo.json')
  return {
    port: SIM_PORT,
    trunklineUrl: TRUNKLINE_URL,
    publicUrl: TRUNKLINE_PUBLIC_URL ?? TRUNKLINE_URL,
    demoPath,
    progressPath: join(dirname(demoPath), 'sim.json'),
  }
}
