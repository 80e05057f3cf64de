import { expect, test } from 'vitest'
import { openClosing } from './closing.ts'
import { openLog } from './log.ts'

test('what fails or hangs while the process stops is told, and the rest is closed in its order', async () => {
  const lines: string[] = []
  const log = openLog({ level: 'warn', secrets: [], destination: { write: (line) => void lines.push(line) } })
  const closing = openClosing()
  const closed: string[] = []
  const close = (name: string) => async () => void closed.push(name)
  closing.add('connections', 'pool', 60_000, close('pool'))
  closing.add('jobs', 'jobs', 60_000, () => Promise.reject(new Error('no jobs')))
  closing.add('work', 'worker', 10, () => new Promise(() => undefined))
  closing.add('work', 'throws at once', 60_000, () => {
    throw new Error('at once')
  })
  closing.add('work', 'door', 60_000, close('door'))

  await closing.closeAll(log)

  expect(closed).toEqual(['door', 'pool'])
  const told = lines.map((line) => JSON.parse(line) as { name: string; msg: string; error?: { message: string } })
  expect(new Set(told.map(({ name, msg, error }) => `${name}: ${msg} ${error?.message}`))).toEqual(
    new Set([
      'jobs: not closed well no jobs',
      'throws at once: not closed well at once',
      'worker: not closed in time: left behind undefined',
    ]),
  )
})
