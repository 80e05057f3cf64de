import { z } from 'zod'
import type { NetCtx } from '../platform/context.ts'
import { CircuitOpenError } from './breaker.ts'
import { callProvider, ProviderError } from './call.ts'

/** How a call stands with its provider. `unknown`: it did not say. */
export type CallState = 'under_way' | 'over' | 'unknown'

const retellCall = z.object({ call_status: z.string() })
const twilioCall = z.object({ status: z.string() })
const telnyxCall = z.object({ data: z.object({ is_alive: z.boolean() }) })
const twilioUnderWay = ['queued', 'initiated', 'ringing', 'in-progress']
const retellUnderWay = ['registered', 'ongoing']

/** Whom to ask for a call of this name, how his answer is read, and by which answer he says that his call is none any more. */
type Provider = {
  isNamedSo: RegExp
  request(ctx: NetCtx, id: string): { provider: string; url: string; headers: Record<string, string> } | undefined
  isUnderWay(answer: unknown): boolean
  unknown: RegExp
}
const providers: readonly Provider[] = [
  {
    isNamedSo: /^CA[0-9a-f]{32}$/i,
    request: twilioRequest,
    isUnderWay: (answer) => twilioUnderWay.includes(twilioCall.parse(answer).status),
    unknown: /answered 404/,
  },
  {
    isNamedSo: /^v\d+:/,
    request: telnyxRequest,
    isUnderWay: (answer) => telnyxCall.parse(answer).data.is_alive,
    unknown: /answered (404|422)/,
  },
  {
    // `call_…`, and 32 letters and digits before that
    isNamedSo: /^(call_|[0-9a-z]{32}$)/i,
    request: retellRequest,
    isUnderWay: (answer) => retellUnderWay.includes(retellCall.parse(answer).call_status),
    unknown: /answered (404|422)/,
  },
]

/**
 * Asks whoever names calls so how one stands: Twilio (`GET …/Calls/{sid}.json`), Telnyx (`GET /v2/calls/{call_control_id}`) or Retell
 * (`GET /v2/get-call/{id}`). A call that he does not know is over; a name that none of them gives says nothing (Telnyx is asked by
 * no other name of a leg).
 */
export async function findCallState(ctx: NetCtx, providerId: string): Promise<CallState> {
  const provider = providers.find(({ isNamedSo }) => isNamedSo.test(providerId))
  const request = provider?.request(ctx, providerId)
  if (provider === undefined || request === undefined) return 'unknown'
  try {
    const answer = await callProvider(ctx, { ...request, component: 'api', method: 'GET' })
    return provider.isUnderWay(answer) ? 'under_way' : 'over'
  } catch (error) {
    if (error instanceof ProviderError) return provider.unknown.test(error.message) ? 'over' : 'unknown'
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

function telnyxRequest({ env }: NetCtx, callControlId: string) {
  const { TELNYX_API_KEY: key, TELNYX_BASE_URL: base } = env
  if (key === undefined) return undefined
  return {
    provider: 'telnyx',
    url: `${base}/v2/calls/${encodeURIComponent(callControlId)}`,
    headers: { authorization: `Bearer ${key}` },
  }
}
