import fc from 'fast-check'
import { expect, test } from 'vitest'
import { afterLostText, alertMail, alertPost, alertReference, alertText } from './delivery.ts'
import { severities } from './severity.ts'

const long = fc
  .tuple(
    fc.string({ minLength: 1, maxLength: 9, unit: fc.constantFrom('a', 'é', '☎', '😀', '\n') }),
    fc.integer({ min: 1, max: 1000 }),
  )
  .map(([part, times]) => part.repeat(times))
const alert = fc.record({
  id: fc.uuid({ version: 7 }),
  severity: fc.constantFrom(...severities),
  title: long,
  message: long,
})

test('a text is never longer than a carrier takes and always ends with its reference', () => {
  fc.assert(
    fc.property(alert, (alert) => {
      const text = alertText(alert)
      expect(text.length).toBeLessThanOrEqual(1600)
      expect(text.endsWith(`\n${alertReference(alert.id)}`)).toBe(true)
      expect(text.startsWith(alert.severity.toUpperCase())).toBe(true)
      expect(text.isWellFormed()).toBe(true)
    }),
  )
})

test('a mail has a subject of one line, and a post of Slack marks and links nothing but its address', () => {
  const address = 'https://trunkline.example/admin/alerts/alt_1'
  const marks = fc.string({ unit: fc.constantFrom('<', '>', '&', '!', '@', '|', '\n', '😀', 'a') })
  fc.assert(
    fc.property(alert, marks, (alert, title) => {
      const reference = alertReference(alert.id)
      const mail = alertMail({ ...alert, title }, address)
      expect(mail.subject).not.toMatch(/[\r\n]/)
      expect(mail.subject.length).toBeLessThanOrEqual(200)
      expect(mail.text).toContain(address)
      expect(mail.text).toContain(reference)
      const post = alertPost({ ...alert, title }, address)
      expect(post.length).toBeLessThanOrEqual(5200)
      expect(post.match(/<[^>]*>/g)).toEqual([`<${address}|${reference}>`])
      expect([mail.subject, mail.text, post].every((text) => text.isWellFormed())).toBe(true)
    }),
  )
})

test('what is short enough is sent whole', () => {
  const id = '01890a5d-ac96-774b-bcce-b302099a8057'

  expect(alertText({ id, severity: 'high', title: 'Harbor Plumbing', message: 'Offer a top-up.' })).toBe(
    'HIGH: Harbor Plumbing\nOffer a top-up.\nTL-099A8057',
  )
})

test('whatever the carrier says of lost texts, an alert comes to at most three, each after a longer pause, and then to the next channel', () => {
  const code = fc.option(fc.constantFrom('30003', '30008', '30006', '99999'), { nil: undefined })
  fc.assert(
    fc.property(fc.array(code, { minLength: 3, maxLength: 10 }), (codes) => {
      const pauses: number[] = []
      for (const [index, code] of codes.entries()) {
        const after = afterLostText({ texts: index + 1, code, hasAnother: false })
        if (after.next === 'channel') break
        pauses.push(after.afterSeconds)
      }
      expect(pauses.length).toBeLessThanOrEqual(2)
      expect(pauses).toEqual([...new Set(pauses)].sort((a, b) => a - b))
      expect(pauses.every((seconds) => seconds > 0)).toBe(true)
    }),
  )
})

test.each([
  ['21610', 'unsubscribed'],
  ['30005', 'an unknown handset'],
  ['30006', 'a landline'],
  ['30007', 'a filter of the carrier'],
])('after %s (%s) no second text is tried', (code) => {
  const hasAnother = false
  expect(afterLostText({ texts: 1, code, hasAnother })).toEqual({ next: 'channel' })
  expect(afterLostText({ texts: 1, code: '30003', hasAnother })).toEqual({ next: 'text', afterSeconds: 60 })
})

test('what one provider never gets through another tries at once, but nobody goes round a STOP', () => {
  const hasAnother = true
  expect(afterLostText({ texts: 1, code: '30007', hasAnother })).toEqual({ next: 'text', afterSeconds: 0 })
  expect(afterLostText({ texts: 1, code: '30003', hasAnother })).toEqual({ next: 'text', afterSeconds: 60 })
  expect(afterLostText({ texts: 3, code: '30007', hasAnother })).toEqual({ next: 'channel' })
  for (const code of ['21610', '40300'])
    expect(afterLostText({ texts: 1, code, hasAnother })).toEqual({ next: 'channel' })
})
