import { inventCaller } from '../calls/callers.ts'
import type { TelnyxDraft } from '../draft.ts'
import { createRandom, type Random } from '../random.ts'

export type TelnyxEvent = {
  data: { record_type: 'event'; event_type: string; id: string; occurred_at: string; payload: Record<string, unknown> }
  meta: { attempt: number; delivered_to: string }
}

type TelnyxCall = {
  seed: string
  customerNumber: string
  startedAt: number
  /** How long they talked; 0 is a call that nobody took. */
  seconds: number
}

const path = '/webhooks/telnyx'
const microsEach = 40

/** What call control tells of an inbound call. It says when things happened, and what was billed in an event of its own. */
export function draftTelnyxCall({ seed, customerNumber, startedAt, seconds }: TelnyxCall): TelnyxDraft[] {
  const random = createRandom(`telnyx:${seed}`)
  const ringsAt = startedAt - random.integer(2, 8) * 1000
  const endedAt = startedAt + seconds * 1000
  const call = {
    call_control_id: `v3:${random.hex(40)}`,
    call_leg_id: uuidOf(random),
    call_session_id: uuidOf(random),
    connection_id: '1684641123236054244',
    client_state: null,
    from: inventCaller(random).phoneNumber,
    to: customerNumber,
  }
  const began = new Date(ringsAt).toISOString()
  const tell = (type: string, at: number, more: object): TelnyxDraft => ({
    provider: 'telnyx',
    path,
    at,
    payload: {
      data: {
        record_type: 'event',
        event_type: type,
        id: uuidOf(random),
        occurred_at: new Date(at).toISOString(),
        payload: { ...call, ...more },
      },
      meta: { attempt: 1, delivered_to: path },
    },
  })
  const initiated = tell('call.initiated', ringsAt, { direction: 'incoming', state: 'parked', start_time: began })
  const over = { hangup_source: 'caller', start_time: began, state: 'hangup' }
  if (seconds === 0)
    return [initiated, tell('call.hangup', startedAt, { ...over, hangup_cause: 'no_answer', sip_hangup_cause: '487' })]
  const cost = {
    billed_duration_secs: seconds,
    total_cost: ((seconds * microsEach) / 1_000_000).toFixed(6),
    status: 'success',
    occurred_at: new Date(endedAt).toISOString(),
  }
  return [
    initiated,
    tell('call.answered', startedAt, { start_time: began, state: 'answered' }),
    tell('call.hangup', endedAt, { ...over, hangup_cause: 'normal_clearing', sip_hangup_cause: '200' }),
    tell('call.cost', endedAt + 1500, cost),
  ]
}

function uuidOf(random: Random): string {
  const hex = random.hex(32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`
}
