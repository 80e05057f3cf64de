import type { TextProvider } from '@trunkline/core/alerts/delivery'
import { isBlockCode } from '@trunkline/core/compliance/block-code'
import type { Ctx, NetCtx } from '../platform/context.ts'
import { CircuitOpenError } from './breaker.ts'
import { ProviderError } from './call.ts'
import { telnyxTexts } from './telnyx/send.ts'
import { twilioTexts } from './twilio/send.ts'

type Env = Ctx['env']

/** A text that may have been taken: to whom, with which reference in it, since when; not one of those that are known. */
export type SentBefore = { to: string; reference: string; since: Date; except: readonly string[] }

/** Who carries texts of ours, from our own number there. None has an idempotency key: whoever resends asks first. */
export type TextSender = {
  provider: TextProvider
  name: string
  /** Our number there (E.164); undefined where something that sending needs is not configured. */
  numberIn(env: Env): string | undefined
  send(ctx: NetCtx, message: { to: string; body: string }): Promise<{ id: string }>
  findSent(ctx: NetCtx, sent: SentBefore): Promise<{ id: string } | undefined>
}

const all: readonly TextSender[] = [twilioTexts, telnyxTexts]

/** Those that are configured, in the order in which they are asked. */
export const openSenders = (env: Env): TextSender[] => all.filter(({ numberIn }) => numberIn(env) !== undefined)

/** The numbers that are ours and no customer's (E.164). */
export const sendingNumbers = (env: Env): string[] =>
  [env.TWILIO_NUMBER, env.TELNYX_NUMBER].filter((number) => number !== undefined)

/** Whether it is certain that nothing was sent, and another may be asked: never where somebody has said STOP. */
function leavesAnother(error: unknown): boolean {
  if (error instanceof CircuitOpenError) return true
  return error instanceof ProviderError && error.outcome !== 'unknown' && !isBlockCode(error.code)
}

const isRefusal = (error: unknown) => error instanceof ProviderError && error.outcome === 'refused'

/**
 * Sends by the first that takes the text. `choose` is called before each is asked and may say no to it. Where nobody takes it, what
 * may yet pass is thrown rather than what is final; of which nobody knows whether it was sent ends it at once.
 */
export async function sendByFirst(
  ctx: NetCtx,
  senders: readonly TextSender[],
  message: { to: string; body: string; choose(sender: TextSender): Promise<boolean> },
): Promise<{ id: string; after: readonly Error[] } | undefined> {
  const { to, body, choose } = message
  const faults: Error[] = []
  for (const sender of senders) {
    if (!(await choose(sender))) continue
    try {
      const { id } = await sender.send(ctx, { to, body })
      return { id, after: faults }
    } catch (error) {
      if (!(error instanceof Error && leavesAnother(error))) throw error
      faults.push(error)
    }
  }
  const passing = faults.filter((error) => !isRefusal(error))
  const fault = passing.find((error) => error instanceof ProviderError) ?? passing[0] ?? faults[0]
  if (fault !== undefined) throw fault
  return undefined
}
