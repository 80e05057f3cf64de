import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { CallEvent, CallFact } from '../events/call.ts'
import { type Facts, joinFacts } from '../events/facts.ts'
import { stillNeeded, type Tried } from './still-needed.ts'

const names = ['a', 'b', 'c', 'd'] as const
const registers = ['retell:call_started', 'retell:call_ended', 'twilio:completed'] as const
const holds = ['hold_1', 'hold_2'] as const
// few names, registers and moments: ties, links and clashes are the rule
const said = fc.record({
  names: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 2 }),
  register: fc.constantFrom(...registers),
  at: fc.nat(3),
  holdId: fc.option(fc.constantFrom(...holds), { nil: undefined }),
})
const tried: fc.Arbitrary<Tried[]> = fc
  .array(fc.tuple(fc.array(said, { maxLength: 2 }), fc.integer({ min: 0, max: 9 })), { maxLength: 40 })
  .map((webhooks) =>
    webhooks.map(([said, dice], place) => {
      const webhookId = `webhook ${String(place).padStart(2, '0')}`
      return {
        webhookId,
        isFirst: dice === 0,
        said: said.map(({ names, register, at, holdId }) => {
          const fact: CallFact = { at, source: 'retell', receivedAt: at, webhookId, ...(holdId && { holdId }) }
          const event: CallEvent = { kind: 'call', keys: names, register, fact }
          return { names, event }
        }),
      }
    }),
  )

/** What is known once all were tried: which names are one call, what is known of it, and the holds that it has freed. */
function outcomeOf(webhooks: readonly Tried[]) {
  let calls: { names: Set<string>; facts: Facts<CallFact>; holds: Set<string> }[] = []
  for (const { names, event } of webhooks.flatMap(({ said }) => said)) {
    if (event.kind !== 'call') continue
    const same = calls.filter((call) => names.some((name) => call.names.has(name)))
    calls = calls.filter((call) => !same.includes(call))
    calls.push({
      names: new Set([...same.flatMap((call) => [...call.names]), ...names]),
      facts: [...same.map(({ facts }) => facts), { [event.register]: event.fact }].reduce(joinFacts, {}),
      holds: new Set([...same.flatMap((call) => [...call.holds]), ...(event.fact.holdId ? [event.fact.holdId] : [])]),
    })
  }
  return calls
    .map(({ names, facts, holds }) => ({ names: [...names].sort(), facts, holds: [...holds].sort() }))
    .sort((a, b) => (a.names.join() < b.names.join() ? -1 : 1))
}

/** As a plan does it, so many at a time: only what is still needed of those before goes along. */
function remembered(webhooks: readonly Tried[], chunk: number): Tried[] {
  let kept: Tried[] = []
  for (let from = 0; from < webhooks.length; from += chunk) {
    const all = [...kept, ...webhooks.slice(from, from + chunk)]
    const needed = stillNeeded(all)
    kept = all.filter(({ webhookId }) => needed.has(webhookId))
  }
  return kept
}

test('those that are still needed leave every call as all of them did, however they were split', () => {
  fc.assert(
    fc.property(tried, fc.integer({ min: 1, max: 10 }), (webhooks, chunk) => {
      expect(outcomeOf(remembered(webhooks, chunk))).toEqual(outcomeOf(webhooks))
    }),
  )
})

test('whoever was first goes along for good', () => {
  fc.assert(
    fc.property(tried, fc.integer({ min: 1, max: 10 }), (webhooks, chunk) => {
      const kept = new Set(remembered(webhooks, chunk).map(({ webhookId }) => webhookId))
      for (const { webhookId, isFirst } of webhooks) if (isFirst) expect(kept).toContain(webhookId)
    }),
  )
})

test('no more are needed than there are names, and facts to be known', () => {
  fc.assert(
    fc.property(tried, (webhooks) => {
      const firsts = webhooks.filter(({ isFirst }) => isFirst).length
      const facts = names.length * (registers.length + holds.length)
      expect(stillNeeded(webhooks).size).toBeLessThanOrEqual(firsts + facts + 2 * names.length)
    }),
  )
})
