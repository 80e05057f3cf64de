import type { InfiniteData } from '@tanstack/react-query'
import type { Page } from './contract.ts'

export const pageSize = 50
export const furtherPages = 20
export type Pages<Row> = InfiniteData<Page<Row>, string | undefined>

/** A search that has been taken further is kept: its first page learns what is new and still ends where the next began. */
export function joined<Row extends { id: string }>(first: Page<Row>, before: Page<Row>): Page<Row> {
  const known = new Set(first.items.map(({ id }) => id))
  return { ...before, items: [...first.items, ...before.items.filter(({ id }) => !known.has(id))] }
}

/** The first page, and those that follow as far as the row that is open, while it is in the list. */
export async function pagesTo<Row extends { id: string }>(
  openId: string | undefined,
  before: Pages<Row>,
  first: Page<Row>,
  load: (page: { cursor: string; limit: number }) => Promise<Page<Row>>,
): Promise<Pages<Row>> {
  const holds = (page: Page<Row>) => page.items.some(({ id }) => id === openId)
  const alone: Pages<Row> = { pages: [first], pageParams: [undefined] }
  if (openId === undefined || !before.pages.some(holds) || missing(before.pages[0], first).includes(openId))
    return alone
  const found: Pages<Row> = { pages: [first], pageParams: [undefined] }
  for (let last = first; !holds(last); ) {
    const cursor = last.nextCursor
    if (cursor === null || found.pages.length >= furtherPages) return alone
    last = await load({ cursor, limit: pageSize })
    found.pages.push(last)
    found.pageParams.push(cursor)
  }
  return found
}

/** Rows of a page that its new answer leaves out although it reaches past them: they no longer match. */
export function missing<Row extends { id: string }>(before: Page<Row> | undefined, after: Page<Row>): string[] {
  const still = new Set(after.items.map((row) => row.id))
  const items = before?.items ?? []
  const last = after.nextCursor === null ? items.length : items.findLastIndex((row) => still.has(row.id))
  return items.slice(0, Math.max(0, last)).flatMap((row) => (still.has(row.id) ? [] : [row.id]))
}
