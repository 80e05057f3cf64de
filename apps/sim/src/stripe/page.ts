/** A page of one of Stripe's lists: after one id, before another, at most a hundred. */
export function pageOf<Item extends { id: string }>(
  items: readonly Item[],
  query: Record<string, string | undefined>,
  url: string,
) {
  const limit = Math.min(100, Math.max(1, Number(query.limit) || 10))
  const placeOf = (id: string) => items.findIndex((item) => item.id === id)
  const { starting_after: after, ending_before: before } = query
  const until = before ? Math.max(0, placeOf(before)) : items.length
  const from = after ? placeOf(after) + 1 : before ? Math.max(0, until - limit) : 0
  const data = items.slice(from, Math.min(until, from + limit))
  return { object: 'list' as const, url, data, has_more: before ? from > 0 : from + data.length < items.length }
}
