import fc from 'fast-check'
import { expect, test } from 'vitest'
import { inWaves } from './waves.ts'

// few names: chains are the rule
const names = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), { minLength: 1, maxLength: 2 })
const webhooks = fc
  .array(fc.array(fc.record({ names }), { maxLength: 2 }), { maxLength: 20 })
  .map((all) => all.map((said, place) => ({ webhookId: `webhook ${place}`, said })))

/** Of each webhook those before it that speak of the same, found by going from one to the next. */
function relatives(all: readonly { webhookId: string; said: readonly { names: readonly string[] }[] }[]) {
  const namesOf = ({ said }: (typeof all)[number]) => new Set(said.flatMap(({ names }) => names))
  return all.map((one, place) => {
    let known = namesOf(one)
    for (;;) {
      // names that stand beside a known one are known, whoever says so
      const more = new Set([
        ...known,
        ...all
          .flatMap(({ said }) => said)
          .filter(({ names }) => names.some((name) => known.has(name)))
          .flatMap(({ names }) => names),
      ])
      if (more.size === known.size) break
      known = more
    }
    return all
      .slice(0, place)
      .filter((other) => [...namesOf(other)].some((name) => known.has(name)))
      .map(({ webhookId }) => webhookId)
  })
}

test('every webhook is in one wave, and behind all before it that speak of the same by whatever chain of names', () => {
  fc.assert(
    fc.property(webhooks, (all) => {
      const waves = inWaves(all)
      expect(waves.flat().toSorted()).toEqual(all.map(({ webhookId }) => webhookId).toSorted())
      expect(waves.every((wave) => wave.length > 0)).toBe(true)
      const waveOf = new Map(waves.flatMap((wave, place) => wave.map((webhookId) => [webhookId, place] as const)))
      for (const [place, before] of relatives(all).entries())
        for (const other of before)
          expect(waveOf.get(other)).toBeLessThan(waveOf.get(all[place]?.webhookId ?? '') ?? Number.NaN)
    }),
  )
})

test('those that speak of nothing in common are in one wave', () => {
  const all = Array.from({ length: 50 }, (_, place) => ({
    webhookId: `webhook ${place}`,
    said: [{ names: [`call ${place}`, `leg ${place}`] }],
  }))
  expect(inWaves(all)).toHaveLength(1)
})

test('three webhooks each of many calls are three waves, in their order', () => {
  const all = ['one', 'two', 'three'].flatMap((call) =>
    ['started', 'ended', 'analysed'].map((event) => ({ webhookId: `${call} ${event}`, said: [{ names: [call] }] })),
  )
  expect(inWaves(all)).toEqual(
    ['started', 'ended', 'analysed'].map((event) => ['one', 'two', 'three'].map((call) => `${call} ${event}`)),
  )
})
