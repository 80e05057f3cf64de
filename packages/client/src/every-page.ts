/** What every list answers. */
export type Page<Row> = { items: Row[]; nextCursor: string | null }

/** Every row of a list, one page at a time and only as far as somebody reads. */
export async function* everyPage<Row>(
  list: (cursor: string | undefined) => Promise<Page<Row>>,
): AsyncGenerator<Row, void, undefined> {
  let cursor: string | undefined
  do {
    const { items, nextCursor } = await list(cursor)
    yield* items
    cursor = nextCursor ?? undefined
  } while (cursor !== undefined)
}
