import type { z } from 'zod'
import { DomainError } from './domain-error.ts'
import { inputSentence } from './http-errors.ts'
import { notKnown } from './input-faults.ts'

/** The fields of an input that a procedure has no place for; given where the caller has no types that say so. */
export type Strictness = { unknownFields?: (procedure: string, input: unknown) => string[] }

type Asked = {
  ctx: Strictness
  path: string
  meta: { openapi?: { method: string }; exact?: true } | undefined
  getRawInput: () => Promise<unknown>
}

/**
 * What would be passed over means something else than was asked: a misspelt filter lists everything. What is told to be done may say
 * more than is read (who changes what he has read sends it back whole), but where a field left out means something.
 */
export async function refuseUnknown({ ctx, path, meta, getRawInput }: Asked): Promise<void> {
  if (ctx.unknownFields === undefined || (meta?.openapi?.method !== 'GET' && !meta?.exact)) return
  const input = await getRawInput()
  const unknown = ctx.unknownFields(path, input).filter((name) => !(name === 'offset' && isFromTheStart(input)))
  if (unknown.length === 0) return
  const fields = notKnown(unknown)
  throw new DomainError('invalid', inputSentence(fields), { fields })
}

/** Who pages by numbers begins with nothing left out, and that is what is answered; what follows has a cursor. */
const isFromTheStart = (input: unknown): boolean => (input as { offset?: unknown }).offset === '0'

type Def = { type: string; shape?: Record<string, z.ZodType>; catchall?: z.ZodType; innerType?: z.ZodType }
const defOf = (schema: z.ZodType) => (schema as unknown as { _zod: { def: Def } })._zod.def

/** The fields of a value, by their paths, for which its schema has no place and which it would pass over. */
export function unknownFields(schema: z.ZodType, value: unknown, at: readonly string[] = []): string[] {
  const { shape, catchall, innerType } = defOf(schema)
  if (innerType !== undefined) return unknownFields(innerType, value, at)
  // one that says what else there may be judges for itself
  if (shape === undefined || typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const known = Object.hasOwn(shape, name) ? shape[name] : undefined
    if (known !== undefined) return unknownFields(known, inner, [...at, name])
    return catchall === undefined ? [[...at, name].join('.')] : []
  })
}
