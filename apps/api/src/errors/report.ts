import { framesOf } from '@trunkline/core/errors/frame'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { factsOfActor } from '../platform/fault.ts'
import { ReportedError } from './describe.ts'
import { openSourceMaps } from './source-map.ts'

const translate = openSourceMaps()

/** A bug that a front end met. Anybody may tell of one, a few a minute; what a stranger tells wakes nobody. */
export async function reportError(
  ctx: Ctx,
  input: {
    type: string
    message: string
    stack: string
    page: string
    release?: string | undefined
    requestId?: string | undefined
    userAgent: string
  },
): Promise<void> {
  if (!ctx.faults.mayReport(ctx.address ?? 'unknown', ctx.now.getTime())) {
    throw new DomainError('limit_exceeded', 'Too many errors were reported from here', { retryAfterSeconds: 60 })
  }
  const frames = await translate(framesOf(input.stack), ctx.now.getTime())
  ctx.faults.track({
    ...factsOfActor(ctx.actor),
    error: new ReportedError(input.type, input.message, frames),
    source: 'web',
    where: input.page,
    requestId: input.requestId ?? ctx.requestId,
    release: input.release,
    userAgent: input.userAgent,
    isAnonymous: ctx.actor.kind === 'anonymous',
  })
}
