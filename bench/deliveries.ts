import { createHmac, randomUUID } from 'node:crypto'

/** Of this run alone. */
export const retellKey = `key_bench_${randomUUID().replaceAll('-', '')}`
export const bodyBytes = 1500

export type Delivery = { headers: Record<string, string>; body: Buffer }

type Call = { id: string; to: string; startedAt: number; seconds: number }
export type CallEventName = 'call_started' | 'call_ended' | 'call_analyzed'

/** What Retell says of a call, filled up with transcript to exactly `bodyBytes`. */
export function retellBody(event: CallEventName, call: Call): Buffer {
  const endedAt = call.startedAt + call.seconds * 1000
  const statement = {
    event,
    event_timestamp: event === 'call_started' ? call.startedAt : endedAt,
    call: {
      call_id: call.id,
      call_type: 'phone_call',
      agent_id: 'agent_bench',
      direction: 'inbound',
      from_number: '+14155550123',
      to_number: call.to,
      start_timestamp: call.startedAt,
      call_status: event === 'call_started' ? 'ongoing' : 'ended',
      ...(event === 'call_started'
        ? {}
        : {
            end_timestamp: endedAt,
            duration_ms: call.seconds * 1000,
            disconnection_reason: 'user_hangup',
            call_cost: { combined_cost: call.seconds * 0.15 },
          }),
      ...(event === 'call_analyzed'
        ? { call_analysis: { call_summary: 'A leaking sink', user_sentiment: 'Neutral', call_successful: true } }
        : {}),
      transcript: '',
    },
  }
  const missing = bodyBytes - Buffer.byteLength(JSON.stringify(statement))
  statement.call.transcript = transcript.repeat(Math.ceil(missing / transcript.length)).slice(0, missing)
  return Buffer.from(JSON.stringify(statement))
}

const transcript = 'Agent: Good morning. Caller: My sink is leaking, can somebody come today? '

/** Deliveries of so many different events, each signed as Retell signs. */
export function signedDeliveries(count: number): Delivery[] {
  const now = Date.now()
  return Array.from({ length: count }, () => {
    const id = `call_${randomUUID().replaceAll('-', '')}`
    const body = retellBody('call_ended', { id, to: '+13125550101', startedAt: now - 60_000, seconds: 60 })
    const digest = createHmac('sha256', retellKey).update(body).update(String(now)).digest('hex')
    return {
      body,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/plain, */*',
        'user-agent': 'axios/1.7.9',
        'x-retell-signature': `v=${now},d=${digest}`,
      },
    }
  })
}
