import { expect, test } from 'vitest'
import { account } from '../testing/demo.ts'
import { signTwilio } from '../twilio/sign.ts'
import { messageStory } from './story.ts'

const plan = {
  seed: 1,
  account,
  customerNumber: '+13125550101',
  sentAt: Date.UTC(2026, 2, 4, 15, 30),
  direction: 'outbound',
} as const
const formsOf = (requests: { body: string }[]) =>
  requests.map(({ body }) => Object.fromEntries(new URLSearchParams(body)))

test('a text that arrives tells its segments and where both ends are at home', () => {
  const [request] = messageStory({ ...plan, direction: 'inbound', body: 'x'.repeat(200) })
  const [form] = formsOf(request ? [request] : [])
  expect(request).toMatchObject({
    path: '/webhooks/twilio/sms',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  })
  expect(form).toMatchObject({
    SmsStatus: 'received',
    NumSegments: '2',
    NumMedia: '0',
    To: plan.customerNumber,
    ToCity: 'CHICAGO',
  })
  expect(form?.MessageSid).toBe(form?.SmsSid)
  const signature = signTwilio(`${account.publicUrl}/webhooks/twilio/sms`, form ?? {}, account.twilioAuthToken)
  expect(request?.headers['x-twilio-signature']).toBe(signature)
})

test('a text that goes out is queued, sent and delivered', () => {
  const forms = formsOf(messageStory({ ...plan, outcome: 'delivered' }))
  expect(forms.map(({ MessageStatus }) => MessageStatus)).toEqual(['queued', 'sent', 'delivered'])
  expect(forms[2]).toMatchObject({ RawDlrDoneDate: '2603041530', From: plan.customerNumber })
  expect(forms[2]).not.toHaveProperty('NumSegments')
})

test('a text that does not arrive says why', () => {
  const last = formsOf(messageStory({ ...plan, outcome: 'undelivered' })).at(-1)
  expect(last).toMatchObject({ MessageStatus: 'undelivered', ErrorCode: expect.stringMatching(/^300\d\d$/) })
})

test('the same seed writes the same text', () => {
  expect(messageStory(plan)).toEqual(messageStory({ ...plan }))
})
