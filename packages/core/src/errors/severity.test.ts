import { expect, test } from 'vitest'
import { severityOf, wakes, worse } from './severity.ts'

const bug = { source: 'api' as const, type: 'TypeError', code: undefined, isAnonymous: false }

test.each([
  ['a bug of ours', bug, 'high', true],
  ['a page that breaks for somebody who is signed in', { ...bug, source: 'web' as const }, 'medium', true],
  ['what a stranger reports', { ...bug, source: 'web' as const, isAnonymous: true }, 'low', false],
  ['a provider that does not answer', { ...bug, source: 'job' as const, type: 'ProviderError' }, 'low', false],
  ['a database that is away', { ...bug, type: 'Error', code: 'ECONNREFUSED' }, 'low', false],
  ['a database that restarts', { ...bug, type: 'PostgresError', code: '57P01' }, 'low', false],
  ['a connection that broke', { ...bug, type: 'Error', code: 'CONNECTION_CLOSED' }, 'low', false],
  ['a constraint that is violated', { ...bug, type: 'PostgresError', code: '23505' }, 'high', true],
])('%s', (_, error, severity, isLoud) => {
  expect(severityOf(error)).toBe(severity)
  expect(wakes(severityOf(error))).toBe(isLoud)
})

test('a bug keeps the worst that was ever said of it', () => {
  expect(worse('low', 'medium')).toBe('medium')
  expect(worse('high', 'medium')).toBe('high')
})
