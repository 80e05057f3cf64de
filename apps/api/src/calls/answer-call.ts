import { type Apology, type KnownLine, routeCall } from '@trunkline/core/calls/route'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { mayLast } from '@trunkline/core/usage/limit'
import type { Ctx } from '../platform/context.ts'
import { admitInbound } from '../usage/admit-inbound.ts'
import { type Admitted, type FoundLine, findLine, type LineMemory } from './find-line.ts'

export type RingingCall = {
  phoneNumber: string | undefined
  from: string | undefined
  /** The phone that sent the call on to the line, where one did and the carrier says so. */
  forwardedFrom?: string | undefined
  /** The vendor's agent of the number itself, where it says so. */
  agentId?: string | undefined
  /** The carrier's name of the call, where it has one already. */
  providerId?: string | undefined
  /** The database has just been waited for in vain: it is not waited for again while a caller hears it ring. */
  isSilent?: boolean
}

export type CallAnswer =
  | ({ to: 'stream'; url: string } & Admitted)
  | ({ to: 'forward'; phoneNumber: string } & Admitted)
  | { to: 'words'; why: Apology }

/** A call rings at the carrier: to whom is it connected, under which promise, or what is the caller told? */
export async function answerCarrierCall(ctx: Ctx, memory: LineMemory, call: RingingCall): Promise<CallAnswer> {
  const found = await findLine(ctx, memory, call)
  const { line, isInMaintenance } = found
  const comesFrom = [call.from, call.forwardedFrom]
  const route = routeCall({ line, comesFrom, streamUrl: ctx.env.VOICE_STREAM_URL, isInMaintenance })
  if (route.to === 'words') return route
  const admitted = await admitOnce(ctx, memory, call, found)
  return admitted === undefined ? { to: 'words', why: 'full' } : { ...route, ...admitted }
}

export type AgentAnswer =
  | { allowed: false }
  | {
      allowed: true
      agentId: string | undefined
      line: KnownLine
      holdId: string | null
      maxSeconds: number
      flagged: boolean
    }

/** A call rings at the vendor of agents: may it be taken, by which agent, and what is the agent told of it? */
export async function answerAgentCall(ctx: Ctx, memory: LineMemory, call: RingingCall): Promise<AgentAnswer> {
  const found = await findLine(ctx, memory, call)
  const { line } = found
  if (found.isInMaintenance) return { allowed: false }
  const isKnown = line !== 'unknown' && line !== 'unsure'
  if (isKnown && !(line.isCustomerActive && line.isLineActive)) return { allowed: false }
  const admitted = await admitOnce(ctx, memory, call, found)
  if (admitted === undefined) return { allowed: false }
  return { allowed: true, ...admitted, agentId: (isKnown ? line.agentId : null) ?? call.agentId }
}

/** No carrier waits longer for the answer. */
const ringsForMs = 15_000

/** Asked about again before its hold can be found, by the same carrier or its next try, a call waits for the first answer. */
async function admitOnce(ctx: Ctx, memory: LineMemory, call: RingingCall, found: FoundLine) {
  const { providerId } = call
  if (found.openHold !== null || providerId === undefined) return await admit(ctx, call, found)
  const { ringing } = memory
  const now = Date.now()
  for (const [name, { since }] of ringing) {
    if (now - since < ringsForMs) break
    ringing.delete(name)
  }
  const asked = ringing.get(providerId)
  if (asked !== undefined) return await asked.admitted
  const admitted = admit(ctx, call, found)
  ringing.set(providerId, { since: now, admitted })
  admitted.catch(() => ringing.delete(providerId))
  return await admitted
}

/** A call that is asked about again keeps what it was promised, and lasts no longer for it. Undefined where it is refused. */
async function admit(ctx: Ctx, call: RingingCall, found: FoundLine): Promise<Admitted | undefined> {
  const { line, openHold, usualSeconds } = found
  if (openHold !== null)
    return { line, holdId: toWireId('hold', openHold.id), maxSeconds: mayLast(openHold.leftSeconds), flagged: false }
  const known = typeof line === 'string' || usualSeconds === undefined ? undefined : { ...line, usualSeconds }
  const { allowed, holdId, maxSeconds, flagged } = await admitInbound(ctx, { ...call, known })
  return allowed ? { line, holdId, maxSeconds, flagged } : undefined
}
