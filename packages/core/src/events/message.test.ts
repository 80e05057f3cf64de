import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joinFacts } from './facts.ts'
import {
  type MessageFact,
  type MessageFacts,
  type MessageStatus,
  messageOutcome,
  messageStatuses,
  summarizeMessage,
} from './message.ts'

const sometimes = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 })
const statement = fc
  .record({
    status: fc.constantFrom(...messageStatuses),
    receivedAt: fc.integer({ min: 1, max: 9 }),
    webhookId: fc.uuid(),
    from: sometimes(fc.constantFrom('+13125550101', '+13125550102')),
    segments: sometimes(fc.integer({ min: 1, max: 4 })),
    body: sometimes(fc.constantFrom('yes', 'no')),
    errorCode: sometimes(fc.constantFrom('30003', '30005')),
  })
  .map(({ status, ...fact }): MessageFacts => {
    const stated = Object.fromEntries(Object.entries(fact).filter(([, value]) => value !== undefined))
    const direction = status === 'received' || status === 'receiving' ? 'inbound' : 'outbound'
    return { [`twilio:${status}`]: { ...stated, at: 0, source: 'twilio', status, direction } as MessageFact }
  })
const statements = fc.array(statement, { minLength: 1, maxLength: 7 })
const join = (all: readonly MessageFacts[]): MessageFacts => all.reduce((a, b) => joinFacts(a, b), {} as MessageFacts)

test('a message is the same in whatever order and however often its callbacks arrive', () => {
  const arrivals = statements.chain((all) =>
    fc.tuple(fc.constant(all), fc.shuffledSubarray([...all, ...all], { minLength: all.length * 2 })),
  )
  fc.assert(
    fc.property(arrivals, ([once, mixed]) => {
      expect(summarizeMessage(join(mixed))).toEqual(summarizeMessage(join(once)))
    }),
  )
})

test('a status only ever goes forward: Twilio sends no time, so a late «sent» never takes «delivered» back', () => {
  fc.assert(
    fc.property(statements, statement, (before, late) => {
      const rank = (all: readonly MessageFacts[]) => messageStatuses.indexOf(summarizeMessage(join(all)).status)
      expect(rank([...before, late])).toBeGreaterThanOrEqual(rank(before))
    }),
  )
})

test('no segments are a figure that is not known yet: what the carrier took counts one until it is', () => {
  const fact = (status: MessageStatus, segments?: number): MessageFacts => ({
    [`twilio:${status}`]: {
      at: 0,
      source: 'twilio',
      receivedAt: 1,
      webhookId: 'whk',
      status,
      direction: 'outbound',
      ...(segments === undefined ? {} : { segments }),
    },
  })
  const segmentsOf = (...facts: MessageFacts[]) => summarizeMessage(join(facts)).segments

  expect(segmentsOf(fact('accepted', 0))).toBeUndefined()
  expect(segmentsOf(fact('accepted', 0), fact('delivered'))).toBe(1)
  expect(segmentsOf(fact('delivered', 0))).toBe(1)
  expect(segmentsOf(fact('queued', 3), fact('sent', 0), fact('delivered'))).toBe(3)
})

test('what was once charged stays charged, and a figure of the carrier replaces the assumed single segment', () => {
  fc.assert(
    fc.property(statements, statement, (before, late) => {
      const was = summarizeMessage(join(before)).segments
      const now = summarizeMessage(join([...before, late])).segments
      if (was !== undefined) expect(now).toBeDefined()
      const figures = Object.values(join([...before, late])).flatMap(({ segments }) => segments ?? [])
      if (now !== undefined) expect(figures.length === 0 ? [1] : figures).toContain(now)
    }),
  )
})

const one = (status: MessageStatus, more: Partial<MessageFact> = {}): MessageFacts => ({
  [`twilio:${status}`]: {
    at: 0,
    source: 'twilio',
    receivedAt: 1,
    webhookId: 'a',
    status,
    direction: 'outbound',
    ...more,
  },
})

test.each<[MessageStatus, number | undefined]>([
  ['accepted', undefined],
  ['scheduled', undefined],
  ['queued', undefined],
  ['sending', undefined],
  ['receiving', undefined],
  ['canceled', undefined],
  ['failed', undefined],
  ['sent', 1],
  ['delivered', 1],
  ['undelivered', 1],
  ['partially_delivered', 1],
  ['read', 1],
  ['received', 1],
])('a message that is %s costs %s segments where the carrier gives no figure (K-15)', (status, segments) => {
  expect(summarizeMessage(one(status)).segments).toBe(segments)
})

test('a message that failed after it was sent is owed: the carrier took it', () => {
  const facts = joinFacts(one('sent'), one('failed', { errorCode: '30003' }))

  expect(summarizeMessage(facts)).toMatchObject({ segments: 1, errorCode: '30003' })
})

test('an inbound text counts the segments that Twilio counted', () => {
  const facts = one('received', { direction: 'inbound', segments: 3, body: 'My sink is leaking' })

  expect(summarizeMessage(facts)).toMatchObject({ direction: 'inbound', segments: 3, body: 'My sink is leaking' })
})

test('charts count a message once, where it ended', () => {
  const outcomes = messageStatuses.map((status) => [status, messageOutcome({ status, direction: 'outbound' })])

  expect(Object.fromEntries(outcomes)).toEqual({
    accepted: undefined,
    scheduled: undefined,
    queued: undefined,
    sending: undefined,
    receiving: undefined,
    sent: 'outbound',
    partially_delivered: 'outbound',
    canceled: 'failed',
    failed: 'failed',
    undelivered: 'failed',
    delivered: 'outbound',
    received: undefined,
    read: 'outbound',
  })
  expect(messageOutcome({ status: 'received', direction: 'inbound' })).toBe('inbound')
})
