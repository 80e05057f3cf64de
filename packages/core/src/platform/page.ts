import { z } from 'zod'

/** What every list takes. `cursor` is opaque: the `nextCursor` of the page before. */
export const pageInput = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.number().int().min(1).max(200).default(50),
})

/** What every list answers: keyset-paged, `nextCursor` null at the end. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() })
}

/** Splits rows read with `limit + 1` into a page and the cursor after it. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  options: { limit: number; cursorOf: (row: Row) => string; toItem: (row: Row) => Item },
): { items: Item[]; nextCursor: string | null } {
  const shown = rows.slice(0, options.limit)
  const last = shown.at(-1)
  return {
    items: shown.map(options.toItem),
    nextCursor: rows.length > options.limit && last !== undefined ? options.cursorOf(last) : null,
  }
}
