import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type CallFact,
  type CallFacts,
  type CallStatus,
  callOutcome,
  callOutcomes,
  callStatuses,
  isTerminal,
  ownNumbers,
  statedInstant,
  summarizeCall,
} from './call.ts'
import { joinFacts } from './facts.ts'

const second = 1000
const instant = fc.integer({ min: 1_700_000_000_000, max: 1_700_000_600_000 })
const sometimes = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined, freq: 2 })
const said = (fact: object): CallFact =>
  Object.fromEntries(Object.entries(fact).filter(([, value]) => value !== undefined)) as CallFact

const retell = fc
  .record({
    event: fc.constantFrom('call_started', 'call_ended', 'call_analyzed'),
    at: fc.constantFrom(0, 1, 2),
    receivedAt: instant,
    webhookId: fc.uuid(),
    status: fc.constantFrom<CallStatus>('completed', 'failed', 'no-answer'),
    direction: sometimes(fc.constantFrom('inbound', 'outbound')),
    to: sometimes(fc.constantFrom('+13125550101', '+13125550102')),
    startedAt: sometimes(instant),
    endedAt: sometimes(instant),
    durationMs: sometimes(fc.integer({ min: 0, max: 5_000 })),
    costMicros: sometimes(fc.integer({ min: 0, max: 1_000_000 })),
    summary: sometimes(fc.constantFrom('a leak', 'a flood')),
  })
  .map(({ event, status, ...fact }): CallFacts => {
    const spoken = event === 'call_started' ? 'in-progress' : status
    return { [`retell:${event}`]: said({ ...fact, status: spoken, source: 'retell' }) }
  })
const twilio = fc
  .record({
    at: fc.constantFrom(0, 1, 2),
    receivedAt: instant,
    webhookId: fc.uuid(),
    status: fc.constantFrom(...callStatuses),
    direction: sometimes(fc.constantFrom('inbound', 'outbound')),
    endedAt: sometimes(instant),
    durationSeconds: sometimes(fc.integer({ min: 0, max: 9 })),
  })
  .map((fact): CallFacts => ({ [`twilio:${fact.status}`]: said({ ...fact, source: 'twilio' }) }))
const statements = fc.array(fc.oneof(retell, twilio), { minLength: 1, maxLength: 8 })
const join = (all: readonly CallFacts[]): CallFacts => all.reduce((a, b) => joinFacts(a, b), {} as CallFacts)

test('of two lengths that were told at one time the one with more authority counts', () => {
  const fact = (durationMs: number): CallFact => ({
    at: 5,
    source: 'retell',
    receivedAt: 5,
    webhookId: 'w',
    durationMs,
  })
  const facts: CallFacts = { 'retell:call_ended': fact(61_000), 'retell:call_analyzed': fact(62_000) }

  expect(summarizeCall(facts).seconds).toBe(62)
})

test('Telnyx’s call lasts from its answer to its end, a second begun counts', () => {
  const fact = { at: 0, source: 'telnyx', receivedAt: 0, webhookId: 'w' } as const
  const lasting = (ms: number): CallFacts => ({
    'telnyx:call.answered': { ...fact, status: 'in-progress', startedAt: 1_700_000_000_000 },
    'telnyx:call.hangup': { ...fact, status: 'completed', endedAt: 1_700_000_000_000 + ms },
  })

  expect([0, 1, 61_000, 61_001].map((ms) => summarizeCall(lasting(ms)).seconds)).toEqual([0, 1, 61, 62])
})

test('a call is the same in whatever order and however often its events arrive (V-4)', () => {
  const arrivals = statements.chain((all) =>
    fc.tuple(
      fc.constant(all),
      fc
        .array(fc.constantFrom(...all), { maxLength: 8 })
        .chain((again) => fc.shuffledSubarray([...all, ...again], { minLength: all.length + again.length })),
    ),
  )
  fc.assert(
    fc.property(arrivals, ([once, mixed]) => {
      expect(summarizeCall(join(mixed))).toEqual(summarizeCall(join(once)))
    }),
  )
})

test('what is over stays over, whatever is still said of it (V-4)', () => {
  fc.assert(
    fc.property(statements, fc.oneof(retell, twilio), (before, late) => {
      fc.pre(isTerminal(summarizeCall(join(before)).status))
      expect(isTerminal(summarizeCall(join([...before, late])).status)).toBe(true)
    }),
  )
})

test('a carrier’s status only ever goes forward', () => {
  fc.assert(
    fc.property(fc.array(twilio, { minLength: 1 }), twilio, (before, late) => {
      const rank = (all: readonly CallFacts[]) => callStatuses.indexOf(summarizeCall(join(all)).status)
      expect(rank([...before, late])).toBeGreaterThanOrEqual(rank(before))
    }),
  )
})

test('a late in-progress after completed changes nothing shown (V-4)', () => {
  const over = { 'twilio:completed': ended(3) }
  const late: CallFacts = { 'twilio:in-progress': { ...ended(3), status: 'in-progress', at: 99 } }

  expect(summarizeCall(joinFacts(over, late)).status).toBe('completed')
})

test('seconds are Retell’s duration rounded up where Retell reported, else the carrier’s, and the later figure counts', () => {
  fc.assert(
    fc.property(statements, (all) => {
      const facts = join(all)
      const { seconds, secondsSource } = summarizeCall(facts)
      const stated = Object.entries(facts)
      const latest = (states: (fact: CallFact) => number | undefined) => {
        const those = stated.filter(([, fact]) => states(fact) !== undefined)
        const newest = Math.max(...those.map(([, fact]) => fact.at))
        return those.filter(([, fact]) => fact.at === newest).map(([, fact]) => states(fact) as number)
      }
      const milliseconds = latest((fact) => fact.durationMs)
      const carrier = latest((fact) => fact.durationSeconds)
      if (milliseconds.length > 0) {
        expect(secondsSource).toBe('retell')
        expect(milliseconds.map((ms) => Math.floor((ms + 999) / second))).toContain(seconds)
      } else if (carrier.length > 0) {
        expect(secondsSource).toBe('twilio')
        expect(carrier).toContain(seconds)
      } else expect([seconds, secondsSource]).toEqual([undefined, undefined])
    }),
  )
})

test.each([
  [0, 0],
  [1, 1],
  [999, 1],
  [1000, 1],
  [1001, 2],
  [59_001, 60],
])('%i ms of Retell are charged as %i s', (durationMs, seconds) => {
  expect(summarizeCall({ 'retell:call_ended': { ...started(), durationMs } }).seconds).toBe(seconds)
})

test('nothing is charged before a provider has reported a duration', () => {
  expect(summarizeCall({ 'retell:call_started': started() })).toMatchObject({
    status: 'in-progress',
    seconds: undefined,
    secondsSource: undefined,
  })
})

test('a newer analysis corrects the figures of the end', () => {
  const facts: CallFacts = {
    'retell:call_ended': { ...started(), at: 5, status: 'completed', durationMs: 61_000, costMicros: 100 },
    'retell:call_analyzed': { ...started(), at: 6, status: 'completed', durationMs: 59_000, costMicros: 90 },
    'twilio:completed': ended(62),
  }

  expect(summarizeCall(facts)).toMatchObject({ seconds: 59, secondsSource: 'retell', costMicros: 90 })
})

test('a call counts when it ended, else when it began, else when we first heard of it', () => {
  const facts = (fact: Partial<CallFact>): CallFacts => ({
    'retell:call_ended': { ...started(), receivedAt: 30, ...fact },
    'twilio:ringing': { ...ended(1), status: 'ringing', receivedAt: 20 },
  })

  expect(summarizeCall(facts({ startedAt: 7, endedAt: 8 })).occurredAt).toBe(8)
  expect(summarizeCall(facts({ startedAt: 7 })).occurredAt).toBe(7)
  expect(summarizeCall(facts({})).occurredAt).toBe(20)
})

test('a finished call has exactly one outcome and a running one has none', () => {
  for (const status of callStatuses) {
    const outcome = callOutcome(status)
    if (isTerminal(status)) expect(callOutcomes).toContain(outcome)
    else expect(outcome).toBeUndefined()
  }
  expect(callStatuses.map(callOutcome).filter((outcome) => outcome === 'completed')).toHaveLength(1)
})

test('our number is the called one inbound and the calling one outbound; without a direction it may be either', () => {
  const numbers = { from: '+14155550123', to: '+13125550101' }

  expect(ownNumbers({ ...numbers, direction: 'inbound' })).toEqual([numbers.to])
  expect(ownNumbers({ ...numbers, direction: 'outbound' })).toEqual([numbers.from])
  expect(ownNumbers(numbers)).toEqual([numbers.to, numbers.from])
  expect(ownNumbers({ from: numbers.from })).toEqual([numbers.from])
  expect(ownNumbers({})).toEqual([])
})

test('who withholds his number has none: it is no line of anybody’s', () => {
  for (const to of ['anonymous', 'Restricted', 'UNAVAILABLE', 'unknown', 'private'])
    expect(ownNumbers({ to, from: '+14155550123' })).toEqual(['+14155550123'])
})

test('a time that no call of ours can have had is none', () => {
  const receivedAt = 1_700_000_000_000
  const day = 86_400_000
  for (const plausible of [Date.UTC(2010, 0, 1), receivedAt - day, receivedAt, receivedAt + day])
    expect(statedInstant(plausible, receivedAt)).toBe(plausible)
  for (const absurd of [undefined, 0, -1, Date.UTC(2010, 0, 1) - 1, receivedAt + day + 1, 1e300, Number.NaN])
    expect(statedInstant(absurd, receivedAt)).toBeUndefined()
  expect(statedInstant(receivedAt + 0.7, receivedAt)).toBe(receivedAt + 1)
})

function started(): CallFact {
  return { at: 1, source: 'retell', receivedAt: 10, webhookId: 'a', status: 'in-progress' }
}

function ended(durationSeconds: number): CallFact {
  return { at: 2, source: 'twilio', receivedAt: 11, webhookId: 'b', status: 'completed', durationSeconds }
}
