import { existsSync, globSync, readFileSync } from 'node:fs'
import { longestCallSeconds } from '@trunkline/core/events/call'
import { type Delivery, longestId, type SigningSecret, type WebhookAdapter } from '@trunkline/core/webhooks/adapter'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

export type Body = { name: string; door: string; text: string }

/** What a provider signs with, and what we are given to check it: one text where both are the same. */
export type Key = { signs: string; verifies: string }

export type Exam = {
  /** Two keys that may be the provider's; without them any text is a secret. */
  keys?: readonly [Key, Key]
  /** For how long after its time a delivery counts; absent where no time is signed. */
  freshForMs?: number
  /** The provider's own code: what it signs we verify, and what our fixtures sign it takes. */
  official?: {
    signs?(delivery: Delivery, key: Key): Delivery | Promise<Delivery>
    takes?(delivery: Delivery, key: Key): boolean | Promise<boolean>
  }
  /** Where its samples lie in the folder of payloads, and the door at which each comes in. */
  samples?: { files: string; door(name: string): string }
  /** A published vector as a delivery. */
  vectors?: { provider: string; atLeast: number; delivered(vector: Vector): Delivery }
  /** The delivery as the provider would make it: signed with this secret at this moment. */
  sign(delivery: Delivery, secret: string): Delivery
  /** The header that carries the signature, in lower case. */
  header: string
  /** Bodies as the provider sends them, at least one for each door and kind of event. */
  bodies: readonly Body[]
  /** What the signature covers of a body, where that is not every byte (Twilio signs the parameters). */
  covered?(body: Uint8Array): unknown
}

const vectorSchema = z.looseObject({
  id: z.string(),
  provider: z.string(),
  secret: z.string(),
  body: z.string().default(''),
  headers: z.record(z.string(), z.string()),
  verify_at_ms: z.number().optional(),
  verify_at_s: z.number().optional(),
  expect: z.enum(['valid', 'invalid']),
})
export type Vector = z.infer<typeof vectorSchema>

/** Payloads and vectors that nobody here wrote, where they lie beside the repository. */
const shared = new URL('../../../../../shared/payloads/', import.meta.url)
const hasShared = existsSync(shared)

export const now = 1_700_000_000_000
const same = (text: string): Key => ({ signs: text, verifies: text })
export const secretOf = (text: string): SigningSecret => ({ id: `id of ${text}`, text })

export const deliver = (body: Uint8Array | string, facts: Partial<Delivery> = {}): Delivery => ({
  door: 'events',
  url: 'https://hooks.trunkline.example/webhooks',
  headers: {},
  body: typeof body === 'string' ? Buffer.from(body) : body,
  receivedAt: now,
  ...facts,
})

/** Text of any characters, also those that no keyboard has. */
const anyText = fc
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

/** What every provider's adapter must do, whoever the provider is. */
export function keepsTheContract(adapter: WebhookAdapter, exam: Exam): void {
  const { sign, header, bodies } = exam
  const covered = exam.covered ?? ((body: Uint8Array) => Buffer.from(body).toString('base64'))
  const body = fc.constantFrom(...bodies)
  const [ownKey, otherKey] = exam.keys ?? [same('own-secret-0123456789'), same('another-secret-0123456789')]
  const [own, other] = [secretOf(ownKey.verifies), secretOf(otherKey.verifies)]
  const signerOf = (secret: SigningSecret) => (secret === own ? ownKey : otherKey).signs
  const signed = ({ door, text }: Body, secret: SigningSecret) => sign(deliver(text, { door }), signerOf(secret))
  const withHeader = (delivery: Delivery, value: string | undefined): Delivery => ({
    ...delivery,
    headers: { ...delivery.headers, [header]: value },
  })

  describe(`the contract of ${adapter.provider}`, () => {
    test.each(bodies)('a true signature passes: $name', (body) => {
      expect(adapter.verify(signed(body, own), [own])).toEqual({ verdict: 'verified', secretId: own.id })
    })

    test('a changed byte fails (K-8, C-8)', () => {
      fc.assert(
        fc.property(body, fc.nat(), fc.integer({ min: 1, max: 255 }), (body, at, change) => {
          const genuine = signed(body, own)
          const forged = Uint8Array.from(genuine.body)
          forged[at % forged.length] = (forged[at % forged.length] ?? 0) ^ change
          fc.pre(JSON.stringify(covered(forged)) !== JSON.stringify(covered(genuine.body)))
          expect(adapter.verify({ ...genuine, body: forged }, [own])).toEqual({ verdict: 'signature_invalid' })
        }),
      )
    })

    test('bytes that were taken away or added fail', () => {
      fc.assert(
        fc.property(body, fc.nat(), fc.stringMatching(/^[&={}a-z]{1,5}$/), (body, cut, more) => {
          const genuine = signed(body, own)
          const shorter = genuine.body.slice(0, cut % genuine.body.length)
          const longer = Buffer.concat([genuine.body, Buffer.from(more)])
          for (const forged of [shorter, longer]) {
            if (JSON.stringify(covered(forged)) === JSON.stringify(covered(genuine.body))) continue
            expect(adapter.verify({ ...genuine, body: forged }, [own]).verdict).toBe('signature_invalid')
          }
        }),
      )
    })

    test('the wrong secret fails', () => {
      for (const body of bodies)
        expect(adapter.verify(signed(body, other), [own])).toEqual({ verdict: 'signature_invalid' })
    })

    test('while a secret rotates both count, and the verdict names the one that signed', () => {
      for (const secrets of [
        [own, other],
        [other, own],
      ]) {
        for (const signer of secrets) {
          const [body] = bodies as [Body]
          expect(adapter.verify(signed(body, signer), secrets)).toEqual({ verdict: 'verified', secretId: signer.id })
        }
      }
    })

    test('without a secret nobody is let in (C-8)', () => {
      for (const body of bodies) {
        expect(adapter.verify(signed(body, own), [])).toEqual({ verdict: 'secret_missing' })
        expect(adapter.verify(withHeader(signed(body, own), undefined), [])).toEqual({ verdict: 'secret_missing' })
      }
    })

    test('a missing or empty signature is refused as missing (K-8, V-5, J-12)', () => {
      for (const body of bodies) {
        for (const value of [undefined, ''])
          expect(adapter.verify(withHeader(signed(body, own), value), [own])).toEqual({ verdict: 'signature_missing' })
      }
    })

    test.runIf(exam.freshForMs !== undefined)('it counts until its time is over, and not a second longer', () => {
      const freshForMs = exam.freshForMs ?? 0
      for (const body of bodies) {
        const late = (ms: number) => ({ ...signed(body, own), receivedAt: now + ms })
        expect(adapter.verify(late(freshForMs), [own])).toEqual({ verdict: 'verified', secretId: own.id })
        expect(adapter.verify(late(freshForMs + 1000), [own])).toEqual({ verdict: 'timestamp_stale', secretId: own.id })
      }
    })

    test.runIf(exam.official?.signs !== undefined)('what its own code signs, we verify', async () => {
      for (const { door, text } of bodies) {
        const delivery = await exam.official?.signs?.(deliver(text, { door }), ownKey)
        if (delivery === undefined) throw new Error('Nothing was signed')
        expect(adapter.verify(delivery, [other, own])).toEqual({ verdict: 'verified', secretId: own.id })
        expect(adapter.verify(delivery, [other])).toEqual({ verdict: 'signature_invalid' })
      }
    })

    test.runIf(exam.official?.takes !== undefined)(
      'what our fixtures sign, its own code takes, and nothing else',
      async () => {
        for (const body of bodies) {
          const genuine = signed(body, own)
          const forged = { ...genuine, body: Buffer.concat([genuine.body, Buffer.from(' ')]) }
          expect([await exam.official?.takes?.(genuine, ownKey), await exam.official?.takes?.(forged, ownKey)]).toEqual(
            [true, false],
          )
        }
      },
    )

    test.runIf(hasShared && exam.vectors !== undefined)(
      'every signature that was published is judged as published',
      () => {
        const { provider = '', atLeast = 0, delivered } = exam.vectors ?? {}
        const file: unknown = JSON.parse(readFileSync(new URL('vectors.json', shared), 'utf8'))
        const published = z
          .object({ vectors: z.array(vectorSchema) })
          .parse(file)
          .vectors.filter((one) => one.provider === provider)

        expect(published.length).toBeGreaterThanOrEqual(atLeast)
        for (const vector of published) {
          const receivedAt = vector.verify_at_ms ?? (vector.verify_at_s ?? 0) * 1000
          const delivery = { ...deliver(vector.body), receivedAt, ...delivered?.(vector) }
          const { verdict } = adapter.verify(delivery, [secretOf(vector.secret)])
          expect([vector.id, verdict === 'verified']).toEqual([vector.id, vector.expect === 'valid'])
        }
      },
    )

    test.runIf(hasShared && exam.samples !== undefined)(
      'every sample of the provider’s is verified when it is signed, read, and says something sensible',
      () => {
        const names = globSync(exam.samples?.files ?? '', { cwd: shared })

        expect(names.length).toBeGreaterThan(0)
        for (const name of names) {
          const bytes = readFileSync(new URL(name, shared))
          const delivery = sign(deliver(bytes, { door: exam.samples?.door(name) ?? '' }), ownKey.signs)
          expect([name, adapter.verify(delivery, [own]).verdict]).toEqual([name, 'verified'])
          expect([name, adapter.read(delivery, 'hash').readable]).toEqual([name, true])
          expectSensible(eventsOrFault(adapter, delivery))
        }
      },
    )

    test('no other header is a signature', () => {
      const genuine = (body: Body) => signed(body, own).headers[header] ?? ''
      const made = fc.oneof(
        fc.string(),
        anyText,
        fc.base64String(),
        fc.tuple(body, fc.nat(), fc.string({ minLength: 1, maxLength: 1 })).map(([body, at, sign]) => {
          const text = genuine(body)
          const place = at % text.length
          return text.slice(0, place) + sign + text.slice(place + 1)
        }),
      )
      fc.assert(
        fc.property(body, made, (body, value) => {
          // hexadecimal digits may be written in capitals
          fc.pre(value.toLowerCase() !== genuine(body).toLowerCase() && value !== '')
          const { verdict } = adapter.verify(withHeader(signed(body, own), value), [own])
          if (verdict === 'verified') expect(Buffer.from(value, 'base64')).toEqual(Buffer.from(genuine(body), 'base64'))
          else expect(['signature_invalid', 'malformed_header', 'timestamp_stale']).toContain(verdict)
        }),
        { numRuns: 200 },
      )
    })

    test.each(bodies)('it is read the same each time: $name', (body) => {
      const delivery = signed(body, own)
      const reading = adapter.read(delivery, 'hash')

      expect(reading).toMatchObject({ readable: true, eventType: expect.stringMatching(/^\S+$/) })
      expect(adapter.read(delivery, 'hash')).toEqual(reading)
      expect(adapter.events(delivery, 'whk')).toEqual(adapter.events(delivery, 'whk'))
    })

    test('whatever a stranger sends is read or called unreadable, and gives a list or a SyntaxError: no crash', () => {
      const keys = bodies.flatMap(({ text }) => text.match(/[A-Za-z_]{3,}/g) ?? [])
      const doors = fc.constantFrom(...new Set(bodies.map(({ door }) => door)))
      fc.assert(
        fc.property(strangerBytes([...new Set(keys)]), doors, (body, door) => {
          const delivery = deliver(body, { door })
          const reading = adapter.read(delivery, 'hash')
          if (!reading.readable) expect(reading.reason).toMatch(/\w/)
          expect(adapter.verify(delivery, [own]).verdict).not.toBe('verified')
          expectSensible(eventsOrFault(adapter, delivery))
        }),
        { numRuns: 500 },
      )
    })

    test('a genuine body with anything in place of one of its values is read too', () => {
      const odd = fc.constantFrom('9'.repeat(400), 'a\0b', 'half a \ud83d', `${'x'.repeat(3999)}😀`, 1e300, -1, 0.5)
      const value = fc.oneof(fc.jsonValue({ maxDepth: 1 }), anyText, fc.double(), odd)
      fc.assert(
        fc.property(body, fc.nat(), value, ({ door, text }, at, value) => {
          const delivery = deliver(exchanged(text, at, value), { door })
          const reading = adapter.read(delivery, 'hash')
          if (reading.readable) expectPlain([reading.eventType, reading.phoneNumber])
          expectSensible(eventsOrFault(adapter, delivery))
        }),
        { numRuns: 500 },
      )
    })
  })
}

export function eventsOrFault(adapter: WebhookAdapter, delivery: Delivery) {
  try {
    return adapter.events(delivery, 'whk')
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError)
    return []
  }
}

/** What is said can be stored, merged and charged. */
export function expectSensible(events: ReturnType<WebhookAdapter['events']>): void {
  for (const { kind, keys, register, fact } of events) {
    expect(keys.length).toBeGreaterThan(0)
    for (const key of keys) {
      expect(key).toMatch(/^(retell|twilio|telnyx|stripe):./s)
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
function expectPlain(value: unknown): void {
  JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner === 'string') expect([inner.isWellFormed(), inner.includes('\0')]).toEqual([true, false])
    return inner
  })
}

/** The body with one value exchanged: of a JSON object at any depth, or of a form. */
function exchanged(text: string, at: number, value: unknown): string {
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
