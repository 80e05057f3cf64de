import { existsSync, globSync, readFileSync } from 'node:fs'
import type { WebhookAdapter } from '@trunkline/core/webhooks/adapter'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { deliver, type Exam, type Key, secretOf, vectorSchema } from './exam-terms.ts'
import { eventsOrFault, expectSensible } from './strangers.ts'

/** Payloads and vectors that nobody here wrote, where they lie beside the repository. */
const shared = new URL('../../../../../shared/payloads/', import.meta.url)
const hasShared = existsSync(shared)

/** The provider's own code and what it has published, as far as there is any. */
export function holdsToThePublished(
  adapter: WebhookAdapter,
  exam: Exam,
  [ownKey, otherKey]: readonly [Key, Key],
): void {
  const { sign, bodies, official, vectors, samples } = exam
  const [own, other] = [secretOf(ownKey.verifies), secretOf(otherKey.verifies)]

  test.runIf(official?.signs !== undefined)('what its own code signs, we verify', async () => {
    for (const { door, text } of bodies) {
      const delivery = await official?.signs?.(deliver(text, { door }), ownKey)
      if (delivery === undefined) throw new Error('Nothing was signed')
      expect(adapter.verify(delivery, [other, own])).toEqual({ verdict: 'verified', secretId: own.id })
      expect(adapter.verify(delivery, [other])).toEqual({ verdict: 'signature_invalid' })
    }
  })

  test.runIf(official?.takes !== undefined)(
    'what our fixtures sign, its own code takes, and nothing else',
    async () => {
      for (const body of bodies) {
        const genuine = sign(deliver(body.text, { door: body.door }), ownKey.signs)
        const forged = { ...genuine, body: Buffer.concat([genuine.body, Buffer.from(' ')]) }
        expect([await official?.takes?.(genuine, ownKey), await official?.takes?.(forged, ownKey)]).toEqual([
          true,
          false,
        ])
      }
    },
  )

  test.runIf(hasShared && vectors !== undefined)('every signature that was published is judged as published', () => {
    const { provider = '', atLeast = 0, delivered } = vectors ?? {}
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
  })

  test.runIf(hasShared && samples !== undefined)(
    'every sample of the provider’s is verified when it is signed, read, and says something sensible',
    () => {
      const names = globSync(samples?.files ?? '', { cwd: shared })

      expect(names.length).toBeGreaterThan(0)
      for (const name of names) {
        const bytes = readFileSync(new URL(name, shared))
        const delivery = sign(deliver(bytes, { door: samples?.door(name) ?? '' }), ownKey.signs)
        expect([name, adapter.verify(delivery, [own]).verdict]).toEqual([name, 'verified'])
        expect([name, adapter.read(delivery, 'hash').readable]).toEqual([name, true])
        expectSensible(eventsOrFault(adapter, delivery))
      }
    },
  )
}
