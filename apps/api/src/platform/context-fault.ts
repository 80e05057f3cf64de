import { TRPCError } from '@trpc/server'

/** A bug before there was a context: the answer still names the request. */
export class ContextFault extends Error {
  readonly requestId: string

  constructor(cause: unknown, requestId: string) {
    super('The context of the request could not be made', { cause })
    this.requestId = requestId
  }
}

export const contextError = (cause: unknown, requestId: string): TRPCError =>
  new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new ContextFault(cause, requestId) })
