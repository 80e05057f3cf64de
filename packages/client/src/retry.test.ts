import { expect, test } from 'vitest'
import { hasNeverReached } from './explain.ts'
import { backoffMs, defaultRetry, retryAfterMs } from './retry.ts'

test('waits grow up to the bound and lie anywhere below it', () => {
  const bounds = [1, 2, 3, 4, 5, 6, 7, 40].map((repetition) => backoffMs(defaultRetry, repetition, () => 1))

  expect(bounds).toEqual([200, 400, 800, 1600, 3200, 5000, 5000, 5000])
  expect(backoffMs(defaultRetry, 3, () => 0)).toBe(0)
  expect(backoffMs(defaultRetry, 3, () => 0.5)).toBe(400)
})

test.each([
  ['2', 2000],
  ['0', 0],
  ['Fri, 01 Aug 2025 00:00:03 GMT', 3000],
  ['Thu, 31 Jul 2025 23:59:00 GMT', 0],
  ['soon', 0],
  ['', 0],
  [null, 0],
])('a server that asks to wait for %j is understood', (header, wait) => {
  expect(retryAfterMs(header, Date.parse('2025-08-01T00:00:00Z'))).toBe(wait)
})

const fault = (facts: object) => Object.assign(new Error('fault'), facts)
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause })

test.each([
  ['a refused connection', fetchFailed(fault({ code: 'ECONNREFUSED', syscall: 'connect' })), true],
  ['an unknown name', fetchFailed(fault({ code: 'ENOTFOUND', syscall: 'getaddrinfo' })), true],
  ['a connection that never stood', fetchFailed(fault({ code: 'UND_ERR_CONNECT_TIMEOUT' })), true],
  [
    'every address refusing',
    fetchFailed(new AggregateError([fault({ syscall: 'connect' }), fault({ syscall: 'connect' })])),
    true,
  ],
  ['one address breaking later', fetchFailed(new AggregateError([fault({ syscall: 'connect' }), fault({})])), false],
  ['a reset', fetchFailed(fault({ code: 'ECONNRESET', syscall: 'read' })), false],
  ['a socket that the other side closed', fetchFailed(fault({ code: 'UND_ERR_SOCKET' })), false],
  ['a browser that does not tell', new TypeError('Failed to fetch'), false],
  ['nothing', undefined, false],
])('%s is known to have changed nothing, or not', (_name, error, expected) => {
  expect(hasNeverReached(error)).toBe(expected)
})
