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

test('two are asked at once, whoever comes meanwhile goes together into the next, and each hears his own answer', async () => {
  const { ask, asked, ends } = openAsk()
  const first = [ask(1)]
  await nextTurn()
  const second = [ask(2), ask(3)]
  await nextTurn()
  const third = [ask(4), ask(5), ask(6)]
  await nextTurn()
  expect(asked).toEqual([[1], [2, 3]])

  ends[1]?.resolve()
  expect(await Promise.all(second)).toEqual([20, 30])
  await nextTurn()
  expect(asked).toEqual([[1], [2, 3], [4, 5, 6]])
  for (const { resolve } of ends) resolve()
  expect(await Promise.all([...first, ...third])).toEqual([10, 40, 50, 60])
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

test('behind a question that is not answered nobody piles up: who has waited too long is not asked for, and what is too much is refused', async () => {
  const { ask, asked, ends } = openAsk()
  void ask(1)
  await nextTurn()
  void ask(2)
  await nextTurn()
  const late = Promise.allSettled(Array.from({ length: 2001 }, (_, index) => ask(10 + index)))
  await new Promise((resolve) => setTimeout(resolve, 250))
  for (const { resolve } of ends) resolve()

  const told = await late
  expect(new Set(told.map((one) => (one.status === 'rejected' ? one.reason.message : 'answered')))).toEqual(
    new Set(['The question came too late', 'Too many ask at once']),
  )
  expect(asked).toEqual([[1], [2]])
})
