import { expect, test } from 'vitest'
import { formatBytes, formatDelay, formatDuration, formatMicros, formatRelative, shortId } from './format.ts'

test('a duration says its units and never more than two of them', () => {
  expect([0, 42, 60, 184, 3600, 3905, 86_400 * 2].map(formatDuration)).toEqual([
    '0 s',
    '42 s',
    '1 m 00 s',
    '3 m 04 s',
    '1 h 00 m',
    '1 h 05 m',
    '48 h 00 m',
  ])
})

test('what was taken back carries a minus sign', () => {
  expect(formatDuration(-30)).toBe('−30 s')
})

test('a delay shows tenths only while they matter', () => {
  expect([0, 0.34, 9.94, 12.4, 200].map(formatDelay)).toEqual(['0.0 s', '0.3 s', '9.9 s', '12 s', '3 m 20 s'])
})

test('a time is told by its distance, before and after', () => {
  const now = Date.UTC(2026, 0, 1)
  expect([0, 12, 90, 3 * 3600, 86_400 * 4, -3600].map((age) => formatRelative(now - age * 1000, now))).toEqual([
    'just now',
    '12 s ago',
    '1 min ago',
    '3 h ago',
    '4 d ago',
    'in 1 h',
  ])
})

test('a fraction of a cent is not shown as nothing', () => {
  expect([0, 1250, 228_750, 12_345_678].map(formatMicros)).toEqual(['$0.00', '$0.0013', '$0.2288', '$12.35'])
})

test('bytes are told in the unit that reads best', () => {
  expect([0, 1023, 1536, 5 * 1024 * 1024].map(formatBytes)).toEqual(['0 B', '1,023 B', '1.5 kB', '5.0 MB'])
})

test('a short id keeps its prefix and the end that tells it apart', () => {
  expect(shortId('whk_0198a3c2b7f07d1a9e5c3f4b5a6d7e8f')).toBe('whk_…6d7e8f')
  expect(shortId('agent_harbor')).toBe('agent_harbor')
})
