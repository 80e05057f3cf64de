import fc from 'fast-check'
import { expect, test } from 'vitest'
import { hasCountedOn, passkeyNameSchema, relyingPartyOf } from './passkey.ts'

const publicUrl = 'https://ops.trunkline.example'
const port = fc.integer({ min: 1, max: 65_535 })

test('passkeys belong to the public address, whatever host a request names', () => {
  fc.assert(
    fc.property(fc.option(fc.oneof(fc.domain(), fc.string()), { nil: undefined }), port, (host, port) => {
      fc.pre(host !== `localhost:${port}`)
      expect(relyingPartyOf({ publicUrl, host, port })).toEqual({ id: 'ops.trunkline.example', origin: publicUrl })
    }),
  )
})

test('on this machine they belong to localhost, at the port that is served here and at no other', () => {
  fc.assert(
    fc.property(port, port, (named, served) => {
      const party = relyingPartyOf({ publicUrl, host: `localhost:${named}`, port: served })
      expect(party?.origin).toBe(named === served ? `http://localhost:${served}` : publicUrl)
    }),
  )
})

test.each([
  ['http://localhost:8080', { id: 'localhost', origin: 'http://localhost:8080' }],
  ['https://ops.trunkline.example:8443/base', { id: 'ops.trunkline.example', origin: `${publicUrl}:8443` }],
  ['http://ops.trunkline.example', undefined],
  ['http://127.0.0.1:3000', undefined],
  ['https://192.0.2.7', undefined],
  ['https://[2001:db8::1]', undefined],
])('at %s browsers know passkeys, or do not', (publicUrl, party) => {
  expect(relyingPartyOf({ publicUrl, host: undefined, port: undefined })).toEqual(party)
})

test('of two that show the same count one is a copy, unless they never count', () => {
  const count = fc.nat()
  fc.assert(
    fc.property(count, count, (last, shown) => {
      expect(hasCountedOn({ last, shown })).toBe(shown > last || (shown === 0 && last === 0))
      if (shown > 0 && hasCountedOn({ last, shown })) expect(hasCountedOn({ last: shown, shown })).toBe(false)
    }),
  )
  expect(hasCountedOn({ last: 7, shown: 0 })).toBe(false)
})

test('a passkey has a name that can be seen', () => {
  expect(passkeyNameSchema.parse('  Laptop ')).toBe('Laptop')
  for (const wrong of ['', '   ', 'x'.repeat(101)]) expect(passkeyNameSchema.safeParse(wrong).success).toBe(false)
})
