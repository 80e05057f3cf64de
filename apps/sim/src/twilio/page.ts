import { z } from 'zod'

export const paging = {
  PageSize: z.coerce.number().int().min(1).max(1000).default(50),
  Page: z.coerce.number().int().min(0).default(0),
  PageToken: z.string().optional(),
}

/** A page of a Twilio list with the links around it; the token names the last item already seen. */
export function pageOf<Item extends { sid: string }>(
  items: readonly Item[],
  request: { path: string; query: Record<string, string | undefined>; size: number; number: number; token?: string },
) {
  const { path, query, size, number, token } = request
  const after = token ? items.findIndex(({ sid }) => sid === token.slice(2)) + 1 : number * size
  const shown = items.slice(after, after + size)
  const last = shown.at(-1)
  const hasMore = after + size < items.length
  const linkTo = (page: Record<string, string>) => {
    const { Page, PageToken, PageSize, ...filters } = query
    const link = new URLSearchParams()
    for (const [name, value] of Object.entries(filters)) if (value !== undefined) link.set(name, value)
    for (const [name, value] of Object.entries({ PageSize: String(size), ...page })) link.set(name, value)
    return `${path}?${link}`
  }
  return {
    shown,
    frame: {
      end: Math.max(after, after + shown.length - 1),
      first_page_uri: linkTo({ Page: '0' }),
      next_page_uri: hasMore && last ? linkTo({ Page: String(number + 1), PageToken: `PA${last.sid}` }) : null,
      page: number,
      page_size: size,
      previous_page_uri: number > 0 ? linkTo({ Page: String(number - 1) }) : null,
      start: after,
      uri: linkTo({ Page: String(number), ...(token ? { PageToken: token } : {}) }),
    },
  }
}

/** `2026-03-07` is the whole UTC day, anything longer one moment. */
export function rangeOf(day: { on?: string; from?: string; until?: string }): (atMs: number) => boolean {
  const startOf = (text: string) => Date.parse(text.length === 10 ? `${text}T00:00:00Z` : text)
  const endOf = (text: string) => (text.length === 10 ? startOf(text) + 86_399_999 : startOf(text))
  const lowest = Math.max(day.on ? startOf(day.on) : -Infinity, day.from ? startOf(day.from) : -Infinity)
  const highest = Math.min(day.on ? endOf(day.on) : Infinity, day.until ? endOf(day.until) : Infinity)
  return (atMs) => atMs >= lowest && atMs <= highest
}
