import type { RetellDraft } from '../draft.ts'
import type { RetellCall } from './call.ts'

export type RetellEventName = 'call_started' | 'call_ended' | 'call_analyzed'

export type RetellEvent = { event: RetellEventName; call: Partial<RetellCall>; event_timestamp: number }

export function draftRetellEvent(event: RetellEventName, call: Partial<RetellCall>, at: number): RetellDraft {
  return { provider: 'retell', path: '/webhooks/retell', at, payload: { event, call, event_timestamp: at } }
}
