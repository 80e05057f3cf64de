import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { notifyOwners } from '../customers/notify-owner.ts'
import { sendNotice } from '../customers/send-notice.ts'
import { inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { telnyxEvent, telnyxHeaders } from '../testing/signing.ts'
import { openWorld, randomNumber, type Sent, type World } from '../testing/world.ts'
import { deliverAlert } from './deliver.ts'
import { raiseAlerts } from './raise.ts'

const [twilioLine, telnyxLine, onDuty] = ['+15005550100', '+15005550101', '+15005550199']
const telnyxEnv = { TELNYX_API_KEY: 'KEY_world', TELNYX_NUMBER: telnyxLine, TELNYX_BASE_URL: 'https://telnyx.test' }

type Answer = (request: Sent, init: RequestInit) => Promise<Response>
type TelnyxText = { id: string; from: string; to: string; text: string; webhook_url: string }

let world: World
let twilio: Answer
let telnyx: Answer
let takes: Answer
let texts: TelnyxText[] = []
beforeAll(async () => {
  world = await openWorld({ env: telnyxEnv })
  takes = world.network.answer
  world.network.answer = (request, init) =>
    request.url.startsWith('https://telnyx.test') ? telnyx(request, init) : twilio(request, init)
})
afterAll(() => world.close())
beforeEach(async () => {
  world.sent.length = 0
  texts = []
  twilio = takes
  telnyx = telnyxTakes
  await world.owner`delete from provider_status`
  await world.owner`delete from pgboss.job`
})

/** Telnyx: it takes every text, lists what it took, and shows it. */
const telnyxTakes: Answer = async ({ url, method }, init) => {
  if (method === 'POST') {
    const text: TelnyxText = { ...JSON.parse(typeof init.body === 'string' ? init.body : ''), id: newId() }
    texts.push(text)
    return Response.json({ data: { id: text.id, to: [{ phone_number: text.to, status: 'queued' }] } })
  }
  const asked = texts.find(({ id }) => url.endsWith(`/v2/messages/${id}`))
  if (asked) return Response.json({ data: asked })
  const data = texts.map(({ id, from, to }) => ({ uuid: id, cli: from, cld: to, direction: 'outbound' }))
  return Response.json({ data, meta: { page_number: 1, total_pages: 1 } })
}
const failsWith =
  (code: string): Answer =>
  async () => {
    throw Object.assign(new Error('network'), { code })
  }
const answers =
  (status: number, body: object): Answer =>
  async () =>
    Response.json(body, { status })
const posted = () =>
  world.sent.filter(({ method }) => method === 'POST').map(({ url }) => (url.includes('telnyx') ? 'telnyx' : 'twilio'))

async function alert(): Promise<string> {
  const name = `pool:${newId()}`
  const draft = { severity: 'critical', customerId: null, title: 'No numbers left', message: 'Buy numbers.' } as const
  const [id = ''] = await inTransaction(world.ctx(), (ctx) =>
    raiseAlerts(ctx, [
      {
        type: 'pool_empty',
        dedupKey: name,
        series: name,
        rank: 1,
        runbook: 'docs/runbooks/numbers.md',
        metadata: {},
        ...draft,
      },
    ]),
  )
  return id
}
const deliver = (alertId: string, ctx = world.ctx()) => deliverAlert(ctx, { alertId })
const logsOf = (alertId: string) => world.owner`
  select log.channel, log.provider, log.state, log.attempts, log.reason, log.provider_message_id as sid, alert.delivery
  from alert_logs as log join ops_alerts as alert on alert.id = log.alert_id where alert.id = ${alertId} order by log.id`
const letLeaseRunOut = (alertId: string) =>
  world.owner`update alert_logs set lease_until = now() - interval '1 second' where alert_id = ${alertId}`
/** What Telnyx tells of a text in the end. */
const finalized = async (text: TelnyxText, status: string, errors: object[] = []) => {
  const { id, from, to, text: words } = text
  const said = {
    id,
    direction: 'outbound',
    from: { phone_number: from },
    to: [{ phone_number: to, status }],
    text: words,
  }
  const payload = JSON.stringify(telnyxEvent('message.finalized', { ...said, parts: 1, errors }))
  await world.app.inject({ method: 'POST', url: '/webhooks/telnyx', headers: telnyxHeaders(payload), payload })
  await world.process()
}

test('where Telnyx alone is configured it sends, and its receipt makes the alert a delivered one', async () => {
  const alertId = await alert()
  const alone = { ...world.ctx().env, TWILIO_NUMBER: undefined }

  await deliver(alertId, world.ctx({ env: alone }))

  expect(posted()).toEqual(['telnyx'])
  expect(texts).toMatchObject([
    {
      from: telnyxLine,
      to: onDuty,
      text: expect.stringMatching(/^CRITICAL: No numbers left\nBuy numbers\.\nTL-/),
      webhook_url: 'https://hooks.trunkline.example/webhooks/telnyx',
    },
  ])
  await finalized(texts[0] as TelnyxText, 'delivered')
  expect(await logsOf(alertId)).toMatchObject([{ provider: 'telnyx', state: 'delivered', delivery: 'delivered' }])
})

test('while Twilio takes it Telnyx is not asked', async () => {
  const alertId = await alert()

  await deliver(alertId)

  expect(posted()).toEqual(['twilio'])
  expect(await logsOf(alertId)).toMatchObject([{ provider: 'twilio', state: 'sent', reason: null }])
})

test.each([
  ['refuses it', answers(400, { code: 21606, message: 'Not a valid number' }), /400/],
  ['is not reached', failsWith('ECONNREFUSED'), /ECONNREFUSED/],
  ['has had too many', answers(429, { code: 20429 }), /429/],
])('where Twilio %s Telnyx sends it in the same try, and the try says why', async (_, answer, why) => {
  twilio = answer
  const alertId = await alert()

  await Promise.allSettled(Array.from({ length: 8 }, () => deliver(alertId)))

  expect(posted()).toEqual(['twilio', 'telnyx'])
  const said = { provider: 'telnyx', attempts: 1, reason: expect.stringMatching(why) }
  expect(await logsOf(alertId)).toMatchObject([{ ...said, state: 'sent', delivery: 'sent' }])
  await finalized(texts[0] as TelnyxText, 'delivered')
  expect(await logsOf(alertId)).toMatchObject([{ ...said, state: 'delivered', delivery: 'delivered' }])
})

test('where both refuse it the alert stands as failed and names both', async () => {
  twilio = answers(400, { code: 21606 })
  telnyx = answers(422, { errors: [{ code: '40310' }] })
  const alertId = await alert()

  await deliver(alertId)

  expect(posted()).toEqual(['twilio', 'telnyx'])
  const [text] = await logsOf(alertId)
  expect(text).toMatchObject({
    state: 'failed',
    delivery: 'failed',
    reason: expect.stringMatching(/^Twilio and Telnyx refuse/),
  })
})

test('whoever has said STOP to Twilio is not reached by Telnyx', async () => {
  twilio = answers(400, { code: 21610, message: 'Attempt to send to unsubscribed recipient' })
  const alertId = await alert()

  await deliver(alertId)

  expect(posted()).toEqual(['twilio'])
  expect((await logsOf(alertId))[0]).toMatchObject({
    state: 'failed',
    reason: expect.stringMatching(/^Twilio refuses to send it/),
  })
})

test('where nobody knows whether Twilio sent it Telnyx does not: Twilio is asked first', async () => {
  let sid = ''
  twilio = async (request, init) => {
    const answer = await takes(request, init)
    if (request.method === 'GET')
      return Response.json({ messages: [{ sid, status: 'sent', to: onDuty, body: bodyOf() }] })
    sid = ((await answer.json()) as { sid: string }).sid
    throw new DOMException('too long', 'TimeoutError')
  }
  const bodyOf = () => world.sent.find(({ method }) => method === 'POST')?.body.get('Body')
  const alertId = await alert()

  await expect(deliver(alertId)).rejects.toMatchObject({ outcome: 'unknown' })
  await deliver(alertId)

  expect(posted()).toEqual(['twilio'])
  expect(await logsOf(alertId)).toMatchObject([{ provider: 'twilio', state: 'sent', sid, attempts: 2 }])
})

test('a provider that has failed for so long that it is not even asked leaves the word to the other, with its doubt', async () => {
  twilio = answers(500, {})
  const alertId = await alert()
  for (let attempt = 0; attempt < 5; attempt++) await expect(deliver(alertId)).rejects.toBeDefined()
  expect(posted()).toEqual(['twilio'])

  await deliver(alertId)

  expect(posted()).toEqual(['twilio', 'telnyx'])
  expect(await logsOf(alertId)).toMatchObject([
    { provider: 'telnyx', state: 'sent', reason: 'Twilio may have sent it too and could not be asked' },
  ])
  // of the next one nothing is in doubt
  const next = await alert()
  await deliver(next)
  expect(posted()).toEqual(['twilio', 'telnyx', 'telnyx'])
  expect(await logsOf(next)).toMatchObject([{ provider: 'telnyx', state: 'sent', attempts: 1 }])
})

test('a refusal by the other ends nothing while the first may yet take it, and the first is asked again then', async () => {
  twilio = answers(500, {})
  telnyx = answers(422, { errors: [{ code: '40310' }] })
  const alertId = await alert()
  for (let attempt = 0; attempt < 5; attempt++) await expect(deliver(alertId)).rejects.toBeDefined()
  await world.owner`delete from pgboss.job`

  await deliver(alertId)

  expect(posted()).toEqual(['twilio', 'telnyx'])
  expect(await logsOf(alertId)).toMatchObject([{ provider: 'twilio', state: 'pending', delivery: 'pending' }])
  expect(await world.owner`select from pgboss.job where name = 'alerts.deliver'`).toHaveLength(1)
  twilio = takes
  await world.owner`update provider_status set cooldown_until = now() - interval '1 second'`
  world.sent.length = 0
  await deliver(alertId)
  expect(world.sent.map(({ method, url }) => [method, url.includes('twilio')])).toEqual([
    ['GET', true],
    ['POST', true],
  ])
})

test('after a timeout Telnyx is asked what it took, and a text that had arrived is not sent again (J-2)', async () => {
  twilio = failsWith('ECONNREFUSED')
  let isLost = true
  telnyx = async (request, init) => {
    const answer = await telnyxTakes(request, init)
    if (request.method === 'GET' || !isLost) return answer
    isLost = false
    throw new DOMException('too long', 'TimeoutError')
  }
  const [other, alertId] = [await alert(), await alert()]
  await expect(deliver(alertId)).rejects.toMatchObject({ outcome: 'unknown' })
  // another text to the same phone is not it
  await deliver(other)

  await deliver(alertId)

  expect(texts).toHaveLength(2)
  expect(await logsOf(alertId)).toMatchObject([
    {
      provider: 'telnyx',
      state: 'sent',
      sid: texts[0]?.id,
      attempts: 2,
      reason: 'The first attempt had arrived after all',
    },
  ])
})

test('whoever dies between the two is followed by one who asks the second', async () => {
  twilio = answers(400, { code: 21606 })
  telnyx = async (request, init) => {
    const answer = await telnyxTakes(request, init)
    // it never comes back: the process is gone
    return request.method === 'POST' && texts.length === 1 ? await new Promise(() => undefined) : answer
  }
  const alertId = await alert()
  void deliver(alertId)
  await expect.poll(() => texts.length).toBe(1)
  await letLeaseRunOut(alertId)

  await deliver(alertId)

  expect(texts).toHaveLength(1)
  expect(await logsOf(alertId)).toMatchObject([{ provider: 'telnyx', state: 'sent', sid: texts[0]?.id }])
})

test('what a filter of one carrier keeps back the other sends at once', async () => {
  const alertId = await alert()
  await deliver(alertId)
  const [first] = await logsOf(alertId)
  const receipt = {
    MessageSid: first?.sid,
    MessageStatus: 'undelivered',
    ErrorCode: '30007',
    From: twilioLine,
    To: onDuty,
  }
  await world.twilio('sms-status', receipt)
  await world.process()

  await deliver(alertId)

  expect(posted()).toEqual(['twilio', 'telnyx'])
  expect(await logsOf(alertId)).toMatchObject([
    { provider: 'twilio', state: 'failed' },
    { provider: 'telnyx', state: 'sent', delivery: 'sent' },
  ])
  await finalized(texts[0] as TelnyxText, 'delivery_failed', [{ code: '40008', title: 'Undeliverable' }])
  await deliver(alertId)
  expect((await logsOf(alertId)).at(-1)).toMatchObject({ channel: 'log', delivery: 'failed' })
})

test('our own numbers are nobody’s unknown number', async () => {
  const [before] = await world.owner`select count(*)::int as rows from unknown_phone`
  const alertId = await alert()
  await deliver(alertId, world.ctx({ env: { ...world.ctx().env, TWILIO_NUMBER: undefined } }))
  await finalized(texts[0] as TelnyxText, 'delivered')

  expect(await world.owner`select count(*)::int as rows from unknown_phone`).toEqual([before])
})

async function notice(phone: string): Promise<string> {
  const { id } = await world.customer()
  await world.owner`update customers set owner_email = null, contact_phone = ${phone} where id = ${id}`
  await notifyOwners(world.ctx(), [{ customerId: id, kind: 'usage_warning', noticeKey: `test:${id}`, facts: {} }])
  const [left] = await world.owner`select id from owner_notices where customer_id = ${id}`
  return String(left?.id)
}
const noticeOf = async (id: string) => (await world.owner`select * from owner_notices where id = ${id}`)[0]

test('an owner’s notice goes by Telnyx where Twilio does not take it, and to nobody who has said STOP to either number', async () => {
  twilio = answers(400, { code: 21606 })
  const [phone, silent] = [randomNumber(), randomNumber()]
  const reached = await notice(phone)
  await sendNotice(world.ctx(), { noticeId: reached })
  expect(texts.map(({ to, from }) => [to, from])).toEqual([[phone, telnyxLine]])
  expect(await noticeOf(reached)).toMatchObject({ state: 'sent', provider_message_id: texts[0]?.id })

  await world.twilio('sms', {
    MessageSid: `SM${newId()}`,
    From: silent,
    To: twilioLine,
    Body: 'STOP',
    NumSegments: '1',
  })
  const stopped = await notice(silent)
  await sendNotice(world.ctx(), { noticeId: stopped })
  expect(texts).toHaveLength(1)
  expect(await noticeOf(stopped)).toMatchObject({ state: 'skipped' })
})

test('a notice of which nobody knows whether it was sent is not sent while that cannot be asked, however often it is tried', async () => {
  const noticeId = await notice(randomNumber())
  await world.owner`update owner_notices set state = 'sending', updated_at = now() - interval '2 minutes' where id = ${noticeId}`
  twilio = failsWith('ECONNREFUSED')

  for (let attempt = 0; attempt < 8; attempt++) {
    // refused by the network at first, by its circuit in the end
    await Promise.allSettled([sendNotice(world.ctx(), { noticeId })])
    await world.owner`update owner_notices set updated_at = now() - interval '2 minutes' where id = ${noticeId}`
  }

  expect(posted()).toEqual([])
  expect(await noticeOf(noticeId)).toMatchObject({ state: 'sending' })
})
