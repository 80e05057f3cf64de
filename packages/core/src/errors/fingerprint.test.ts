import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maskText } from '../platform/mask.ts'
import { idPrefixes } from '../platform/wire-id.ts'
import { culpritOf, errorSources, generalize, identityOf } from './fingerprint.ts'
import { framesOf, stackText } from './frame.ts'

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`)).filter((text) => /\d/.test(text))
const letters = (length: number) =>
  fc.stringMatching(new RegExp(`^[A-Za-z0-9]{${length}}$`)).filter((text) => /\d/.test(text) && /[A-Za-z]/.test(text))

/** What our providers and we ourselves write into messages, and what differs every time. */
const particulars: [string, fc.Arbitrary<string>][] = [
  ['phone number', fc.stringMatching(/^\+[1-9]\d{9,13}$/)],
  ['phone number as a form carries it', fc.stringMatching(/^%2B1[2-9]\d{9}$/)],
  ['phone number as people write it', fc.stringMatching(/^\+1 \([2-9]\d\d\) \d{3}-\d{4}$/)],
  ['call of Twilio', hex(32).map((id) => `CA${id}`)],
  ['text of Twilio', hex(32).map((id) => `SM${id}`)],
  ['call of Retell', hex(32).map((id) => `call_${id}`)],
  ['call of Telnyx', letters(54).map((id) => `v3:${id}`)],
  ['customer of Stripe', letters(14).map((id) => `cus_${id}`)],
  ['event of Stripe', letters(24).map((id) => `evt_${id}`)],
  ['checkout of Stripe', letters(32).map((id) => `cs_test_${id}`)],
  ['id of ours', fc.tuple(fc.constantFrom(...Object.values(idPrefixes)), hex(32)).map(([kind, id]) => `${kind}_${id}`)],
  ['request', hex(16).map((id) => `req_${id}`)],
  ['uuid', fc.uuid()],
  ['hash', hex(64)],
  ['instant', fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((at) => at.toISOString())],
  ['count', fc.integer({ min: -1_000_000, max: 1_000_000 }).map(String)],
  ['duration', fc.integer({ min: 0, max: 100_000 }).map((ms) => `${ms}ms`)],
  ['amount', fc.integer({ min: 0, max: 1_000_000 }).map((amount) => (amount / 100).toFixed(2))],
  ['address', fc.ipV4()],
  ['e-mail', fc.emailAddress().filter((email) => /^[\w.+-]+@/.test(email))],
]
const sentences = [
  (id: string) => `No such call: ${id}`,
  (id: string) => `"${id}" was refused (${id})`,
  (id: string) => `GET /v2/things/${id} answered badly`,
  (id: string) => `{"to":"${id}","reason":"busy"}`,
  (id: string) => `${id}: gone`,
]

const error = (over: Partial<Parameters<typeof identityOf>[0]> = {}) => ({
  source: 'api' as const,
  type: 'Error',
  code: undefined,
  message: 'x',
  where: 'calls.list',
  frames: [],
  ...over,
})

test('an address whose name looks like an id is an address', () => {
  expect(generalize('No such call: aa_aaaaaaa0@a.example')).toBe('No such call: <email>')
})

test.each(particulars)('a %s in a message does not split a group', (_, particular) => {
  fc.assert(
    fc.property(particular, particular, fc.constantFrom(...sentences), (one, other, sentence) => {
      expect(generalize(sentence(one))).toBe(generalize(sentence(other)))
    }),
    { numRuns: 200 },
  )
})

test('a number is the same in full and masked, so what a front end hides splits nothing', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^\+[1-9]\d{9,13}$/), fc.constantFrom(...sentences), (phone, sentence) => {
      expect(generalize(maskText(sentence(phone)))).toBe(generalize(sentence(phone)))
    }),
  )
})

test.each([
  ['connection refused by utf8 reader', 'connection refused by utf16 reader'],
  ['violates "usage_keys_once"', 'violates "call_keys_once"'],
  ['Cannot read properties of undefined (reading «id»)', 'Cannot read properties of undefined (reading «name»)'],
  ['customer_not_found', 'agent_not_found'],
])('«%s» and «%s» are two things', (one, other) => {
  expect(generalize(one)).not.toBe(generalize(other))
})

test('whatever text comes, generalizing ends soon and stays short', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ maxLength: 3000, unit: 'grapheme' }), fc.json()), (text) => {
      expect(generalize(text).length).toBeLessThanOrEqual(8000)
    }),
  )
  for (const text of ['1'.repeat(1e5), 'a1'.repeat(5e4), '+1-'.repeat(4e4), 'a@'.repeat(5e4), '.1'.repeat(5e4)])
    expect(generalize(text).length).toBeLessThanOrEqual(8000)
})

const file = fc.constantFrom(
  'apps/api/src/alerts/deliver.ts',
  'apps/api/src/usage/meter.ts',
  'packages/core/src/usage/limit.ts',
)
const call = fc.constantFrom('deliverAlert', 'meterUsage', 'crossed', 'async lease', 'Object.settle')
const line = fc.integer({ min: 1, max: 99_999 })
const step = fc.tuple(call, file)
const roots = ['file:///srv/trunkline/', '/home/ann/trunkline/', 'https://ops.example.com/']
const printed = (steps: [string, string][], root: string, line: number, column: number) =>
  ['Error: x', ...steps.map(([call, file]) => `    at ${call} (${root}${file}:${line}:${column})`)].join('\n')

test('where our code stands in the stack, it decides: not the message, the lines, the machine, or what libraries were between', () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 1, maxLength: 8 }),
      fc.constantFrom(...errorSources.filter((source) => source !== 'web')),
      fc.tuple(fc.constantFrom(...roots), line, fc.string()),
      fc.tuple(fc.constantFrom(...roots), line, fc.string()),
      (steps, source, [root, at, message], [otherRoot, otherAt, otherMessage]) => {
        const between = '    at Pool.query (file:///srv/x/node_modules/.pnpm/pg@8/node_modules/pg/lib/index.js:1:2)\n'
        const stack = printed(steps, root, at, 1)
        const other = printed(steps, otherRoot, otherAt, 9).replace('\n', `\n${between}`)
        expect(identityOf(error({ source, message, frames: framesOf(stack) }))).toBe(
          identityOf(error({ source, message: otherMessage, where: 'another', frames: framesOf(other) })),
        )
      },
    ),
  )
})

test('another function of ours is another bug, and so is another code of the database or the provider', () => {
  fc.assert(
    fc.property(step, step, ([call, file], [otherCall, otherFile]) => {
      fc.pre(call !== otherCall || file !== otherFile)
      const one = identityOf(error({ frames: framesOf(printed([[call, file]], '/x/', 1, 1)) }))
      const other = identityOf(error({ frames: framesOf(printed([[otherCall, otherFile]], '/x/', 1, 1)) }))
      expect(one).not.toBe(other)
    }),
  )
  expect(identityOf(error({ code: '30003' }))).not.toBe(identityOf(error({ code: '30007' })))
  expect(identityOf(error({ source: 'job' }))).not.toBe(identityOf(error({ source: 'api' })))
})

test('stacks of every browser and of Node are read; what is no step is left out', () => {
  const stack = [
    'TypeError: x is undefined',
    '    at async deliverAlert (file:///srv/apps/api/src/alerts/deliver.ts:10:5)',
    '    at file:///srv/apps/api/src/main.ts:3:1',
    '    at new Pool (/srv/node_modules/pg/index.js:1:2)',
    'render@https://ops.example.com/admin/assets/index-Dk3.js?x=1:12:34',
    '@https://ops.example.com/admin/assets/index-Dk3.js:1:2',
    '    at <anonymous>',
  ].join('\n')

  expect(framesOf(stack)).toEqual([
    {
      call: 'deliverAlert',
      file: 'file:///srv/apps/api/src/alerts/deliver.ts',
      line: 10,
      column: 5,
      place: 'apps/api/src/alerts/deliver.ts',
    },
    { call: '', file: 'file:///srv/apps/api/src/main.ts', line: 3, column: 1, place: 'apps/api/src/main.ts' },
    { call: 'new Pool', file: '/srv/node_modules/pg/index.js', line: 1, column: 2 },
    { call: 'render', file: 'https://ops.example.com/admin/assets/index-Dk3.js', line: 12, column: 34 },
    { call: '', file: 'https://ops.example.com/admin/assets/index-Dk3.js', line: 1, column: 2 },
  ])
  expect(stackText(framesOf(stack)).split('\n')[0]).toBe('at deliverAlert (apps/api/src/alerts/deliver.ts:10:5)')
})

test('built or not, it is the same bug: a bundler’s numbers, and names for what has none, are left out', () => {
  const places = ['/srv/apps/api/src/alerts/raise.ts:3:9', '/srv/apps/api/src/alerts/job.ts:7:1']
  const [sources, built] = [
    `    at async Lease.run (file://${places[0]})\n    at file://${places[1]}`,
    `    at async Lease$1.run$12 (${places[0]})\n    at async <anonymous> (${places[1]})`,
  ].map((stack) => identityOf(error({ frames: framesOf(stack) })))

  expect(built).toBe(sources)
})

test('any text is read as a stack without harm', () => {
  fc.assert(fc.property(fc.string({ maxLength: 5000, unit: 'grapheme' }), (text) => void framesOf(text)))
  expect(framesOf(`at ${'a '.repeat(1e5)}(`)).toEqual([])
  expect(framesOf('    at x (/a/b.ts:1:1)\n'.repeat(1000))).toHaveLength(50)
})

test('the culprit is the innermost place of ours, else what failed', () => {
  const frames = framesOf(
    '    at Pool.query (/x/node_modules/pg/a.js:1:1)\n    at async lease (/x/apps/api/src/alerts/deliver.ts:9:9)',
  )

  expect(culpritOf({ where: 'alerts.deliver', frames })).toBe('lease in apps/api/src/alerts/deliver.ts')
  expect(culpritOf({ where: 'GET /api/calls/call_0123456789abcdef0123456789abcdef', frames: [] })).toBe(
    'GET /api/calls/<id>',
  )
})
