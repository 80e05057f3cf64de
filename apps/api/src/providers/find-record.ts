import { z } from 'zod'
import type { Ctx, NetCtx } from '../platform/context.ts'
import { callProvider, ProviderError } from './call.ts'
import { canListRetell } from './retell/list-calls.ts'
import { canListTelnyx } from './telnyx/list.ts'
import { canListTwilio } from './twilio/list.ts'

export const recordProviders = ['retell', 'twilio', 'telnyx'] as const
export type RecordProvider = (typeof recordProviders)[number]
type Named = { provider: RecordProvider; kind: 'call' | 'message'; providerId: string }

/** What a provider has of one call or message: the record as it was fetched, and how far it has come. */
export type FoundRecord = { record: string; isOver: boolean; isAnalyzed: boolean }

/** Those that let themselves be asked: of whom we have a key. */
export function askableProviders(ctx: Pick<Ctx, 'env'>): RecordProvider[] {
  const canAsk = { retell: canListRetell, twilio: canListTwilio, telnyx: canListTelnyx }
  return recordProviders.filter((provider) => canAsk[provider](ctx))
}

const retellCall = z.looseObject({
  call_id: z.string(),
  call_status: z.string().optional().catch(undefined),
  end_timestamp: z.number().optional().catch(undefined),
  call_analysis: z.looseObject({}).optional().catch(undefined),
})
const twilioRecord = z.looseObject({ sid: z.string(), status: z.string() })
const telnyxMessage = z.object({
  data: z.looseObject({
    id: z.string(),
    to: z.array(z.looseObject({ status: z.string().optional().catch(undefined) })).min(1),
  }),
})
const callUnderWay = ['queued', 'initiated', 'ringing', 'in-progress']
const messageUnderWay = ['accepted', 'scheduled', 'queued', 'sending', 'sent']

/**
 * Asks the provider for one call or message: Retell (`GET /v2/get-call/{id}`), Twilio (`GET …/Calls|Messages/{sid}.json`) or Telnyx
 * (`GET /v2/messages/{id}`; it keeps no record of calls). Undefined where it does not know it.
 */
export async function findRecord(ctx: NetCtx, named: Named): Promise<FoundRecord | undefined> {
  let answer: unknown
  try {
    answer = await callProvider(ctx, { ...requestFor(ctx, named), component: 'api', method: 'GET' })
  } catch (error) {
    // Retell answers 422 for a call that it does not know
    const unknown = named.provider === 'retell' ? /answered (404|422)/ : /answered 404/
    if (error instanceof ProviderError && error.outcome === 'refused' && unknown.test(error.message)) return undefined
    throw error
  }
  return read(named, answer)
}

function read({ provider, kind }: Named, answer: unknown): FoundRecord {
  if (provider === 'retell') {
    const call = retellCall.parse(answer)
    const isOver = call.end_timestamp !== undefined || ['error', 'not_connected'].includes(call.call_status ?? '')
    const isAnalyzed = isOver && Object.keys(call.call_analysis ?? {}).length > 0
    return { record: JSON.stringify(answer), isOver, isAnalyzed }
  }
  if (provider === 'twilio') {
    const { status } = twilioRecord.parse(answer)
    const underWay = kind === 'call' ? callUnderWay : messageUnderWay
    return { record: JSON.stringify(answer), isOver: !underWay.includes(status), isAnalyzed: false }
  }
  const { data } = telnyxMessage.parse(answer)
  const isOver = data.to.every(({ status }) => status !== undefined && !messageUnderWay.includes(status))
  return { record: JSON.stringify(data), isOver, isAnalyzed: false }
}

function requestFor(ctx: NetCtx, { provider, kind, providerId }: Named) {
  const { env } = ctx
  const id = encodeURIComponent(providerId)
  if (provider === 'retell')
    return {
      provider,
      url: `${env.RETELL_BASE_URL}/v2/get-call/${id}`,
      headers: { authorization: `Bearer ${env.RETELL_API_KEY?.[0] ?? ''}` },
    }
  if (provider === 'telnyx')
    return {
      provider,
      url: `${env.TELNYX_BASE_URL}/v2/messages/${id}`,
      headers: { authorization: `Bearer ${env.TELNYX_API_KEY ?? ''}` },
    }
  const { TWILIO_ACCOUNT_SID: account = '', TWILIO_BASE_URL: base, twilioSecrets } = env
  return {
    provider,
    url: `${base}/2010-04-01/Accounts/${account}/${kind === 'call' ? 'Calls' : 'Messages'}/${id}.json`,
    headers: { authorization: `Basic ${Buffer.from(`${account}:${twilioSecrets[0] ?? ''}`).toString('base64')}` },
  }
}
