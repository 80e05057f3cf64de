import { openLine } from '@trunkline/db/testing/line'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../testing/world.ts'
import { announce, openLive, type Topic } from './live.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

/** The next change that tells something: between them stand the beats, which are empty. */
async function firstOf(changes: AsyncIterator<readonly Topic[]>): Promise<readonly Topic[]> {
  for (;;) {
    const { value } = await changes.next()
    if (value.length > 0) return value
  }
}

test('a change between the first event and the first read is not lost', async () => {
  const ends = new AbortController()
  const changes = world.live.watch(ends.signal)

  await announce(world.ctx(), ['alerts'])
  await new Promise((resolve) => setTimeout(resolve, 300))

  const { value } = await changes.next()
  expect(value).toEqual(['alerts'])
  ends.abort()
  expect(await changes.next()).toMatchObject({ done: true })
})

test('what was announced in a transaction that is rolled back is never heard', async () => {
  const ends = new AbortController()
  const changes = world.live.watch(ends.signal)

  await world.db
    .transaction(async (db) => {
      await announce(world.ctx({ db }), ['customers'])
      db.rollback()
    })
    .catch((error: Error) => expect(error.message).toContain('Rollback'))
  await announce(world.ctx(), ['usage'])

  expect((await changes.next()).value).toEqual(['usage'])
  ends.abort()
})

test('a network that swallows everything is noticed, though nobody says anything; then screens are told to look again', async () => {
  const line = await openLine(world.url)
  const live = await openLive({ directUrl: line.url, log: world.ctx().log, heartbeatMs: 100 })
  const ends = new AbortController()
  const changes = live.watch(ends.signal)

  line.silence()
  await expect.poll(() => line.attempts(), { timeout: 10_000 }).toBeGreaterThan(2)
  await line.mend()

  expect(await firstOf(changes)).toContain('resync')
  await announce(world.ctx(), ['alerts'])
  expect(await firstOf(changes)).toContain('alerts')
  ends.abort()
  await live.close()
  await line.close()
})

test('a reader that is slower than the changes finds each topic once', async () => {
  const ends = new AbortController()
  const changes = world.live.watch(ends.signal)

  for (const topic of ['alerts', 'usage', 'alerts'] as const) {
    await announce(world.ctx(), [topic])
    await new Promise((resolve) => setTimeout(resolve, 150))
  }

  expect((await changes.next()).value).toEqual(['alerts', 'usage'])
  ends.abort()
})
