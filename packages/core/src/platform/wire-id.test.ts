import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type IdKind, idPrefixes, toWireId, wireId } from './wire-id.ts'

const kinds = Object.keys(idPrefixes) as IdKind[]
const kind = fc.constantFrom(...kinds)

test('an id comes back from the wire as it was', () => {
  fc.assert(
    fc.property(kind, fc.uuid(), (kind, id) => {
      const wire = toWireId(kind, id)
      expect(wire).toMatch(/^[a-z]{3}_[0-9a-f]{32}$/)
      expect(wireId(kind).parse(wire)).toBe(id)
    }),
  )
})

test('an id of one kind is refused where another is asked for', () => {
  fc.assert(
    fc.property(kind, kind, fc.uuid(), (kind, other, id) => {
      expect(wireId(other).safeParse(toWireId(kind, id)).success).toBe(kind === other)
    }),
  )
  expect(new Set(Object.values(idPrefixes)).size).toBe(kinds.length)
})

test('anything else is refused with a sentence that says what is expected', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.uuid()), (text) => {
      const { success, error } = wireId('webhook').safeParse(text)
      expect(success).toBe(false)
      expect(error?.issues[0]?.message).toBe('must look like whk_ and 32 hexadecimal digits')
    }),
  )
  expect(wireId('webhook').safeParse(`whk_${'A'.repeat(32)}`).success).toBe(false)
  expect(wireId('webhook').safeParse(`whk_${'a'.repeat(32)}\n`).success).toBe(false)
})
