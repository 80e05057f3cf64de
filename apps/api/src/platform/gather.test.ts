import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { gather } from './gather.ts'

/** Asks that are answered when the test says so. */
function openAsk() {
  const asked: number[][] = []
  const ends: PromiseWithResolvers<void>[] = []
  const ask = gather(async (questions: readonly number[]) => {
    asked.push([...questions])
    const end = Promise.withResolvers<void>()
    ends.push(end)
    await end.promise
    return questions.map((question) => question * 10)
  }, 200)
  return { ask, asked, ends }
}

test('one is asked at a time, whoever comes meanwhile goes together into the next, and each hears his own answer', async () => {
  const { ask, asked, ends } = openAsk()
  const first = [ask(1), ask(2)]
  await nextTurn()
  const second = [ask(3), ask(4), ask(5)]
  await nextTurn()
  expect(asked).toEqual([[1, 2]])

  ends[0]?.resolve()
  expect(await Promise.all(first)).toEqual([10, 20])
  await nextTurn()
  expect(asked).toEqual([
    [1, 2],
    [3, 4, 5],
  ])
  ends[1]?.resolve()
  expect(await Promise.all(second)).toEqual([30, 40, 50])
})

test('a question that fails fails for those who asked it, and the next are asked', async () => {
  const { ask, ends } = openAsk()
  const failing = Promise.allSettled([ask(1), ask(2)])
  await nextTurn()
  ends[0]?.reject(new Error('away'))
  expect((await failing).map(({ status }) => status)).toEqual(['rejected', 'rejected'])

  const next = ask(3)
  await nextTurn()
  ends[1]?.resolve()
  expect(await next).toBe(30)
})

test('behind a question that is not answered nobody piles up: each is told in time, what is too much is refused, and then the next is asked', async () => {
  const { ask, asked, ends } = openAsk()
  const told = async (question: number) => await ask(question).catch((error: Error) => error.message)
  const hanging = told(1)
  await nextTurn()
  const late = await Promise.all(Array.from({ length: 2001 }, (_, index) => told(10 + index)))

  expect(await hanging).toBe('The question was not answered in time')
  expect(late.at(-1)).toBe('Too many ask at once')
  expect(late.filter((answer) => /too late|in time/.test(String(answer)))).toHaveLength(2000)
  // of those that came a moment later a hundred may have had their turn
  expect(asked.length).toBeLessThanOrEqual(2)
  const next = ask(2)
  await nextTurn()
  ends.at(-1)?.resolve()
  expect(await next).toBe(20)
})
