import { DomainError } from './domain-error.ts'
import { asRpcError } from './trpc.ts'

/** A stream whose refusals are said as those of any procedure: the middleware sees its beginning only. */
export async function* refusing<Event>(events: AsyncIterable<Event>): AsyncGenerator<Event> {
  try {
    yield* events
  } catch (error) {
    throw error instanceof DomainError ? asRpcError(error) : error
  }
}
