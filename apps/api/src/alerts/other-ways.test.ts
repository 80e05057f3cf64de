import { toWireId } from '@trunkline/core/platform/wire-id'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type NetCtx } from '../platform/context.ts'
import { alertsWithoutReceipt } from '../platform/metrics.ts'
import { openWorld, type World } from '../testing/world.ts'
import { deliverAlert } from './deliver.ts'
import { raiseAlerts } from './raise.ts'
import { resumeAlerts } from './resume.ts'

const slackUrl = 'https://hooks.slack.test/services/T0/B0/hush-hush'
let world: World
let acceptsEverything: World['network']['answer']
let takesEveryMail: World['network']['deliver']
beforeAll(async () => {
  world = await openWorld({ env: { ALERT_EMAIL: 'duty@trunkline.example', SLACK_WEBHOOK_URL: slackUrl } })
  const { answer, deliver } = world.network
  takesEveryMail = deliver
  acceptsEverything = async (request, init) =>
    request.url === slackUrl ? new Response('ok') : await answer(request, init)
})
afterAll(() => world.close())
beforeEach(async () => {
  world.network.answer = acceptsEverything
  world.network.deliver = takesEveryMail
  world.sent.length = 0
  world.mails.length = 0
  await world.owner`delete from provider_status`
  await world.owner`delete from pgboss.job`
})
// no secret is ever told, whatever went wrong
afterEach(async () => {
  expect(world.logged.join('')).not.toContain('hush-hush')
  const [told] = await world.owner`select count(*)::int as rows from alert_logs where reason like '%hush-hush%'`
  expect(told?.rows).toBe(0)
})

let alerts = 0
async function alert({ title = 'No numbers left', message = 'Buy numbers.' } = {}): Promise<string> {
  const name = `ways:${++alerts}`
  const facts = { type: 'pool_empty', severity: 'critical', customerId: null, rank: 1, metadata: {} } as const
  const runbook = 'docs/runbooks/numbers.md#empty'
  const [id = ''] = await inTransaction(world.ctx(), (ctx) =>
    raiseAlerts(ctx, [{ ...facts, dedupKey: name, series: name, title, message, runbook }]),
  )
  return id
}
/** Who has no phone on duty. */
const noPhone = (): Partial<NetCtx> => ({ env: { ...world.env, ADMIN_PHONE: undefined } })
const deliver = (alertId: string, over: Partial<NetCtx> = {}) => deliverAlert(world.ctx(over), { alertId })
const posts = () => world.sent.filter(({ method, url }) => method === 'POST' && url === slackUrl)
const texts = () => world.sent.filter(({ method, url }) => method === 'POST' && url !== slackUrl)
const triesOf = async (alertId: string) => {
  const tries = await world.owner`
    select channel, state, attempts, reason from alert_logs where alert_id = ${alertId} order by id`
  const [found] = await world.owner`select delivery from ops_alerts where id = ${alertId}`
  return { delivery: found?.delivery, tries: tries.map(({ channel, state }) => `${channel} ${state}`), rows: tries }
}
const jobsOf = async (alertId: string) =>
  (await world.owner`select from pgboss.job where name = 'alerts.deliver' and data ->> 'alertId' = ${alertId}`).length
const makeOld = (alertId: string) =>
  world.owner`update ops_alerts set created_at = now() - interval '3 minutes' where id = ${alertId}`
const refusesTexts: World['network']['answer'] = async (request, init) =>
  request.url === slackUrl
    ? await acceptsEverything(request, init)
    : Response.json({ code: 21211, message: 'not a number' }, { status: 400 })

test('without a phone on duty the alert goes by mail, with an address that opens it, once however many deliver it', async () => {
  const id = await alert({ title: 'No numbers\r\nBcc: all@trunkline.example' })

  await Promise.allSettled(Array.from({ length: 8 }, () => deliver(id, noPhone())))
  await deliver(id, noPhone())

  expect(world.mails).toEqual([
    {
      from: 'trunkline@trunkline.example',
      to: 'duty@trunkline.example',
      subject: 'CRITICAL: No numbers Bcc: all@trunkline.example',
      text: expect.stringContaining(`${world.env.PUBLIC_URL}/admin/alerts/${toWireId('alert', id)}`),
      messageId: `<alert.${id}@trunkline.example>`,
    },
  ])
  expect(texts()).toEqual([])
  expect(await triesOf(id)).toMatchObject({ delivery: 'sent', tries: ['email sent'] })
})

test('where every provider refuses the text the alert goes by mail, and not by text again', async () => {
  const id = await alert()
  world.network.answer = refusesTexts
  await world.owner`delete from pgboss.job`

  await deliver(id)
  expect(await triesOf(id)).toMatchObject({ delivery: 'pending', tries: ['sms failed'] })
  expect(await jobsOf(id)).toBe(1)
  const asked = texts().length
  await deliver(id)

  expect(texts()).toHaveLength(asked)
  expect(world.mails).toHaveLength(1)
  expect(await triesOf(id)).toMatchObject({ delivery: 'sent', tries: ['sms failed', 'email sent'] })
})

test('a text that the carrier lost for good is followed by a mail', async () => {
  const id = await alert()
  await deliver(id)
  const [text] = await world.owner`select provider_message_id as sid from alert_logs where alert_id = ${id}`
  await world.twilio('sms-status', {
    MessageSid: text?.sid,
    MessageStatus: 'undelivered',
    From: '+15005550100',
    To: '+15005550199',
    ErrorCode: '30006',
  })
  await world.process()
  expect(world.mails).toEqual([])

  await deliver(id)

  expect(world.mails).toHaveLength(1)
  expect(await triesOf(id)).toMatchObject({ delivery: 'sent', tries: ['sms failed', 'email sent'] })
})

test('a provider that does not answer is tried again for two minutes, then the alert goes by mail', async () => {
  const id = await alert()
  world.network.answer = async () => new Response('busy', { status: 503 })
  await expect(deliver(id)).rejects.toThrow('503')
  expect(await triesOf(id)).toMatchObject({ delivery: 'pending', tries: ['sms pending'] })

  await makeOld(id)
  await world.owner`delete from provider_status`
  await deliver(id)
  await deliver(id)

  expect(world.mails).toHaveLength(1)
  expect(await triesOf(id)).toMatchObject({ delivery: 'sent', tries: ['sms failed', 'email sent'] })
})

test('while the circuit of the provider is open nobody waits longer than two minutes either', async () => {
  const id = await alert()
  await world.owner`
    insert into provider_status (provider, component, state, circuit, failure_count, cooldown_until, updated_at)
    values ('twilio', 'api', 'down', 'open', 5, now() + interval '10 minutes', now())`
  await deliver(id)
  expect(await triesOf(id)).toMatchObject({ delivery: 'pending', tries: ['sms pending'] })

  await makeOld(id)
  await deliver(id)
  await deliver(id)

  expect(texts()).toEqual([])
  expect(await triesOf(id)).toMatchObject({ delivery: 'sent', tries: ['sms failed', 'email sent'] })
})

test('where no mail is taken either the alert is posted to Slack, and what it says stays text', async () => {
  const id = await alert({ title: '<!channel> & co', message: 'See <https://evil.example|here>' })
  world.network.deliver = async () => {
    throw new Error('The mail server did not take it (451)')
  }
  await expect(deliver(id, noPhone())).rejects.toThrow('451')
  await makeOld(id)
  let posted = ''
  world.network.answer = async (_request, init) => {
    posted = init.body as string
    return new Response('ok')
  }

  await deliver(id, noPhone())
  await deliver(id, noPhone())

  expect(posts()).toHaveLength(1)
  const address = `${world.env.PUBLIC_URL}/admin/alerts/${toWireId('alert', id)}`
  const reference = `TL-${id.replaceAll('-', '').slice(-8).toUpperCase()}`
  expect(JSON.parse(posted).text).toBe(
    `*CRITICAL: &lt;!channel&gt; &amp; co*\nSee &lt;https://evil.example|here&gt;\n<${address}|${reference}>`,
  )
  expect(await triesOf(id)).toMatchObject({ delivery: 'sent', tries: ['email failed', 'slack sent'] })
})

test('where the last way refuses the alert stands as not delivered, and each try says why', async () => {
  const id = await alert()
  world.network.deliver = async () => {
    throw new Error('The mail server did not take it (550)')
  }
  world.network.answer = async () => new Response('no_service', { status: 404 })
  await makeOld(id)

  for (let run = 0; run < 3; run++) await deliver(id)

  const { delivery, tries, rows } = await triesOf(id)
  expect({ delivery, tries }).toEqual({
    delivery: 'failed',
    tries: ['sms failed', 'email failed', 'slack failed', 'log logged'],
  })
  expect(rows.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('Twilio refuses to send it'),
    expect.stringContaining('550'),
    expect.stringContaining('Slack refuses to send it'),
    'Slack refuses to send it',
  ])
})

test('a mail in whose midst a process ended is sent again under the same Message-ID, and that is said', async () => {
  const id = await alert()
  const reached = Promise.withResolvers<void>()
  const goOn = Promise.withResolvers<void>()
  world.network.deliver = async () => {
    reached.resolve()
    await goOn.promise
  }
  const first = deliver(id, noPhone())
  await reached.promise
  await world.owner`update alert_logs set lease_until = now() - interval '1 second' where alert_id = ${id}`
  world.network.deliver = takesEveryMail

  await deliver(id, noPhone())
  goOn.resolve()
  await first

  expect(new Set(world.mails.map(({ messageId }) => messageId))).toEqual(new Set([`<alert.${id}@trunkline.example>`]))
  const { delivery, rows } = await triesOf(id)
  expect({ delivery, rows }).toMatchObject({
    delivery: 'sent',
    rows: [{ channel: 'email', state: 'sent', attempts: 2, reason: expect.stringContaining('may have arrived twice') }],
  })
})

test('of a mail no receipt is awaited', async () => {
  const id = await alert()
  await deliver(id, noPhone())
  await world.owner`update alert_logs set updated_at = now() - interval '1 hour'`

  await resumeAlerts(world.ctx(noPhone()))

  const gauge = await alertsWithoutReceipt.get()
  const [texts] =
    await world.owner`select count(*)::int as sent from alert_logs where channel = 'sms' and state = 'sent'`
  expect(gauge.values[0]?.value).toBe(texts?.sent)
})
