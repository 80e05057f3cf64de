import { z } from 'zod'
import type { NetCtx } from '../platform/context.ts'
import { CircuitOpenError } from './breaker.ts'
import { callProvider, ProviderError } from './call.ts'

/** How a call stands with its provider. `unknown`: it did not say. */
export type CallState = 'under_way' | 'over' | 'unknown'

const retellCall = z.object({ call_status: z.string() })
const twilioCall = z.object({ status: z.string() })
const twilioUnderWay = ['queued', 'initiated', 'ringing', 'in-progress']
const retellUnderWay = ['registered', 'ongoing']

/** Asks Twilio (`GET …/Calls/{sid}.json`) or Retell (`GET /v2/get-call/{id}`) how a call stands. A call it does not know is over. */
export async function findCallState(ctx: NetCtx, providerId: string): Promise<CallState> {
  const isTwilio = providerId.startsWith('CA')
  const request = isTwilio ? twilioRequest(ctx, providerId) : retellRequest(ctx, providerId)
  if (request === undefined) return 'unknown'
  try {
    const answer = await callProvider(ctx, { ...request, component: 'api', method: 'GET' })
    const isUnderWay = isTwilio
      ? twilioUnderWay.includes(twilioCall.parse(answer).status)
      : retellUnderWay.includes(retellCall.parse(answer).call_status)
    return isUnderWay ? 'under_way' : 'over'
  } catch (error) {
    // Retell answers 422 for a call that it does not know
    const unknown = isTwilio ? /answered 404/ : /answered (404|422)/
    if (error instanceof ProviderError) return unknown.test(error.message) ? 'over' : 'unknown'
    if (error instanceof CircuitOpenError || error instanceof z.ZodError) return 'unknown'
    throw error
  }
}

function twilioRequest(ctx: NetCtx, sid: string) {
  const { TWILIO_ACCOUNT_SID: account, TWILIO_BASE_URL: base, twilioSecrets } = ctx.env
  const [secret] = twilioSecrets
  if (account === undefined || secret === undefined) return undefined
  return {
    provider: 'twilio',
    url: `${base}/2010-04-01/Accounts/${account}/Calls/${encodeURIComponent(sid)}.json`,
    headers: { authorization: `Basic ${Buffer.from(`${account}:${secret}`).toString('base64')}` },
  }
}

function retellRequest(ctx: NetCtx, callId: string) {
  const [key] = ctx.env.RETELL_API_KEY ?? []
  if (key === undefined) return undefined
  return {
    provider: 'retell',
    url: `${ctx.env.RETELL_BASE_URL}/v2/get-call/${encodeURIComponent(callId)}`,
    headers: { authorization: `Bearer ${key}` },
  }
}
