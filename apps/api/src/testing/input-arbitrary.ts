import fc from 'fast-check'
import type { z } from 'zod'

type Def =
  | { type: 'object'; shape: Record<string, z.ZodType> }
  | { type: 'pipe'; in: z.ZodType; out: z.ZodType }
  | { type: 'optional' | 'nullable' | 'default' | 'prefault'; innerType: z.ZodType }
  | { type: 'array'; element: z.ZodType }
  | { type: 'union'; options: z.ZodType[] }
  | { type: 'record'; keyType: z.ZodType; valueType: z.ZodType }
  | { type: 'enum'; entries: Record<string, string> }
  | { type: 'literal'; values: unknown[] }
  | { type: 'number' | 'boolean' | 'string' | 'transform' | 'unknown' | 'any' }
type Check = { check: string; value?: number; minimum?: number; maximum?: number; length?: number; format?: string }
type Bounds = { minimum?: number | undefined; maximum?: number | undefined; isWhole: boolean }

const defOf = (schema: z.ZodType) => (schema as unknown as { _zod: { def: Def } })._zod.def

function boundsOf(schema: z.ZodType): Bounds {
  const { checks = [] } = defOf(schema) as { checks?: { _zod: { def: Check } }[] }
  const all = checks.map(({ _zod }) => _zod.def)
  const figures = (of: (check: Check) => number | undefined) => all.map(of).filter((figure) => figure !== undefined)
  const least = figures(({ check, value, minimum, length }) => (check === 'greater_than' ? value : (minimum ?? length)))
  const most = figures(({ check, value, maximum, length }) => (check === 'less_than' ? value : (maximum ?? length)))
  return {
    minimum: least.length > 0 ? Math.max(...least) : undefined,
    maximum: most.length > 0 ? Math.min(...most) : undefined,
    isWhole: all.some(({ format }) => format === 'safeint' || format === 'int32'),
  }
}

/** What a schema of a procedure takes, made from the schema itself. `words` are texts that some field may ask for by their form: ids, numbers, addresses. */
export function inputArbitrary(schema: z.ZodType, words: readonly string[]): fc.Arbitrary<unknown> {
  return arbitraryOf(schema, { judge: schema, words })
}

type Given = { judge: z.ZodType; words: readonly string[] }

function arbitraryOf(schema: z.ZodType, given: Given): fc.Arbitrary<unknown> {
  const inside = (inner: z.ZodType) => arbitraryOf(inner, { ...given, judge: inner })
  const def = defOf(schema)
  switch (def.type) {
    case 'object': {
      const required = Object.entries(def.shape).filter(([, inner]) => !inner.safeParse(undefined).success)
      return fc.record(mapValues(def.shape, inside), { requiredKeys: required.map(([name]) => name) })
    }
    case 'pipe':
      return arbitraryOf(defOf(def.in).type === 'transform' ? def.out : def.in, given)
    case 'optional':
    case 'default':
    case 'prefault':
      return inside(def.innerType)
    case 'nullable':
      return fc.option(inside(def.innerType), { freq: 4 })
    case 'array': {
      const { minimum = 0, maximum = 5 } = boundsOf(schema)
      return fc.array(inside(def.element), { minLength: minimum, maxLength: Math.max(minimum, Math.min(maximum, 5)) })
    }
    case 'union':
      return fc.oneof(...def.options.map(inside))
    case 'record':
      return fc.dictionary(fc.string({ minLength: 1, maxLength: 20 }), inside(def.valueType), { maxKeys: 4 })
    case 'enum':
      return fc.constantFrom(...Object.values(def.entries))
    case 'literal':
      return fc.constantFrom(...def.values)
    case 'boolean':
      return fc.boolean()
    case 'number':
      return numberIn(boundsOf(schema))
    case 'string':
      return textOf(schema, given)
    default:
      return fc.jsonValue({ maxDepth: 2 })
  }
}

function numberIn({ minimum = -1e6, maximum = 1e6, isWhole }: Bounds): fc.Arbitrary<number> {
  const [min, max] = [Math.max(minimum, -(2 ** 53 - 1)), Math.min(maximum, 2 ** 53 - 1)]
  return isWhole ? fc.integer({ min: Math.ceil(min), max: Math.floor(max) }) : fc.double({ min, max, noNaN: true })
}

/** Random text, and what fits by its form: who judges is the schema with everything that stands around the text. */
function textOf(schema: z.ZodType, { judge, words }: Given): fc.Arbitrary<string> {
  const { minimum = 0, maximum = 60 } = boundsOf(schema)
  const text = fc.string({ minLength: minimum, maxLength: Math.max(minimum, Math.min(maximum, 60)), unit: 'grapheme' })
  const fitting = words.filter((word) => judge.safeParse(word).success)
  const isTaken = (candidate: string) => judge.safeParse(candidate).success
  const isFree = fc.sample(text, { numRuns: 20, seed: 1 }).some(isTaken)
  if (isFree) return fc.oneof(text.filter(isTaken), ...(fitting.length > 0 ? [fc.constantFrom(...fitting)] : []))
  if (fitting.length === 0) throw new Error('say a word that fits this text')
  return fc.constantFrom(...fitting)
}

const mapValues = <Value, Mapped>(
  record: Record<string, Value>,
  map: (value: Value) => Mapped,
): Record<string, Mapped> => Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]))
