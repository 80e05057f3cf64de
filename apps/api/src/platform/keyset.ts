import { DomainError } from './domain-error.ts'

/** A cursor is the last row's uuid, as 32 hex digits. */
export const cursorOfId = (id: string): string => id.replaceAll('-', '')

/** Reads a cursor back; anything else than what a page gave out is refused. */
export function idOfCursor(cursor: string | undefined): string | undefined {
  if (cursor === undefined) return undefined
  if (!/^[0-9a-f]{32}$/.test(cursor)) throw invalidCursor()
  return cursor
}

/** A cursor of two parts: a sort value and the id that breaks ties. */
export const cursorOfPair = (value: string, id: string): string => Buffer.from(`${id}${value}`).toString('base64url')

export function pairOfCursor(cursor: string | undefined): { value: string; id: string } | undefined {
  if (cursor === undefined) return undefined
  const text = Buffer.from(cursor, 'base64url').toString('utf8')
  const id = text.slice(0, 36)
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw invalidCursor()
  return { id, value: text.slice(36) }
}

/** The same, of a list that is sorted by time. */
export function timeOfCursor(cursor: string | undefined): { value: string; id: string } | undefined {
  const pair = pairOfCursor(cursor)
  if (pair && !(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(pair.value) && Date.parse(pair.value))) throw invalidCursor()
  return pair
}

const invalidCursor = () =>
  new DomainError('invalid', 'The cursor is not one that a page gave out', { fields: { cursor: 'is not known' } })
