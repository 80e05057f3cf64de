import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  retellIdentity,
  telnyxIdentity,
  telnyxOtherIdentity,
  twilioCallIdentity,
  twilioConferenceIdentity,
  twilioDetectionIdentity,
  twilioDocumentIdentity,
  twilioMessageIdentity,
  twilioOtherIdentity,
  twilioRecordingIdentity,
  twilioStreamIdentity,
  twilioTranscriptionIdentity,
  unreadableIdentity,
} from './idempotency.ts'

// few, so that two events are often of one thing
const word = fc.constantFrom('A1', 'b2', '_')
const retellEvent = fc.record({
  event: fc.constantFrom('call_started', 'call_ended', 'call_analyzed'),
  callId: word,
  eventTimestamp: fc.option(fc.nat(3), { nil: undefined }),
  bodySha256: word,
})

test('a Retell event is its name and its call: a retry with another time or body is the same event (K-4)', () => {
  fc.assert(
    fc.property(retellEvent, retellEvent, (a, b) => {
      const isSame = a.event === b.event && a.callId === b.callId
      expect(retellIdentity(a) === retellIdentity(b)).toBe(isSame)
    }),
  )
})

test.each(['call_inbound', 'chat_inbound'])(
  '%s is never deduplicated: two calls of one caller are alike (K-4)',
  (event) => {
    expect(retellIdentity({ event, callId: undefined, eventTimestamp: 1, bodySha256: 'same' })).toBeUndefined()
  },
)

test('where Retell names the call or chat that it asks about, asked again it is the same', () => {
  const asked = { eventTimestamp: 1, bodySha256: 'a' }
  const names = [
    retellIdentity({ ...asked, event: 'call_inbound', callId: 'call_1' }),
    retellIdentity({ ...asked, event: 'call_inbound', callId: 'call_2' }),
    retellIdentity({ ...asked, event: 'call_started', callId: 'call_1' }),
    retellIdentity({ ...asked, event: 'chat_inbound', callId: undefined, chatId: 'call_1' }),
  ]

  expect(new Set(names).size).toBe(4)
  expect(retellIdentity({ event: 'call_inbound', callId: 'call_1', eventTimestamp: 2, bodySha256: 'b' })).toBe(names[0])
})

test('every transfer and every transcript update of a call is an event of its own', () => {
  const transfer = { event: 'transfer_started', callId: 'call_1', bodySha256: 'same' }
  const transcript = { event: 'transcript_updated', callId: 'call_1', eventTimestamp: 1 }

  expect(retellIdentity({ ...transfer, eventTimestamp: 1 })).not.toBe(
    retellIdentity({ ...transfer, eventTimestamp: 2 }),
  )
  expect(retellIdentity({ ...transfer, eventTimestamp: 1 })).toBe(
    retellIdentity({ ...transfer, eventTimestamp: 1, bodySha256: 'other' }),
  )
  expect(retellIdentity({ ...transcript, bodySha256: 'a' })).not.toBe(
    retellIdentity({ ...transcript, bodySha256: 'b' }),
  )
})

test('what is told of a chat is its name and its chat, whatever its time or body', () => {
  const chat = { callId: undefined, chatId: 'chat_1' }
  const names = ['chat_started', 'chat_ended', 'chat_analyzed'].flatMap((event) =>
    ['a', 'b'].map((bodySha256, eventTimestamp) => retellIdentity({ ...chat, event, eventTimestamp, bodySha256 })),
  )

  expect(new Set(names)).toEqual(new Set(names.filter((_, index) => index % 2 === 0)))
  expect(new Set(names).size).toBe(3)
  expect(names).not.toContain(
    retellIdentity({ ...chat, chatId: 'chat_2', event: 'chat_ended', eventTimestamp: 0, bodySha256: 'a' }),
  )
})

test('an event that names no call is known by its body', () => {
  const chat = { event: 'chat_ended', callId: undefined, eventTimestamp: undefined }

  expect(retellIdentity({ ...chat, bodySha256: 'a' })).not.toBe(retellIdentity({ ...chat, bodySha256: 'b' }))
  expect(retellIdentity({ ...chat, bodySha256: 'a' })).toBe(retellIdentity({ ...chat, bodySha256: 'a' }))
})

test('ringing and completed of one call are two events, and so are two turns of one status (K-4, V-3)', () => {
  const call = fc.record({
    callSid: word,
    status: fc.constantFrom('ringing', 'in-progress', 'completed'),
    sequenceNumber: fc.option(fc.constantFrom('0', '1', '2'), { nil: undefined }),
  })
  fc.assert(
    fc.property(call, call, (a, b) => {
      const isSame = a.callSid === b.callSid && a.status === b.status && a.sequenceNumber === b.sequenceNumber
      expect(twilioCallIdentity(a) === twilioCallIdentity(b)).toBe(isSame)
    }),
  )
})

test('a message’s event is its sid, status and error', () => {
  const message = fc.record({
    messageSid: word,
    status: fc.constantFrom('sent', 'delivered', 'undelivered'),
    errorCode: fc.option(fc.constantFrom('30003', '30005'), { nil: undefined }),
  })
  fc.assert(
    fc.property(message, message, (a, b) => {
      const isSame = a.messageSid === b.messageSid && a.status === b.status && a.errorCode === b.errorCode
      expect(twilioMessageIdentity(a) === twilioMessageIdentity(b)).toBe(isSame)
    }),
  )
})

test('no identity of one provider is that of another', () => {
  const texts = [
    retellIdentity({ event: 'call_ended', callId: 'x', eventTimestamp: 1, bodySha256: 'x' }),
    twilioCallIdentity({ callSid: 'x', status: 'ended', sequenceNumber: undefined }),
    twilioMessageIdentity({ messageSid: 'x', status: 'ended', errorCode: undefined }),
    telnyxIdentity({ eventId: 'x' }),
    telnyxOtherIdentity({ content: 'x' }),
    unreadableIdentity('retell', 'x'),
    unreadableIdentity('twilio', 'x'),
  ]

  expect(new Set(texts).size).toBe(texts.length)
})

test('each of a conference’s turns is an event of its own, with whatever body it is told again', () => {
  const turn = fc.record({
    conferenceSid: fc.constantFrom('CF1', 'CF2'),
    event: fc.constantFrom('participant-join', 'participant-leave'),
    callSid: fc.option(fc.constantFrom('CA1', 'CA2'), { nil: undefined }),
    sequenceNumber: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
  })
  fc.assert(
    fc.property(turn, turn, (a, b) => {
      const isSame = Object.entries(a).every(([name, value]) => b[name as keyof typeof b] === value)
      expect(twilioConferenceIdentity(a) === twilioConferenceIdentity(b)).toBe(isSame)
      expect(twilioStreamIdentity({ streamSid: a.conferenceSid, event: a.event })).not.toBe(twilioConferenceIdentity(a))
    }),
  )
})

test('what is told beside a call is known by the call, what it is of, and how that stands, and is never the call’s own status (V-4)', () => {
  const state = fc.constantFrom('in-progress', 'completed', 'human')
  const sid = fc.option(fc.constantFrom('CA1', 'CA2'), { nil: undefined })
  const recording = fc.record({ callSid: sid, recordingSid: fc.constantFrom('RE1', 'RE2'), status: state })
  fc.assert(
    fc.property(recording, recording, (a, b) => {
      const isSame = a.callSid === b.callSid && a.recordingSid === b.recordingSid && a.status === b.status
      expect(twilioRecordingIdentity(a) === twilioRecordingIdentity(b)).toBe(isSame)
      const [callSid = '', status] = [a.callSid, a.status]
      const names = [
        twilioRecordingIdentity(a),
        twilioDetectionIdentity({ callSid, answeredBy: status }),
        twilioCallIdentity({ callSid, status, sequenceNumber: undefined }),
      ]
      expect(new Set(names).size).toBe(3)
    }),
  )
})

test('each piece of a transcript is an event of its own, and what is known of nothing else is known by its body', () => {
  const piece = fc.record({
    transcriptionSid: fc.constantFrom('GT1', 'GT2'),
    status: fc.constantFrom('transcription-content', 'completed'),
    sequenceId: fc.option(fc.constantFrom('1', '2'), { nil: undefined }),
  })
  const other = fc.record({ of: word, eventType: word, bodySha256: word })
  fc.assert(
    fc.property(piece, piece, other, other, (a, b, one, two) => {
      const isSame = (a: object, b: object) => JSON.stringify(a) === JSON.stringify(b)
      expect(twilioTranscriptionIdentity(a) === twilioTranscriptionIdentity(b)).toBe(isSame(a, b))
      expect(twilioOtherIdentity(one) === twilioOtherIdentity(two)).toBe(isSame(one, two))
    }),
  )
})

test('a document is known by what its events are called, and by its body where they have no names', () => {
  const [a, b] = ['a', 'b'].map((bodySha256) => ({ ids: ['EZ1', 'EZ2'], bodySha256 }))
  if (a === undefined || b === undefined) throw new Error('Two documents are wanted')

  expect(twilioDocumentIdentity(a)).toBe(twilioDocumentIdentity(b))
  expect(twilioDocumentIdentity(a)).not.toBe(twilioDocumentIdentity({ ...a, ids: ['EZ1'] }))
  expect(twilioDocumentIdentity({ ...a, ids: undefined })).not.toBe(twilioDocumentIdentity({ ...b, ids: undefined }))
})
