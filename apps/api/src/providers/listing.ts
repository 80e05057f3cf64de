/** A call or message as its provider lists it. Quantities are whole seconds or segments, prices whole micro-dollars. */
export type ListedRecord = {
  providerId: string
  /** The carrier's name of the same call. */
  carrierId: string | null
  /** The numbers that may be our line, the likeliest first. */
  numbers: string[]
  agentId: string | null
  quantity: number
  priceMicros: number | null
  startedAt: Date
  /** Null while it is under way. */
  endedAt: Date | null
  /** The record as it was fetched. */
  record: string
}

/** One page of a list; `next` is where the following one begins. */
export type ListedPage = { records: ListedRecord[]; next: string | null }
export type ListWindow = { from: Date; to: Date; cursor: string | null }
