import fc from 'fast-check'
import { expect, test } from 'vitest'
import { changedFacts, type Facts, firstOf, inOrder, joinFacts, withoutMisread } from './facts.ts'

type Fact = { at: number; receivedAt: number; reading?: number; says: unknown }
// few registers, few moments: ties and clashes are the rule, not the exception
const moment = fc.integer({ min: 0, max: 2 })
const fact: fc.Arbitrary<Fact> = fc.record(
  { at: moment, receivedAt: moment, reading: moment, says: fc.jsonValue({ maxDepth: 2 }) },
  { requiredKeys: ['at', 'receivedAt', 'says'] },
)
const facts: fc.Arbitrary<Facts<Fact>> = fc
  .dictionary(fc.constantFrom('retell:call_ended', 'retell:call_analyzed', 'twilio:completed'), fact)
  // as they come back from the database
  .map((made) => JSON.parse(JSON.stringify(made)))

test('what two batches know joins to the same, whichever came first', () => {
  fc.assert(
    fc.property(facts, facts, (a, b) => {
      expect(joinFacts(a, b)).toEqual(joinFacts(b, a))
    }),
  )
})

test('it does not matter how the deliveries were split into batches', () => {
  fc.assert(
    fc.property(facts, facts, facts, (a, b, c) => {
      expect(joinFacts(joinFacts(a, b), c)).toEqual(joinFacts(a, joinFacts(b, c)))
    }),
  )
})

test('hearing the same thing again changes nothing', () => {
  fc.assert(
    fc.property(facts, facts, (a, b) => {
      expect(joinFacts(a, a)).toEqual(a)
      expect(joinFacts(joinFacts(a, b), b)).toEqual(joinFacts(a, b))
    }),
  )
})

test('what changed, written over what is stored, is all that is known; hearing the same again changes no register', () => {
  fc.assert(
    fc.property(facts, facts, (stored, said) => {
      const joined = joinFacts(stored, said)
      expect({ ...stored, ...changedFacts(stored, joined) }).toEqual(joined)
      expect(changedFacts(stored, joinFacts(stored, structuredClone(stored)))).toEqual({})
      expect(changedFacts(undefined, joined)).toEqual(joined)
    }),
  )
})

test('each register holds the newest fact that was said there', () => {
  fc.assert(
    fc.property(fc.array(facts, { minLength: 1 }), (batches) => {
      const joined = batches.reduce(joinFacts, {})
      for (const [register, kept] of Object.entries(joined)) {
        const said = batches.map((batch) => batch[register]).filter((one) => one !== undefined)
        expect(kept.at).toBe(Math.max(...said.map(({ at }) => at)))
        expect(said).toContainEqual(kept)
      }
      expect(Object.keys(joined).sort()).toEqual([...new Set(batches.flatMap(Object.keys))].sort())
    }),
  )
})

test('of two that a provider says of the same moment the one that reached us later counts, whatever its words', () => {
  fc.assert(
    fc.property(fact, fact, fc.integer({ min: 1, max: 9 }), (a, b, later) => {
      const [first, second] = [a, { ...b, at: a.at, receivedAt: a.receivedAt + later }]
      expect(joinFacts({ one: first }, { one: second })).toEqual({ one: second })
      expect(joinFacts({ one: second }, { one: first })).toEqual({ one: second })
    }),
  )
})

test('of two readings of the same bytes the later one counts, whatever its words and whichever came first', () => {
  fc.assert(
    fc.property(fact, fact, fc.integer({ min: 1, max: 9 }), (a, b, later) => {
      const [old, learned] = [a, { ...b, at: a.at, receivedAt: a.receivedAt, reading: (a.reading ?? 1) + later }]
      expect(joinFacts({ one: old }, { one: learned })).toEqual({ one: learned })
      expect(joinFacts({ one: learned }, { one: old })).toEqual({ one: learned })
    }),
  )
})

test('what an earlier reading took for another statement goes, and nothing else does', () => {
  const said = fc.dictionary(
    fc.constantFrom('one', 'two', 'three'),
    fc.record({ at: fc.nat(), receivedAt: fc.nat(), webhookId: fc.constantFrom('a', 'b', 'c') }),
  )
  const read = fc.dictionary(fc.constantFrom('a', 'b', 'c'), fc.constantFrom('one', 'two', 'three'))
  fc.assert(
    fc.property(said, read, (known, now) => {
      const kept = withoutMisread(known, new Map(Object.entries(now)))
      for (const [register, fact] of Object.entries(known)) {
        const isMisread = fact.webhookId in now && now[fact.webhookId] !== register
        expect(kept[register]).toBe(isMisread ? undefined : fact)
      }
    }),
  )
})

test('any order of any number of facts ends in the same map', () => {
  const orders = fc
    .array(facts, { minLength: 2, maxLength: 6 })
    .chain((all) => fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length })))
  fc.assert(
    fc.property(orders, ([said, mixed]) => {
      expect(mixed.reduce(joinFacts, {})).toEqual(said.reduce(joinFacts, {}))
    }),
  )
})

test('the keys of a fact may stand in any order', () => {
  const [a, b] = [
    { at: 1, receivedAt: 1, says: { x: 1, y: 2 } },
    { at: 1, receivedAt: 1, says: { y: 2, x: 1 } },
  ]

  expect(joinFacts<Fact>({ one: a }, { one: b })).toEqual(joinFacts<Fact>({ one: b }, { one: a }))
})

test('the order of registers is the given one, then the alphabet, however the map was built', () => {
  fc.assert(
    fc.property(facts, fc.shuffledSubarray(['twilio:completed', 'retell:call_ended']), (known, ranked) => {
      const backwards = Object.fromEntries(Object.entries(known).reverse())
      expect(inOrder(backwards, ranked)).toEqual(inOrder(known, ranked))
      const registers = inOrder(known, ranked).map((one) => Object.keys(known).find((name) => known[name] === one))
      const expected = [
        ...ranked.filter((name) => name in known),
        ...Object.keys(known)
          .filter((name) => !ranked.includes(name))
          .sort(),
      ]
      expect(registers).toEqual(expected)
    }),
  )
})

test('the first fact that says something is heard, and nothing where none does', () => {
  expect(firstOf([{ a: undefined }, { a: 0 }, { a: 1 }], ({ a }) => a)).toBe(0)
  expect(firstOf([{ a: undefined }], ({ a }) => a)).toBeUndefined()
})
