import fc from 'fast-check'
import { expect, test } from 'vitest'
import { channelFor, noticeChannels, noticeKinds, noticeText } from './notice.ts'

const reach = fc.record({
  email: fc.option(fc.constant('ada@harbor.example')),
  phone: fc.option(fc.constant('+14155550123')),
})
const preference = fc.option(
  fc.record({ channel: fc.constantFrom(...noticeChannels), muted: fc.subarray([...noticeKinds]) }),
  { nil: undefined },
)

test('who can be reached and did not say no is told, by a way that is his; else there is a reason', () => {
  fc.assert(
    fc.property(fc.constantFrom(...noticeKinds), reach, preference, (kind, reach, preference) => {
      const way = channelFor({ kind }, { reach, preference })
      const isWanted = preference?.channel !== 'none' && !(preference?.muted.includes(kind) ?? false)
      const isReachable = reach.email !== null || reach.phone !== null
      expect(way.channel !== 'none').toBe(isWanted && isReachable)
      if (way.channel === 'none') expect(way.reason).not.toBe('')
      else expect([reach.email, reach.phone]).toContain(way.to)
    }),
  )
})

test.each(noticeKinds)('the words of %s leave no gap open', (kind) => {
  const facts = { business: 'Harbor', noun: 'texts', used: '1', base: '2', after: '', ends: 'May 1', amount: '$149.00' }
  const { subject, text, sms } = noticeText({ kind, facts, publicUrl: 'https://trunkline.example' })
  for (const words of [subject, text, sms]) expect(words).not.toMatch(/[{}]|undefined| {2}/)
  expect(text).toContain('https://trunkline.example/admin/')
})
