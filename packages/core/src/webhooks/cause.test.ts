import fc from 'fast-check'
import { expect, test } from 'vitest'
import { causeClasses, causeIdentity, causeOf } from './cause.ts'
import { refusals, webhookStates } from './state.ts'

const dead = { verdict: 'verified' as const, state: 'dead' as const, isRead: true }

test('whatever was written down has one cause with words and a next act', () => {
  const webhook = fc.record({
    verdict: fc.constantFrom('verified' as const, ...refusals),
    state: fc.constantFrom(...webhookStates),
    isRead: fc.boolean(),
    error: fc.option(fc.string({ maxLength: 1500 }), { nil: null }),
  })
  fc.assert(
    fc.property(webhook, (webhook) => {
      const cause = causeOf(webhook)
      expect(causeClasses).toContain(cause.class)
      expect([cause.text, cause.next].every((text) => text.trim() !== '')).toBe(true)
      if (webhook.verdict !== 'verified') expect(cause.class).toBe('provider')
    }),
  )
})

test('what differs from one webhook to the next makes no other cause', () => {
  const of = (call: number) =>
    causeIdentity(
      'retell',
      causeOf({ ...dead, error: `value ${call} of call_ab${call}cdef9012 is out of range (22003)` }),
    )
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (a, b) => {
      expect(of(a)).toBe(of(b))
    }),
  )
})

test('bytes that nobody can read are one cause, whatever stands in them', () => {
  const of = (error: string) => causeOf({ ...dead, isRead: false, error }).text
  const unread = `The body is not JSON in UTF-8: Unexpected token 'u', "upstream c"... is not valid JSON`

  expect(of(unread)).toBe('The body is not JSON in UTF-8')
  expect(of(unread)).toBe(of('The body is not JSON in UTF-8: Unexpected end of JSON input'))
  expect(of('CallDuration is no whole number up to 86400: "a"')).toBe(
    of('CallDuration is no whole number up to 86400: "b"'),
  )
})

test('what a reader stumbled over parts no causes, whatever its type and where its quotation was cut', () => {
  const of = (error: string) => causeOf({ verdict: 'verified', state: 'dead', isRead: true, error }).text
  for (const said of ['duration_ms is no length of a call', 'The status is not known'])
    expect(['"61', '"61200"', '{}', 'true', '1e+21', '["a: b"]'].map((value) => of(`${said}: ${value}`))).toEqual(
      Array(6).fill(said),
    )
})

test('the same words of two providers are two causes', () => {
  const cause = causeOf({ ...dead, error: 'violates a constraint (23514)' })
  expect(causeIdentity('retell', cause)).not.toBe(causeIdentity('twilio', cause))
})

test.each([
  ['canceling statement due to statement timeout (57014)', true, 'failed', 'transient'],
  ['connection lost (CONNECTION_CLOSED)', true, 'failed', 'transient'],
  ['new row violates check constraint (23514)', true, 'dead', 'data'],
  ['Unexpected token u in JSON at position 0', false, 'dead', 'provider'],
  ['CallDuration is no whole number up to 86400: "1e9"', true, 'dead', 'provider'],
  ['The form names no CallSid and CallStatus', true, 'dead', 'provider'],
  ['duration_ms is no length of a call: "61200"', true, 'dead', 'provider'],
  ['amount_due is no whole number of cents: -1', true, 'dead', 'provider'],
  ['The status is not known: "nested"', true, 'dead', 'provider'],
  ['«message.received» has no payload', true, 'dead', 'provider'],
  ['Cannot read properties of undefined', true, 'dead', 'bug'],
  ['relation does not exist (42P01)', true, 'failed', 'bug'],
] as const)('«%s» is trouble of class %4$s', (error, isRead, state, expected) => {
  expect(causeOf({ verdict: 'verified', state, isRead, error }).class).toBe(expected)
})
