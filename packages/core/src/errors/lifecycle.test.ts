import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterOccurrence, type ErrorState, errorStates, type IgnoreRule } from './lifecycle.ts'

const threshold = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined })
const rule = fc.record({ until: threshold, occurrences: threshold, customers: threshold })

test('however often it happens, somebody is told once until he has acted', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...errorStates),
      rule,
      fc.array(fc.record({ times: fc.integer({ min: 1, max: 9 }), customers: fc.integer({ min: 0, max: 9 }) }), {
        minLength: 1,
      }),
      (first, ignored, happened) => {
        let state: ErrorState = first
        let occurrences = 0
        let customers = 0
        const news = happened.flatMap((more, now) => {
          occurrences += more.times
          customers += more.customers
          const after = afterOccurrence(
            { isNew: false, state, occurrences, customers, ignored: state === 'ignored' ? ignored : undefined },
            now,
          )
          state = after.state
          return after.news ?? []
        })
        expect(news.length).toBeLessThanOrEqual(1)
        if (first === 'open') expect(news).toEqual([])
        if (first === 'resolved') expect(news).toEqual(['regressed'])
        expect(state === 'ignored' || state === 'open').toBe(true)
        expect(news.length === 1).toBe(first !== 'open' && state === 'open')
      },
    ),
  )
})

test('what is ignored stays quiet exactly until the first of its bounds is reached', () => {
  fc.assert(
    fc.property(rule, fc.nat(60), fc.nat(60), fc.nat(60), (ignored: IgnoreRule, occurrences, customers, now) => {
      const { state, news } = afterOccurrence({ isNew: false, state: 'ignored', occurrences, customers, ignored }, now)
      const isOver =
        (ignored.until !== undefined && now >= ignored.until) ||
        (ignored.occurrences !== undefined && occurrences >= ignored.occurrences) ||
        (ignored.customers !== undefined && customers >= ignored.customers)
      expect({ state, news }).toEqual(
        isOver ? { state: 'open', news: 'outgrown' } : { state: 'ignored', news: undefined },
      )
    }),
  )
})

test('what was never seen is news', () => {
  const group = { state: 'open' as const, occurrences: 1, customers: 0, ignored: undefined }
  expect(afterOccurrence({ ...group, isNew: true }, 0)).toEqual({ state: 'open', news: 'new' })
})
