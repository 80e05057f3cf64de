import type { Delivery, SigningSecret, WebhookAdapter } from '@trunkline/core/webhooks/adapter'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { holdsToThePublished } from './exam-published.ts'
import { type Body, deliver, type Exam, now, same, secretOf } from './exam-terms.ts'
import { signatures } from './signatures.ts'
import { anyText, eventsOrFault, exchanged, expectPlain, expectSensible, strangerBytes } from './strangers.ts'

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

    test.each(bodies)('what we sign ourselves passes, and its own code takes it: $name', async ({ door, text }) => {
      const delivery = deliver(text, { door })
      const { url, body, headers } = delivery
      const signature = signatures[adapter.provider].sign(
        { url, body, at: now, id: 'msg_2b7e9c' },
        { id: 'ours', text: ownKey.ours ?? ownKey.signs },
      )
      const ours = { ...delivery, headers: { ...headers, ...signature } }

      expect(adapter.verify(ours, [own])).toEqual({ verdict: 'verified', secretId: own.id })
      if (exam.official?.takes) expect(await exam.official.takes(ours, ownKey)).toBe(true)
    })

    test('its bodies come in at doors of its own', () => {
      const names = Object.keys(adapter.doors)
      for (const { paths } of Object.values(adapter.doors))
        expect(paths[0]).toMatch(new RegExp(`^/webhooks/${adapter.provider}(/|$)`))
      if (!names.includes(':source')) expect(names).toEqual(expect.arrayContaining(bodies.map(({ door }) => door)))
    })

    test.runIf(adapter.testEvent)('what a person sends to try a door is proven, read, and charged to nobody', () => {
      const { door, body } = adapter.testEvent?.({ id: '2b7e9c', now }) ?? { door: '', body: '' }
      const { url, ...delivery } = deliver(body, { door })
      const headers = signatures[adapter.provider].sign(
        { url, body: delivery.body, at: now, id: 'test_2b7e9c' },
        { id: 'ours', text: ownKey.ours ?? ownKey.signs },
      )
      const sent = { ...delivery, url, headers }

      expect(adapter.doors).toHaveProperty([door])
      expect(adapter.verify(sent, [own]).verdict).toBe('verified')
      expect(adapter.read(sent, 'hash')).toMatchObject({ readable: true })
      expect(adapter.events(sent, 'whk')).toEqual([])
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

    holdsToThePublished(adapter, exam, [ownKey, otherKey])

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

    test('a genuine body in which one of its values nests without end is read or called unreadable too', () => {
      const nested = '['.repeat(20_000) + ']'.repeat(20_000)
      for (const { door, text } of bodies.filter(({ text }) => text.startsWith('{'))) {
        for (const at of (text.match(/":/g) ?? []).keys()) {
          const delivery = deliver(exchanged(text, at, 'nested').replace('"nested"', nested), { door })
          const reading = adapter.read(delivery, 'hash')
          if (reading.readable) expectPlain([reading.eventType, reading.phoneNumber])
          expectSensible(eventsOrFault(adapter, delivery))
        }
      }
    })

    test('a value that is called like what every object has is a word that nobody knows', () => {
      const names = ['constructor', 'toString', '__proto__']
      for (const { door, text } of bodies)
        for (const [at] of (text.match(text.startsWith('{') ? /":/g : /=/g) ?? []).entries())
          for (const name of names) expectSensible(eventsOrFault(adapter, deliver(exchanged(text, at, name), { door })))
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
