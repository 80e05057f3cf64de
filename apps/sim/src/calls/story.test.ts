import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { signRetell } from '../retell/sign.ts'
import { account } from '../testing/demo.ts'
import { signTwilio } from '../twilio/sign.ts'
import { callStory } from './story.ts'

const startedAt = Date.UTC(2026, 2, 4, 15, 30, 12, 345)
const plan = {
  seed: 7,
  account,
  startedAt,
  customerNumber: '+13125550101',
  agentId: 'agent_harbor',
  direction: 'inbound',
  seconds: 93,
  provider: 'retell',
} as const

const payloadSchema = z.looseObject({
  event: z.enum(['call_started', 'call_ended', 'call_analyzed']),
  event_timestamp: z.number().int(),
  call: z.looseObject({
    call_id: z.string().regex(/^call_[0-9a-f]{27}$/),
    call_type: z.literal('phone_call'),
    agent_id: z.string(),
    from_number: z.string().regex(/^\+1\d{3}55501\d\d$/),
    to_number: z.string(),
    telephony_identifier: z.object({ twilio_call_sid: z.string().regex(/^CA[0-9a-f]{32}$/) }),
  }),
})
const endedSchema = z.looseObject({
  duration_ms: z.number(),
  start_timestamp: z.number(),
  end_timestamp: z.number(),
  disconnection_reason: z.string(),
  transcript: z.string(),
  transcript_object: z.array(
    z.object({ role: z.string(), content: z.string(), words: z.array(z.looseObject({ word: z.string() })) }),
  ),
  latency: z.object({ e2e: z.looseObject({ p50: z.number() }) }).catchall(z.looseObject({})),
  call_cost: z.object({
    combined_cost: z.number(),
    total_duration_seconds: z.number(),
    total_duration_unit_price: z.number(),
    product_costs: z.array(z.object({ product: z.string(), unit_price: z.number(), cost: z.number() })),
  }),
})

const payloadsOf = (requests: { body: string }[]) => requests.map(({ body }) => payloadSchema.parse(JSON.parse(body)))
const formsOf = (requests: { body: string }[]) =>
  requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))

describe('a Retell call', () => {
  test('starts, ends and is analyzed, in this order and about one call', () => {
    const payloads = payloadsOf(callStory(plan))
    expect(payloads.map(({ event }) => event)).toEqual(['call_started', 'call_ended', 'call_analyzed'])
    expect(new Set(payloads.map(({ call }) => call.call_id)).size).toBe(1)
    expect(payloads[0]?.call.to_number).toBe(plan.customerNumber)
    expect(payloads[0]?.call).not.toHaveProperty('duration_ms')
    expect(payloads[1]?.call).not.toHaveProperty('call_analysis')
    expect(payloads[2]?.call.call_analysis).toMatchObject({ in_voicemail: false })
  })

  test('is charged as many seconds as it was planned to last', () => {
    for (let seed = 0; seed < 50; seed++) {
      const call = endedSchema.parse(payloadsOf(callStory({ ...plan, seed, seconds: 1 + seed * 7 }))[1]?.call)
      expect(Math.ceil(call.duration_ms / 1000)).toBe(1 + seed * 7)
      expect(call.end_timestamp - call.start_timestamp).toBe(call.duration_ms)
    }
  })

  test('costs a fraction of a cent more or less: the sum of its products', () => {
    const { call_cost: cost } = endedSchema.parse(payloadsOf(callStory(plan))[1]?.call)
    expect(Number.isInteger(cost.combined_cost)).toBe(false)
    expect(cost.combined_cost).toBeCloseTo(
      cost.product_costs.reduce((sum, product) => sum + product.cost, 0),
      6,
    )
  })

  test('is talked through to its end and not beyond', () => {
    const call = endedSchema.parse(payloadsOf(callStory({ ...plan, seconds: 150 }))[1]?.call)
    const spoken = call.transcript_object.flatMap(({ words }) => words).at(-1) as { end?: number } | undefined
    expect(spoken?.end).toBeGreaterThan(60)
    expect(spoken?.end).toBeLessThanOrEqual(150)
    expect(call.transcript).toMatch(/^Agent: .*\nUser: /)
    expect(call.transcript).not.toMatch(/[{}]/)
  })

  test('that never connected has an end and an analysis but no start', () => {
    const payloads = payloadsOf(callStory({ ...plan, direction: 'outbound', seconds: 0, outcome: 'busy' }))
    expect(payloads.map(({ event }) => event)).toEqual(['call_ended', 'call_analyzed'])
    expect(payloads[0]?.call).toMatchObject({
      call_status: 'not_connected',
      disconnection_reason: 'dial_busy',
      duration_ms: 0,
      call_cost: { combined_cost: 0, product_costs: [] },
    })
    expect(payloads[0]?.call).not.toHaveProperty('start_timestamp')
  })

  test('is signed over the bytes that are sent, at the moment it is told', () => {
    for (const { body, headers, at } of callStory(plan)) {
      expect(headers['x-retell-signature']).toBe(signRetell(body, account.retellApiKey, at))
      expect(headers['user-agent']).toBe('axios/1.15.2')
    }
  })

  test('is reported by its carrier too when asked for, under the same call sid', () => {
    const requests = callStory({ ...plan, isCarrierReporting: true })
    const [carried] = formsOf(requests.filter(({ provider }) => provider === 'twilio'))
    const [started] = payloadsOf(requests.filter(({ provider }) => provider === 'retell'))
    expect(carried?.CallSid).toBe(started?.call.telephony_identifier.twilio_call_sid)
    expect(carried?.CallStatus).toBe('completed')
  })

  test('fits into a kilobyte and a half when lean', () => {
    for (const { body } of callStory({ ...plan, detail: 'lean' })) expect(body.length).toBeLessThan(1_536)
  })
})

describe('a Twilio call', () => {
  test('that goes out is initiated, rings, is answered and completed', () => {
    const forms = formsOf(callStory({ ...plan, provider: 'twilio', direction: 'outbound' }))
    expect(forms.map(({ CallStatus, SequenceNumber }) => [CallStatus, SequenceNumber])).toEqual([
      ['initiated', '0'],
      ['ringing', '1'],
      ['in-progress', '2'],
      ['completed', '3'],
    ])
    expect(forms[3]).toMatchObject({
      CallDuration: '93',
      Duration: '2',
      Timestamp: 'Wed, 04 Mar 2026 15:31:45 +0000',
      From: plan.customerNumber,
      CallbackSource: 'call-progress-events',
    })
    expect(forms[2]).not.toHaveProperty('CallDuration')
  })

  test('that nobody takes has no seconds', () => {
    const forms = formsOf(
      callStory({ ...plan, provider: 'twilio', direction: 'outbound', seconds: 0, outcome: 'busy' }),
    )
    expect(forms.at(-1)).toMatchObject({ CallStatus: 'busy', CallDuration: '0', Duration: '0', SipResponseCode: '486' })
  })

  test('is signed over the public address', () => {
    for (const { body, headers, path } of callStory({ ...plan, provider: 'twilio' })) {
      const params = Object.fromEntries(new URLSearchParams(body))
      expect(headers['x-twilio-signature']).toBe(
        signTwilio(`https://ops.trunkline.example${path}`, params, account.twilioAuthToken),
      )
      expect(headers['content-type']).toBe('application/x-www-form-urlencoded; charset=utf-8')
    }
  })
})

test('the same seed tells the same story to the byte, another seed another', () => {
  expect(callStory(plan)).toEqual(callStory({ ...plan }))
  expect(callStory({ ...plan, seed: 8 })[0]?.body).not.toBe(callStory(plan)[0]?.body)
})

test('ids of many seeds do not meet', () => {
  const ids = Array.from({ length: 3_000 }, (_, seed) =>
    callStory({ ...plan, seed, detail: 'lean' })[0]?.body.slice(30, 70),
  )
  expect(new Set(ids).size).toBe(3_000)
})
