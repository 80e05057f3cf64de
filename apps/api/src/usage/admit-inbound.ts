import { heldLength, longestCallSeconds, mayLast } from '@trunkline/core/usage/limit'
import { statement } from '@trunkline/db/connect'
import { findOwners } from '../customers/find-owner.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { type Admission, askOrAdmit } from './admission.ts'
import { checkUsage } from './check.ts'

export type InboundAdmission = Admission & {
  customerId: string | null
  /** What the call may last at the longest: what is left to the customer, and never more than any call may. */
  maxSeconds: number
}

const patienceMs = 2500

/**
 * A call is coming in on a line: may it be answered? What the doors of Retell and Twilio ask before they answer. Reserved is what this
 * customer's calls usually take, or what is left where that is less; a line of nobody is answered and flagged, so that no caller is lost.
 */
export async function admitInbound(
  ctx: Ctx,
  input: {
    phoneNumber: string | undefined
    agentId?: string | undefined
    providerId?: string | undefined
    /** Whose call it is and how long his calls usually last, where the caller has looked. */
    known?: { customerId: string; usualSeconds: number | null } | undefined
    isSilent?: boolean
  },
): Promise<InboundAdmission> {
  let customerId: string | null = null
  const admission = await askOrAdmit(ctx, { isInbound: true, withinMs: patienceMs }, async () => {
    const { known, providerId } = input
    if (input.isSilent) throw new DomainError('unavailable', 'The database does not answer')
    if (known !== undefined) {
      customerId = known.customerId
      return await admit(ctx, { customerId, providerId, usual: heldLength(known.usualSeconds) })
    }
    const numbers = input.phoneNumber === undefined ? [] : [input.phoneNumber]
    const [owner] = await findOwners(ctx, [
      { numbers, agentId: input.agentId, customerId: undefined, waitsAs: undefined },
    ])
    if (owner === undefined)
      return { allowed: true, reason: 'unknown_line', holdId: null, expiresAt: null, flagged: true, evidence: null }
    customerId = owner.customerId
    return await admit(ctx, { customerId, providerId, usual: await usualLength(ctx, customerId) })
  })
  return { ...admission, customerId, maxSeconds: maxSecondsOf(admission) }
}

async function admit(
  ctx: Ctx,
  call: { customerId: string; providerId: string | undefined; usual: number },
): Promise<Admission> {
  const { usual, ...whose } = call
  const question = { ...whose, kind: 'call', direction: 'inbound' } as const
  const first = await checkUsage(ctx, { ...question, quantity: usual })
  if (first.allowed || first.reason !== 'insufficient_allowance' || first.evidence === null) return first
  const { hardLimit, used, reserved } = first.evidence
  const left = hardLimit - used - reserved
  return left > 0 ? await checkUsage(ctx, { ...question, quantity: left }) : first
}

/** What 19 of 20 of the customer's latest calls lasted at the longest. */
async function usualLength(ctx: Ctx, customerId: string): Promise<number> {
  const [found] = await statement<{ seconds: number | null }>(
    ctx.db,
    `select percentile_disc(0.95) within group (order by seconds) as seconds
     from (select seconds from call_events where customer_id = $1::text::uuid order by id desc limit 100) as latest where seconds > 0`,
    [customerId],
  )
  return heldLength(found?.seconds ?? null)
}

function maxSecondsOf({ evidence, allowed }: Admission): number {
  if (!allowed) return 0
  if (evidence === null) return longestCallSeconds
  // what this call holds is among what is reserved: it may be spoken too
  return mayLast(evidence.hardLimit - evidence.used)
}
