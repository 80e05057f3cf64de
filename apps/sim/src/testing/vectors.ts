import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

const file = new URL('../../../../../shared/payloads/vectors.json', import.meta.url)

const vectorSchema = z.object({
  id: z.string(),
  provider: z.string(),
  secret: z.string(),
  url: z.string().optional(),
  params: z.record(z.string(), z.union([z.string(), z.array(z.string())])).optional(),
  body: z.string().optional(),
  headers: z.record(z.string(), z.string()),
  verify_at_ms: z.number().optional(),
  expect: z.enum(['valid', 'invalid']),
})

export type Vector = z.infer<typeof vectorSchema>

export const hasVectors = existsSync(file)

/** Signatures that the providers have published, where they lie beside the repository. */
export function readVectors(provider: string): Vector[] {
  const { vectors } = z.object({ vectors: z.array(vectorSchema) }).parse(JSON.parse(readFileSync(file, 'utf8')))
  return vectors.filter((vector) => vector.provider === provider)
}
