import { DrizzleQueryError } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { openLog } from './log.ts'

test('of a statement that failed the log says why and where, not what it carried', () => {
  const lines: string[] = []
  const log = openLog({ level: 'warn', secrets: [], destination: { write: (line) => void lines.push(line) } })
  const cause = new Error('relation "gone" does not exist')
  const failed = new DrizzleQueryError('select from sessions where token = $1', ['a session of somebody’s'], cause)

  log.error({ error: failed }, 'refused')
  log.error({ error: new Error('The call failed', { cause: failed }) }, 'refused')

  const [direct, wrapped] = lines.map((line) => JSON.parse(line).error)
  const facts = {
    message: 'The statement failed',
    stack: expect.stringContaining('log.test.ts'),
    cause: { message: cause.message },
  }
  expect(direct).toMatchObject(facts)
  expect(wrapped).toMatchObject({ message: 'The call failed', cause: facts })
  expect(lines.join('')).not.toMatch(/sessions|somebody/)
})
