import { longestCallSeconds } from '@trunkline/core/events/call'
import { type Delivery, longestId, type WebhookAdapter } from '@trunkline/core/webhooks/adapter'
import { webhookProviders } from '@trunkline/core/webhooks/state'
import fc from 'fast-check'
import { expect } from 'vitest'

/** Text of any characters, also those that no keyboard has. */
export const anyText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0x2ff }), fc.integer({ min: 0xe000, max: 0x10ffff })), { maxLength: 12 })
  .map((points) => String.fromCodePoint(...points))

/** What a stranger may send: any bytes, any text, any JSON, any form. */
export const strangerBytes = (words: readonly string[]): fc.Arbitrary<Uint8Array> => {
  const word = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, fc.string())
  const value = fc.oneof(anyText, fc.constantFrom('', 'inbound', 'completed', '0', '-1', '1e400', '\0'))
  const odd = fc.oneof(
    value,
    fc.jsonValue({ maxDepth: 2 }),
    fc.integer(),
    fc.constant(null),
    fc.dictionary(word, value),
  )
  return fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    anyText.map((text) => Buffer.from(text)),
    fc.json().map((text) => Buffer.from(text)),
    fc.dictionary(word, fc.oneof(odd, fc.dictionary(word, odd))).map((json) => Buffer.from(JSON.stringify(json))),
    fc.array(fc.tuple(word, value)).map((pairs) => Buffer.from(new URLSearchParams(pairs).toString())),
  )
}

export function eventsOrFault(adapter: WebhookAdapter, delivery: Delivery) {
  try {
    return adapter.events(delivery, 'whk')
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError)
    return []
  }
}

const named = new RegExp(`^(${webhookProviders.join('|')}):.`, 's')

/** What is said can be stored, merged and charged. */
export function expectSensible(events: ReturnType<WebhookAdapter['events']>): void {
  for (const { kind, keys, register, fact } of events) {
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) {
      expect(key).toMatch(named)
      expect(key.length).toBeLessThanOrEqual(longestId + 7)
    }
    expect(register.startsWith(`${fact.source}:`)).toBe(true)
    expect(JSON.parse(JSON.stringify(fact))).toEqual(fact)
    const instants = kind === 'call' ? [fact.at, fact.startedAt, fact.endedAt] : [fact.at]
    const seconds = kind === 'call' ? [fact.durationSeconds, (fact.durationMs ?? 0) / 1000] : []
    const segments = kind === 'message' ? [fact.segments] : []
    const figures = kind === 'call' ? [...instants, fact.durationMs, fact.durationSeconds, fact.costMicros] : segments
    for (const figure of figures) expect([Number.isSafeInteger(figure ?? 0), (figure ?? 0) >= 0]).toEqual([true, true])
    for (const instant of instants) {
      if (instant) expect(instant).toBeGreaterThanOrEqual(Date.UTC(2010, 0, 1))
      expect(instant ?? 0).toBeLessThanOrEqual(fact.receivedAt + 86_400_000)
    }
    for (const length of seconds) expect(length ?? 0).toBeLessThanOrEqual(longestCallSeconds)
  }
  expectPlain(events)
}

/** Every text in it can be stored: no NUL, no half of a pair. */
export function expectPlain(value: unknown): void {
  JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'string') expect([inner.isWellFormed(), inner.includes('\0')]).toEqual([true, false])
    return inner
  })
}

/** The body with one value exchanged: of a JSON object at any depth, or of a form. */
export function exchanged(text: string, at: number, value: unknown): string {
  if (!text.startsWith('{')) {
    const form = [...new URLSearchParams(text)]
    const written = typeof value === 'string' ? value : JSON.stringify(value)
    const changed = form.map(([name, old], index) => [name, index === at % form.length ? written : old])
    return new URLSearchParams(changed as [string, string][]).toString()
  }
  let left = at % (text.match(/":/g)?.length ?? 1)
  return JSON.stringify(
    JSON.parse(text, (name, old) => {
      if (name === '' || left-- !== 0) return old
      return value
    }),
  )
}
