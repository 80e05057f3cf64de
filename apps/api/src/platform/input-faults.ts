import { DrizzleQueryError } from 'drizzle-orm'
import type { z } from 'zod'

/** A list of ten thousand faults is told by its first ones: an answer is not to outgrow what was asked. */
const mostFaults = 20
const longestName = 100

/** What is wrong with an input, by field. */
export function fieldsOf(error: z.ZodError): Record<string, string> {
  return Object.fromEntries(error.issues.slice(0, mostFaults).flatMap(faultsIn))
}

function faultsIn(issue: z.core.$ZodIssue): [string, string][] {
  if (issue.code === 'unrecognized_keys')
    return Object.entries(notKnown(issue.keys.map((key) => [...issue.path, key.slice(0, longestName)].join('.'))))
  return [[issue.path.join('.') || 'input', issue.message.replace(/^Invalid input: /, '')]]
}

/** Fields that nothing here has a place for. */
export const notKnown = (names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.slice(0, mostFaults).map((name) => [name.slice(0, longestName), 'is not known']))

/** SQLSTATEs of a value that came from outside and that no column can hold: a NUL, no date, no uuid, too large. */
const unusable = ['22021', '22P05', '22P02', '22003', '22007', '22008']

export function isUnusable(error: unknown): boolean {
  const { code } = ((error instanceof DrizzleQueryError ? error.cause : error) ?? {}) as { code?: unknown }
  return typeof code === 'string' && unusable.includes(code)
}

/** Which fields hold what no text in the database can: a NUL, half of a surrogate pair. Where none does, it is a value. */
export function unusableFields(input: unknown): Record<string, string> {
  const fields = Object.entries(typeof input === 'object' && input !== null ? input : {}).filter(([, value]) =>
    /\\u0000|\\ud[89a-f]/.test(JSON.stringify(value) ?? ''),
  )
  if (fields.length === 0) return { input: 'holds a value that cannot be stored' }
  return Object.fromEntries(fields.map(([name]) => [name, 'holds a character that cannot be stored']))
}
