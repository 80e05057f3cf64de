import { z } from 'zod'

/** A search reads so many rows for one page, however large the inbox: what stands in no index is looked at row by row. */
export const mostLooked = 10_000

/**
 * How far a page has looked where it stopped before the end, null where it did not. By `index`: whatever bears this name or
 * number was found, and nobody has looked at the bytes of the rest. By `rows`: nothing before `backTo` was looked at. The
 * page's cursor goes on from there.
 */
export const searchedSchema = z.object({ by: z.enum(['index', 'rows']), backTo: z.string().nullable() }).nullable()
export type Searched = z.infer<typeof searchedSchema>
