import { v7 } from 'uuid'

/** A new id: uuid v7, so that ids sort by time. */
export const newId = (): string => v7()

/** The smallest id of an instant: what came at or after `at` has a greater or equal id. */
export function firstIdAt(at: Date): string {
  const hex = at.getTime().toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`
}
