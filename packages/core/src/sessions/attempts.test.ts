import { isIP } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countersOfSignIn, networkOf, tryAgainIn } from './attempts.ts'

const place = fc.record({
  email: fc.emailAddress(),
  network: fc.oneof(fc.ipV4(), fc.ipV6()).map(networkOf),
  knownDevice: fc.option(fc.base64String({ minLength: 8 }), { nil: undefined }),
  isKnownNetwork: fc.boolean(),
})

test('wherever somebody guesses, his guesses at the account are counted at that place', () => {
  fc.assert(
    fc.property(place, (place) => {
      const subject = `${place.email} ${place.knownDevice ?? place.network}`
      expect(countersOfSignIn(place)).toContainEqual({ scope: 'account_at_place', subject })
    }),
  )
})

test('what strangers can use up never stands before who was here already', () => {
  fc.assert(
    fc.property(place, (place) => {
      const counters = countersOfSignIn(place)
      const scopes = counters.map(({ scope }) => scope)
      const isKnown = place.knownDevice !== undefined || place.isKnownNetwork
      expect(scopes.includes('account')).toBe(!isKnown)
      if (place.knownDevice !== undefined) {
        expect(counters.every(({ subject }) => !subject.includes(place.network) || place.network === '')).toBe(true)
      }
    }),
  )
})

test('all addresses of one /64 are one network, and those of another are not', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16))
  fc.assert(
    fc.property(
      fc.tuple(group, group, group, group),
      fc.tuple(group, group, group, group),
      fc.tuple(group, group, group, group),
      (prefix, one, other) => {
        const written = (rest: string[]) => [...prefix, ...rest].join(':')
        expect(networkOf(written(one))).toBe(networkOf(written(other)))
        const neighbour = [...prefix.slice(0, 3), prefix[3] === '1' ? '2' : '1', ...one].join(':')
        expect(networkOf(neighbour)).not.toBe(networkOf(written(one)))
      },
    ),
  )
})

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:7:7::1', '2001:db8:7:7::/64'],
  ['2001:0DB8:0007:0007:1:2:3:4', '2001:db8:7:7::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['unknown', 'unknown'],
])('%s belongs to %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})

test('every address has a network', () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const network = networkOf(address)
      expect(isIP(network.replace('/64', ''))).not.toBe(0)
    }),
  )
})

test('how long to wait is said in whole minutes, never too few', () => {
  expect([1, 60, 61, 900].map(tryAgainIn)).toEqual([
    'Too many attempts. Try again in 1 minute',
    'Too many attempts. Try again in 1 minute',
    'Too many attempts. Try again in 2 minutes',
    'Too many attempts. Try again in 15 minutes',
  ])
})
