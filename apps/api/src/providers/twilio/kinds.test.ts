import { summarizeCall } from '@trunkline/core/events/call'
import { joinFacts } from '@trunkline/core/events/facts'
import type { InboundCall } from '@trunkline/core/webhooks/adapter'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deliver } from '../exam-terms.ts'
import { twilio } from './webhook.ts'

type Form = Record<string, string>
const call: Form = {
  AccountSid: 'AC00000000000000000000000000000001',
  ApiVersion: '2010-04-01',
  CallSid: 'CA7c1f0b7b1c2d3f4a5968778695a4b3c2',
  From: '+14155550123',
  To: '+13125550101',
  Direction: 'inbound',
}
const completed = { ...call, CallStatus: 'completed', Duration: '2', CallDuration: '65' }
const text: Form = {
  AccountSid: call.AccountSid as string,
  MessageSid: 'SM21223344556677889900aabbccddeeff',
  SmsSid: 'SM21223344556677889900aabbccddeeff',
  From: '+14155550123',
  To: '+13125550101',
  Body: 'Are you open?',
  NumSegments: '1',
  SmsStatus: 'received',
}
const receipt: Form = {
  AccountSid: call.AccountSid as string,
  MessageSid: 'SM31223344556677889900aabbccddeeff',
  SmsStatus: 'delivered',
  MessageStatus: 'delivered',
  From: '+13125550101',
  To: '+14155550123',
}
const at = (door: string, body: Form | string) =>
  deliver(typeof body === 'string' ? body : new URLSearchParams(body).toString(), { door })
const read = (door: string, body: Form | string, bodySha256 = 'hash') => twilio.read(at(door, body), bodySha256)
const said = (door: string, body: Form | string) => twilio.events(at(door, body), 'whk')
const identityOf = (...told: Parameters<typeof read>) => {
  const reading = read(...told)
  return reading.readable ? reading.identity : undefined
}

describe('a call that is over keeps its length', () => {
  const recorded = {
    ...call,
    CallStatus: 'completed',
    RecordingSid: 'RE1',
    RecordingUrl: 'https://api.twilio.test/RE1',
  }
  const dialled = { ...call, CallStatus: 'completed', DialCallSid: 'CA2', DialCallStatus: 'completed' }

  test('whatever is asked or told after it repeats that it is over and names no length', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([completed, recorded, dialled], { minLength: 3 }), (told) => {
        let facts = {}
        for (const [index, form] of told.entries()) {
          const late = { ...at('status', form), receivedAt: at('status', form).receivedAt + index * 1000 }
          for (const { kind, register, fact } of twilio.events(late, 'whk'))
            if (kind === 'call') facts = joinFacts(facts, { [register]: fact })
        }
        expect(summarizeCall(facts)).toMatchObject({ status: 'completed', seconds: 65, secondsSource: 'twilio' })
      }),
    )
  })
})

test('what is asked in the midst of a call is no turn of it, and each is another', () => {
  const talking = { ...call, CallStatus: 'in-progress' }
  const asked: Form[] = [
    talking,
    { ...talking, Digits: '1' },
    { ...talking, Digits: '2' },
    { ...talking, SpeechResult: 'a plumber' },
    { ...talking, DialCallSid: 'CA2', DialCallStatus: 'completed' },
    { ...talking, QueueSid: 'QU1', QueueResult: 'bridged' },
    { ...talking, RecordingSid: 'RE1', RecordingUrl: 'https://api.twilio.test/RE1' },
  ]
  for (const door of ['voice', 'status']) {
    expect(new Set(asked.map((form) => identityOf(door, form))).size).toBe(asked.length)
    expect(asked.map((form) => identityOf(door, { ...form, Added: 'x' }))).toEqual(
      asked.map((form) => identityOf(door, form)),
    )
  }
  // what tells of a turn is known by it, whatever else it names
  const turns: Form[] = [{ SequenceNumber: '2' }, { CallDuration: '65' }]
  for (const turn of turns)
    expect(identityOf('status', { ...call, CallStatus: 'completed', ...turn, RecordingSid: 'RE1' })).toBe(
      identityOf('status', { ...call, CallStatus: 'completed', ...turn }),
    )
})

describe('what is told beside a call', () => {
  const transcript = {
    ...call,
    CallStatus: 'completed',
    TranscriptionSid: 'TR1',
    TranscriptionStatus: 'completed',
    TranscriptionText: 'Hello',
    RecordingSid: 'RE1',
    RecordingUrl: 'https://api.twilio.test/RE1',
  }
  const live = { CallSid: call.CallSid as string, TranscriptionSid: 'GT1', TranscriptionEvent: 'transcription-content' }

  test('a transcript repeats its call’s status, and is an event of its own that says nothing of the call', () => {
    expect(read('status', transcript)).toMatchObject({ readable: true, eventType: 'transcription.completed' })
    expect(identityOf('status', transcript)).not.toBe(identityOf('status', completed))
    expect(said('status', transcript)).toEqual([])
  })

  test('each piece of a live transcript is an event of its own', () => {
    const pieces = ['1', '2'].map((SequenceId) => ({ ...live, SequenceId }))

    expect(pieces.map((piece) => read('status', piece))).toMatchObject([
      { readable: true, eventType: 'transcription.content' },
      { readable: true, eventType: 'transcription.content' },
    ])
    expect(new Set(pieces.map((piece) => identityOf('status', piece))).size).toBe(2)
    expect(pieces.flatMap((piece) => said('status', piece))).toEqual([])
  })
})

const conversation = {
  AccountSid: call.AccountSid as string,
  ConversationSid: 'CH1',
  EventType: 'onMessageAdded',
  MessageSid: 'IM1',
  Author: '+14155550123',
  Body: 'Hello',
}
const others: [string, Form | string, string][] = [
  ['sms', conversation, 'conversation.onMessageAdded'],
  [
    'sms-status',
    { ...conversation, EventType: 'onDeliveryUpdated', Status: 'delivered' },
    'conversation.onDeliveryUpdated',
  ],
  ['status', { AccountSid: 'AC1', CallSid: 'CA1', PaymentSid: 'PK1', PartialResult: 'true' }, 'payment.other'],
  ['status', { AccountSid: 'AC1', CallSid: 'CA1', SiprecSid: 'SR1', SiprecEvent: 'siprec-started' }, 'siprec-started'],
  ['status', { AccountSid: 'AC1', WorkspaceSid: 'WS1', TaskSid: 'WT1', EventType: 'task.created' }, 'task.created'],
  ['status', { AccountSid: 'AC1', Sid: 'NO1', Level: 'ERROR', Payload: '{"error_code":"11200"}' }, 'notice.other'],
  ['status', { AccountSid: 'AC1', CallSid: 'CA1' }, 'call.other'],
  ['sms-status', { AccountSid: 'AC1', MessageSid: 'SM1' }, 'message.other'],
  [
    'status',
    '[{"specversion":"1.0","type":"com.twilio.messaging.message.delivered","id":"EZ1"}]',
    'com.twilio.messaging.message.delivered',
  ],
  ['sms-status', '{"event_type":"click","sms_sid":"SM1"}', 'click'],
  ['status', '{"sms_sid":"SM1"}', 'untyped'],
]

describe('what is told of something else is kept and charges nothing', () => {
  test.each(others)('at %s: %j is %s', (door, body, eventType) => {
    expect(read(door, body)).toMatchObject({ readable: true, eventType })
    expect(read(door, body)).not.toHaveProperty('inboundText')
    expect(said(door, body)).toEqual([])
  })

  test('two that differ are two, and the same is the same', () => {
    const named = (hash: string) => others.map(([door, body], index) => identityOf(door, body, `${hash}${index}`))
    const names = [...named('a'), ...named('b')]

    expect(names).not.toContain(undefined)
    // what a stream of events brings is named by itself
    expect(new Set(names).size).toBe(names.length - 1)
    expect(named('a')).toEqual(names.slice(0, others.length))
  })

  test('a form or document that names nothing is unreadable all the same', () => {
    for (const body of ['From=%2B14155550123', '', '"text"', '[]', '{"half":', '[1]'])
      for (const door of ['status', 'sms', 'sms-status', 'voice'])
        expect(read(door, body)).toMatchObject({
          readable: false,
          reason: expect.stringMatching(/^The form names no /),
        })
  })
})

describe('what a form tells counts, whichever door it came to', () => {
  const inboundCall = (door: string, form: Form): InboundCall | undefined => {
    const reading = read(door, form)
    return reading.readable ? reading.inboundCall : undefined
  }

  test('a receipt at the door of inbound texts is a receipt', () => {
    expect(read('sms', receipt)).toEqual(read('sms-status', receipt))
    expect(said('sms', receipt)).toEqual(said('sms-status', receipt))
    expect(read('sms', receipt)).toMatchObject({ eventType: 'message.delivered', phoneNumber: '+13125550101' })
  })

  test('a text at a door of calls, and a call at a door of texts, is what it is', () => {
    for (const door of ['status', 'voice', 'sms-status']) {
      expect(read(door, text)).toEqual(read('sms', text))
      expect(said(door, text)).toEqual(said('sms', text))
    }
    expect(said('sms-status', completed)).toEqual(said('status', completed))
    expect(read('sms-status', completed)).toEqual(read('status', completed))
    expect(inboundCall('sms', { ...call, CallStatus: 'ringing' })).toMatchObject({ phoneNumber: '+13125550101' })
  })

  test('a call that is over does not wait for an answer', () => {
    for (const CallStatus of ['completed', 'busy', 'failed', 'no-answer', 'canceled'])
      expect(inboundCall('voice', { ...call, CallStatus })).toBeUndefined()
    expect(inboundCall('voice', { ...call, CallStatus: 'in-progress' })).toMatchObject({ providerId: call.CallSid })
  })
})

test('a text that is told again at the fallback address is the same text, and what went wrong at the first is no error of it', () => {
  const again = { ...text, ErrorCode: '11200', ErrorUrl: 'https://hooks.trunkline.example/webhooks/twilio/sms' }

  expect(read('sms', again)).toEqual(read('sms', text))
  expect(said('sms', again)).toEqual(said('sms', text))
  expect(identityOf('sms-status', { ...receipt, ErrorCode: '30003' })).not.toBe(identityOf('sms-status', receipt))
})

test('who writes by WhatsApp writes to the line of a customer, from a number', () => {
  const written = { ...text, From: 'whatsapp:+14155550199', To: 'whatsapp:+13125550101', WaId: '14155550199' }
  const seen = { ...receipt, From: 'whatsapp:+13125550101', To: 'whatsapp:+14155550199', MessageStatus: 'read' }

  expect(read('sms', written)).toMatchObject({ phoneNumber: '+13125550101' })
  expect(said('sms', written)).toMatchObject([{ fact: { from: '+14155550199', to: '+13125550101', segments: 1 } }])
  expect(read('sms-status', seen)).toMatchObject({ phoneNumber: '+13125550101', eventType: 'message.read' })
  expect(said('sms-status', seen)).toMatchObject([{ fact: { from: '+13125550101', to: '+14155550199' } }])
})

test.each([
  ['inbound', 'inbound', '+13125550101'],
  ['outbound-api', 'outbound', '+14155550123'],
  ['outbound-dial', 'outbound', '+14155550123'],
  // a trunk’s words are seen from behind it: what originates there comes from the telephone network
  ['trunking-originating', 'inbound', '+13125550101'],
  ['trunking-terminating', 'outbound', '+14155550123'],
])('a call whose direction is «%s» is %s and of the line %s', (Direction, direction, phoneNumber) => {
  expect(said('status', { ...completed, Direction })).toMatchObject([{ fact: { direction } }])
  expect(read('status', { ...completed, Direction })).toMatchObject({ phoneNumber })
})
