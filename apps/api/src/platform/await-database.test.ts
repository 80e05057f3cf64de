import { expect, test } from 'vitest'
import { whenDatabaseAnswers } from './await-database.ts'
import { openLog } from './log.ts'

const fault = (code: string) => new Error('Failed', { cause: Object.assign(new Error(code), { code }) })
const start = (codes: string[], patienceMs: number) => {
  const lines: string[] = []
  const left = [...codes]
  const work = async () => {
    const code = left.shift()
    if (code !== undefined) throw fault(code)
    return 'started'
  }
  const log = openLog({ level: 'warn', secrets: [], destination: { write: (line) => void lines.push(line) } })
  const outcome = whenDatabaseAnswers(work, { patienceMs, signal: new AbortController().signal, log })
  return outcome.then(
    (value) => ({ value, lines: lines.length }),
    (error: Error) => ({ value: (error.cause as { code: string }).code, lines: lines.length }),
  )
}

test('a start waits for a database that is away or coming up, and says so once', async () => {
  expect(await start(['ECONNREFUSED', 'EAI_AGAIN', '57P03'], 60_000)).toEqual({ value: 'started', lines: 1 })
})

test.each(['28P01', '3D000', 'ENOTFOUND', '42501'])('what a person must mend is not waited for: %s', async (code) => {
  expect(await start([code], 60_000)).toEqual({ value: code, lines: 0 })
})

test('the patience of a start has an end', async () => {
  expect(await start(['ECONNREFUSED'], 50)).toEqual({ value: 'ECONNREFUSED', lines: 0 })
})
