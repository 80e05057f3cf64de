import type { Account } from '../account.ts'
import { type Draft, type SignedRequest, signDraft } from '../draft.ts'
import { createRandom } from '../random.ts'
import { inventCaller } from './callers.ts'
import { draftCarrierCall, nameCarrierCall } from './carrier-call.ts'
import type { CallPlan } from './plan.ts'
import { draftRetellCall } from './retell-call.ts'

/** Everything a provider tells about one call, signed at the moment each thing happened. */
export function callStory(plan: Omit<CallPlan, 'twilioAccountSid'> & { account: Account }): SignedRequest[] {
  const { account, ...rest } = plan
  return draftCall({ ...rest, twilioAccountSid: account.twilioAccountSid }).map((draft) =>
    signDraft(draft, account, draft.at),
  )
}

/** The same, not yet signed: for those who sign when they send. */
export function draftCall(plan: CallPlan): Draft[] {
  const random = createRandom(`call:${plan.seed}`)
  const caller = inventCaller(random)
  const carrierCall = nameCarrierCall(random, plan, caller)
  if (plan.provider === 'twilio') return draftCarrierCall(random, plan, carrierCall)
  const reported = draftRetellCall(random, plan, caller, carrierCall)
  const carried = plan.isCarrierReporting ? draftCarrierCall(random, plan, carrierCall).slice(-1) : []
  return [...reported, ...carried].sort((one, other) => one.at - other.at)
}
