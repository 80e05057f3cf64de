import { toWireId } from '@trunkline/core/platform/wire-id'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type NetCtx } from '../platform/context.ts'
import { registerSchedules } from '../platform/schedule.ts'
import { openWorld, type Sent, type World } from '../testing/world.ts'
import { deliverAlert } from './deliver.ts'
import { deliverUnattended } from './deliver-unattended.ts'
import { alertSchedules } from './jobs.ts'
import { type AlertDraft, raiseAlerts } from './raise.ts'
import { resumeAlerts } from './resume.ts'

let world: World
let acceptsEveryText: World['network']['answer']
beforeAll(async () => {
  world = await openWorld()
  acceptsEveryText = world.network.answer
})
afterAll(() => world.close())
beforeEach(async () => {
  world.network.answer = acceptsEveryText
  world.sent.length = 0
  await world.owner`delete from provider_status`
  // each test runs the delivery by hand
  await world.owner`delete from pgboss.job`
})

let alerts = 0
async function alert(over: Partial<AlertDraft> = {}): Promise<string> {
  alerts++
  const name = `pool:${alerts}`
  const [id = ''] = await inTransaction(world.ctx(), (ctx) =>
    raiseAlerts(ctx, [
      {
        type: 'pool_empty',
        severity: 'critical',
        customerId: null,
        dedupKey: name,
        series: name,
        rank: 1,
        title: 'No numbers left',
        message: 'Buy numbers.',
        runbook: 'docs/runbooks/numbers.md#empty',
        metadata: {},
        ...over,
      },
    ]),
  )
  return id
}
const deliver = (alertId: string, over: Partial<NetCtx> = {}) => deliverAlert(world.ctx(over), { alertId })
const posts = () => world.sent.filter(({ method }) => method === 'POST')
const stateOf = async (alertId: string) => {
  const token = await world.signIn('viewer')
  const { body } = await world.rest('GET', `/api/admin/ops-alerts/${toWireId('alert', alertId)}`, { token })
  return { delivery: body.delivery, deliveries: body.deliveries }
}
const receipt = (MessageSid: string, MessageStatus: string, ErrorCode?: string) =>
  world.twilio('sms-status', {
    MessageSid,
    MessageStatus,
    From: '+15005550100',
    To: '+15005550199',
    ...(ErrorCode === undefined ? {} : { ErrorCode }),
  })
/** The delivery jobs that wait for an alert, by how many seconds from now. */
const jobsOf = async (alertId: string) => {
  const jobs = await world.owner`
    select round(extract(epoch from start_after - now()))::int as seconds from pgboss.job
    where name = 'alerts.deliver' and data ->> 'alertId' = ${alertId} and state = 'created'`
  return jobs.map(({ seconds }) => Math.max(0, seconds as number))
}
const forgetJobs = () => world.owner`delete from pgboss.job`
const makeOld = (alertId: string, age: string) =>
  world.owner`update ops_alerts set created_at = now() - ${age}::interval where id = ${alertId}`
const textsOf = (alertId: string) => world.owner`
  select state, reason, provider_message_id as sid from alert_logs where alert_id = ${alertId} and channel = 'sms' order by id`
/** The carrier says that the last text of this alert was lost. */
const lose = async (alertId: string, code?: string) => {
  await receipt((await textsOf(alertId)).at(-1)?.sid, 'undelivered', code)
  await world.process()
}
const failsWith = (code: string) => async () => {
  throw Object.assign(new Error('network'), { code })
}
const answers = (status: number, body: object) => async () => Response.json(body, { status })

test('the text goes to the person on duty, from our number, with a reference and an address for its receipt', async () => {
  const id = await alert()

  await deliver(id)

  expect(posts()).toHaveLength(1)
  const [{ url, body } = { url: '', body: new URLSearchParams() }] = posts()
  expect(url).toBe(`https://twilio.test/2010-04-01/Accounts/AC${'0'.repeat(31)}1/Messages.json`)
  expect(Object.fromEntries(body)).toEqual({
    To: '+15005550199',
    From: '+15005550100',
    Body: `CRITICAL: No numbers left\nBuy numbers.\nTL-${id.replaceAll('-', '').slice(-8).toUpperCase()}`,
    StatusCallback: 'https://hooks.trunkline.example/webhooks/twilio/sms-status',
  })
  expect(await stateOf(id)).toMatchObject({
    delivery: 'sent',
    deliveries: [{ channel: 'sms', state: 'sent', attempts: 1 }],
  })
})

test('a second delivery job for the same alert sends nothing', async () => {
  const id = await alert()

  await deliver(id)
  await deliver(id)
  await Promise.allSettled(Array.from({ length: 8 }, () => deliver(id)))

  expect(posts()).toHaveLength(1)
})

test('eight processes that deliver one alert at the same moment send one text', async () => {
  const id = await alert()
  const open = Promise.withResolvers<void>()
  world.network.answer = async (request, init) => {
    await open.promise
    return await acceptsEveryText(request, init)
  }

  const deliveries = Array.from({ length: 8 }, () => deliver(id))
  setTimeout(open.resolve, 200)
  await Promise.allSettled(deliveries)

  expect(posts()).toHaveLength(1)
  expect(await stateOf(id)).toMatchObject({ delivery: 'sent' })
})

test('while no worker lives others deliver, the gravest first, and a worker that comes back at that moment sends no second text', async () => {
  await world.owner`update ops_alerts set delivery = 'logged' where delivery = 'pending'`
  await world.owner`delete from schedules`
  await registerSchedules(world.ctx(), alertSchedules)
  const [minor, grave] = [await alert({ severity: 'low' }), await alert()]
  await deliverUnattended(world.ctx())
  expect(posts()).toEqual([])
  await world.owner`update schedules set next_due_at = now() - interval '31 seconds'`

  await Promise.all([
    ...[1, 2, 3, 4].map(() => deliverUnattended(world.ctx())),
    ...[grave, minor, grave, minor].map((id) => deliver(id)),
  ])
  await deliverUnattended(world.ctx())

  expect(posts()).toHaveLength(2)
  for (const id of [minor, grave]) expect(await stateOf(id)).toMatchObject({ delivery: 'sent' })

  const held = await alert()
  await world.owner`
    insert into alert_logs (id, alert_id, channel, state, attempts, lease_generation, lease_until, created_at, updated_at)
    values (gen_random_uuid(), ${held}, 'sms', 'pending', 1, 1, now() + interval '1 minute', now(), now())`
  await deliverUnattended(world.ctx())
  expect(posts()).toHaveLength(2)
  const [left] = await world.owner`
    select count(*)::int as jobs from pgboss.job where name = 'alerts.deliver' and data ->> 'alertId' = ${held}`
  // the one that was left when it was raised
  expect(left).toEqual({ jobs: 1 })
})

test('one alert that cannot be told keeps none of the others waiting while no worker lives, and is tried again a while later', async () => {
  await world.owner`update ops_alerts set delivery = 'logged' where delivery = 'pending'`
  await registerSchedules(world.ctx(), alertSchedules)
  await world.owner`update schedules set next_due_at = now() - interval '31 seconds'`
  const [broken, whole] = [await alert({ title: 'Broken line' }), await alert()]
  world.network.answer = async (request, init) =>
    request.body.get('Body')?.includes('Broken line')
      ? Response.json({}, { status: 503 })
      : await acceptsEveryText(request, init)

  await deliverUnattended(world.ctx())
  await deliverUnattended(world.ctx())
  expect(posts()).toHaveLength(2)
  expect(await stateOf(whole)).toMatchObject({ delivery: 'sent' })
  world.network.answer = acceptsEveryText
  await world.owner`update alert_logs set updated_at = updated_at - interval '1 minute'`
  await deliverUnattended(world.ctx())
  expect(await stateOf(broken)).toMatchObject({ delivery: 'sent' })
})

test('a text that Twilio refuses is a failure, not a delivery (J-3)', async () => {
  world.network.answer = answers(400, { code: 21211, message: 'Invalid To number +15005550199' })
  const id = await alert()

  await deliver(id)

  const { delivery, deliveries } = await stateOf(id)
  expect(delivery).toBe('failed')
  expect(deliveries).toMatchObject([
    { channel: 'sms', state: 'failed', reason: expect.stringContaining('twilio answered 400') },
    { channel: 'log', state: 'logged' },
  ])
  expect(deliveries[0].reason).not.toContain('+15005550199')
})

test('after a timeout Twilio is asked first, and a text that had arrived is not sent again (J-2)', async () => {
  const arrived: Sent[] = []
  world.network.answer = async (request) => {
    if (request.method === 'POST') {
      arrived.push(request)
      throw new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    }
    return Response.json({
      messages: arrived.map(({ body }) => ({
        sid: 'SM_found',
        status: 'sent',
        to: body.get('To'),
        body: body.get('Body'),
      })),
    })
  }
  const id = await alert()

  await expect(deliver(id)).rejects.toMatchObject({ outcome: 'unknown' })
  expect(await stateOf(id)).toMatchObject({ delivery: 'pending' })
  await deliver(id)

  expect(posts()).toHaveLength(1)
  expect(world.sent.map(({ method }) => method)).toEqual(['POST', 'GET'])
  expect(await stateOf(id)).toMatchObject({ delivery: 'sent', deliveries: [{ state: 'sent', attempts: 2 }] })
})

test('after a timeout a text that had not arrived is sent again', async () => {
  world.network.answer = answers(500, { message: 'internal' })
  const id = await alert()
  await expect(deliver(id)).rejects.toMatchObject({ outcome: 'unknown' })

  world.network.answer = acceptsEveryText
  await deliver(id)

  expect(world.sent.map(({ method }) => method)).toEqual(['POST', 'GET', 'POST'])
  expect(await stateOf(id)).toMatchObject({ delivery: 'sent' })
})

test('while the question cannot be answered nothing is sent a second time', async () => {
  world.network.answer = failsWith('ETIMEDOUT')
  const id = await alert()

  for (let attempt = 0; attempt < 4; attempt++) await expect(deliver(id)).rejects.toThrow()

  expect(posts()).toHaveLength(1)
  expect(await stateOf(id)).toMatchObject({ delivery: 'pending', deliveries: [{ state: 'pending', attempts: 4 }] })
})

test('an alert of which nobody could be told for a day is given up: shown as failed with its reason, logged and counted (J-3)', async () => {
  world.network.answer = failsWith('ECONNREFUSED')
  const id = await alert()
  await expect(deliver(id)).rejects.toThrow()
  await makeOld(id, '23 hours 59 minutes')
  await resumeAlerts(world.ctx())
  expect(await stateOf(id)).toMatchObject({ delivery: 'pending' })

  await makeOld(id, '24 hours 1 minute')
  await Promise.all([resumeAlerts(world.ctx()), resumeAlerts(world.ctx())])

  expect(await stateOf(id)).toMatchObject({
    delivery: 'failed',
    deliveries: [
      {
        channel: 'sms',
        state: 'failed',
        attempts: 1,
        reason: expect.stringMatching(/24 hours.*twilio did not answer/),
      },
      { channel: 'log', state: 'logged' },
    ],
  })
  expect(world.logged.filter((line) => line.includes(id) && line.includes('alert not delivered'))).toHaveLength(1)
  const { body } = await world.app.inject({ method: 'GET', url: '/metrics' })
  expect(body).toMatch(/trunkline_alerts_undelivered_total\{cause="expired"\} 1\n/)
})

test('an alert that lost its job is found by the next look, and one that has its job is left alone (J-2)', async () => {
  const [lost, young, waiting] = [await alert(), await alert(), await alert()]
  await world.owner`delete from pgboss.job where data ->> 'alertId' in (${lost}, ${young})`
  await makeOld(lost, '121 seconds')
  await makeOld(waiting, '1 hour')

  await Promise.all(Array.from({ length: 8 }, () => resumeAlerts(world.ctx())))

  expect(await jobsOf(lost)).toEqual([0])
  expect(await jobsOf(young)).toEqual([])
  expect(await jobsOf(waiting)).toHaveLength(1)
  await deliver(lost)
  expect(await stateOf(lost)).toMatchObject({ delivery: 'sent' })
})

test('an alert whose job failed to the last try is found again', async () => {
  const id = await alert()
  await world.owner`update pgboss.job set state = 'failed' where data ->> 'alertId' = ${id}`
  await makeOld(id, '1 hour')

  await resumeAlerts(world.ctx())

  expect(await jobsOf(id)).toEqual([0])
})

test('while another process delivers, the job comes back when its time is over, and has not failed', async () => {
  const id = await alert()
  await forgetJobs()
  const open = Promise.withResolvers<void>()
  world.network.answer = async (request, init) => {
    await open.promise
    return await acceptsEveryText(request, init)
  }
  const slow = deliver(id)
  await expect.poll(() => posts().length).toBe(1)

  await deliver(id)

  expect(await jobsOf(id)).toEqual([expect.toSatisfy((seconds: number) => seconds > 30 && seconds <= 62)])
  open.resolve()
  await slow
  expect(posts()).toHaveLength(1)
})

test('the circuit opens after five failures, lets one probe through after its cooldown, and closes (V-1, V-2)', async () => {
  world.network.answer = failsWith('ECONNREFUSED')
  const id = await alert()
  for (let attempt = 0; attempt < 5; attempt++) await expect(deliver(id)).rejects.toMatchObject({ outcome: 'failed' })
  const asked = world.sent.length
  await forgetJobs()

  // what the circuit refuses was not tried, however often: it comes back after the cooldown
  for (let refusal = 0; refusal < 25; refusal++) await deliver(id)

  expect(world.sent).toHaveLength(asked)
  expect(await stateOf(id)).toMatchObject({
    delivery: 'pending',
    deliveries: [{ state: 'pending', attempts: 5, reason: expect.stringContaining('cooldown') }],
  })
  expect(await jobsOf(id)).toEqual(Array(25).fill(expect.toSatisfy((seconds: number) => seconds > 20 && seconds <= 32)))
  const [open] = await world.owner`select circuit, state from provider_status where provider = 'twilio'`
  expect(open).toEqual({ circuit: 'open', state: 'down' })

  await world.owner`update provider_status set cooldown_until = now() - interval '1 second'`
  world.network.answer = async (request, init) => {
    await new Promise((resolve) => setTimeout(resolve, 100))
    return await acceptsEveryText(request, init)
  }
  const others = await Promise.all([alert(), alert(), alert()])
  await Promise.all(others.map((other) => deliver(other)))

  const states = await Promise.all(others.map(async (other) => (await stateOf(other)).delivery))
  expect(states.filter((state) => state === 'sent')).toHaveLength(1)
  expect(world.sent).toHaveLength(asked + 1)
  const [closed] =
    await world.owner`select circuit, state, failure_count from provider_status where provider = 'twilio'`
  expect(closed).toEqual({ circuit: 'closed', state: 'healthy', failure_count: 0 })
})

test('a circuit that somebody opened by hand, without a cooldown, recovers by one probe (V-2)', async () => {
  await world.owner`
    insert into provider_status (provider, component, state, circuit, failure_count, updated_at) values ('twilio', 'api', 'down', 'open', 5, now())`
  const id = await alert()

  await deliver(id)

  expect(await stateOf(id)).toMatchObject({ delivery: 'sent' })
})

test('calls that fail at the same moment are all counted (V-2)', async () => {
  world.network.answer = failsWith('ECONNREFUSED')
  const ids = await Promise.all([alert(), alert(), alert(), alert()])

  await Promise.allSettled(ids.map((id) => deliver(id)))

  const [row] = await world.owner`select failure_count, circuit from provider_status where provider = 'twilio'`
  expect(row).toEqual({ failure_count: 4, circuit: 'closed' })
})

test('a refusal is an answer: it opens no circuit', async () => {
  world.network.answer = answers(400, { code: 21211 })

  for (const id of await Promise.all([alert(), alert(), alert(), alert(), alert(), alert()])) await deliver(id)

  const [row] = await world.owner`select circuit, failure_count from provider_status where provider = 'twilio'`
  expect(row).toEqual({ circuit: 'closed', failure_count: 0 })
})

test('without a phone number the alert goes to the log and says why (J-6)', async () => {
  const id = await alert()

  await deliver(id, { env: { ...world.env, ADMIN_PHONE: undefined } })

  expect(world.sent).toEqual([])
  expect(await stateOf(id)).toMatchObject({
    delivery: 'logged',
    deliveries: [{ channel: 'log', state: 'logged', reason: 'ADMIN_PHONE is not set' }],
  })
  expect(world.logged.some((line) => line.includes(id) && line.includes('No numbers left'))).toBe(true)
})

test.each(['delivered', 'read'])(
  'a receipt that says %s makes the alert delivered, and our own number is no unknown one',
  async (said) => {
    const id = await alert()
    await deliver(id)
    const [text] = await textsOf(id)

    await receipt(text?.sid, 'sent')
    await receipt(text?.sid, said)
    await world.process()

    expect(await stateOf(id)).toMatchObject({ delivery: 'delivered', deliveries: [{ state: 'delivered' }] })
    expect(await world.owner`select phone_number from unknown_phone where phone_number = '+15005550100'`).toEqual([])
  },
)

test.each(['undelivered', 'failed'])(
  'a text that the carrier says is %s is followed by another (J-3)',
  async (said) => {
    const id = await alert()
    await deliver(id)
    await forgetJobs()
    const [first] = await textsOf(id)

    await receipt(first?.sid, said, '30003')
    await receipt(first?.sid, said, '30003')
    await world.process()

    expect(await stateOf(id)).toMatchObject({
      delivery: 'pending',
      deliveries: [{ channel: 'sms', state: 'failed', reason: `The carrier says: ${said} (30003)` }],
    })
    expect(await jobsOf(id)).toEqual([expect.toSatisfy((seconds: number) => seconds > 50 && seconds <= 60)])

    await deliver(id)
    const [, second] = await textsOf(id)
    await receipt(second?.sid, 'delivered')
    await world.process()

    expect(posts()).toHaveLength(2)
    expect(await stateOf(id)).toMatchObject({
      delivery: 'delivered',
      deliveries: [{ state: 'failed' }, { state: 'delivered' }],
    })
  },
)

test('after the third lost text the alert goes to the log, and stands as failed with every reason (J-3)', async () => {
  const id = await alert()
  for (let text = 0; text < 3; text++) {
    await deliver(id)
    await lose(id, '30008')
  }

  await deliver(id)

  expect(posts()).toHaveLength(3)
  const { delivery, deliveries } = await stateOf(id)
  expect(delivery).toBe('failed')
  expect(deliveries).toMatchObject([
    ...Array(3).fill({ channel: 'sms', state: 'failed', reason: 'The carrier says: undelivered (30008)' }),
    { channel: 'log', state: 'logged', reason: expect.stringContaining('3 texts') },
  ])
  expect(world.logged.some((line) => line.includes(id) && line.includes('alert not delivered'))).toBe(true)
  await deliver(id)
  expect(posts()).toHaveLength(3)
})

test('a number that can take no text is not tried again', async () => {
  const id = await alert()
  await deliver(id)
  await lose(id, '30006')
  await deliver(id)

  expect(posts()).toHaveLength(1)
  expect(await stateOf(id)).toMatchObject({ delivery: 'failed' })
})

test('the text that was lost is not taken for the one after it (J-2)', async () => {
  const taken: { sid: string; status: string; to: string; body: string }[] = []
  let shouldTimeOut = false
  world.network.answer = async (request, init) => {
    if (request.method === 'GET') return Response.json({ messages: taken })
    const answer = await acceptsEveryText(request, init)
    if (shouldTimeOut) throw new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    taken.push({ ...((await answer.clone().json()) as (typeof taken)[0]), status: 'undelivered' })
    return answer
  }
  const id = await alert()
  await deliver(id)
  await lose(id)
  shouldTimeOut = true
  await expect(deliver(id)).rejects.toMatchObject({ outcome: 'unknown' })
  shouldTimeOut = false

  await deliver(id)

  expect(posts()).toHaveLength(3)
  expect(await stateOf(id)).toMatchObject({ delivery: 'sent', deliveries: [{ state: 'failed' }, { state: 'sent' }] })
})

test('a receipt of success that comes after its opposite ends the tries', async () => {
  const id = await alert()
  await deliver(id)
  const [text] = await textsOf(id)
  await lose(id)

  await receipt(text?.sid, 'delivered')
  await world.process()
  await deliver(id)

  expect(await stateOf(id)).toMatchObject({ delivery: 'delivered', deliveries: [{ state: 'delivered' }] })
  expect(posts()).toHaveLength(1)
})

test('texts of which nobody says what became of them are counted', async () => {
  const id = await alert()
  await deliver(id)
  const count = async () => {
    await resumeAlerts(world.ctx())
    const { body } = await world.app.inject({ method: 'GET', url: '/metrics' })
    return Number(/^trunkline_alerts_without_receipt (\d+)$/m.exec(body)?.[1])
  }
  const before = await count()
  expect(before).toBeGreaterThanOrEqual(0)

  await world.owner`update alert_logs set updated_at = now() - interval '16 minutes' where alert_id = ${id}`

  expect(await count()).toBe(before + 1)
})

test('a receipt that comes twice or after its opposite changes nothing more', async () => {
  const id = await alert()
  await deliver(id)
  const [log] = await world.owner`select provider_message_id as sid from alert_logs where alert_id = ${id}`

  for (const said of ['delivered', 'delivered', 'undelivered', 'sent']) {
    await receipt(log?.sid, said)
    await world.process(1)
  }

  expect(await stateOf(id)).toMatchObject({ delivery: 'delivered' })
})

test.each([
  ['delivered', 'delivered', 'delivered'],
  ['undelivered', 'failed', 'pending'],
])(
  'a receipt (%s) that is processed before the sender wrote down the sid is not missed',
  async (said, state, delivery) => {
    const id = await alert()
    world.network.answer = async (request, init) => {
      const answer = await acceptsEveryText(request, init)
      const { sid } = (await answer.clone().json()) as { sid: string }
      await receipt(sid, said)
      await world.process()
      return answer
    }

    await deliver(id)

    expect(await stateOf(id)).toMatchObject({ delivery, deliveries: [{ state }] })
  },
)

test('receipt and sender at the same moment: neither misses the other', async () => {
  for (let round = 0; round < 10; round++) {
    const id = await alert()
    let processing: Promise<void> = Promise.resolve()
    world.network.answer = async (request, init) => {
      const answer = await acceptsEveryText(request, init)
      const { sid } = (await answer.clone().json()) as { sid: string }
      await receipt(sid, 'delivered')
      processing = world.process()
      return answer
    }

    await deliver(id)
    await processing

    expect(await stateOf(id)).toMatchObject({ delivery: 'delivered' })
  }
})

test('a lower level that waits is not sent any more once a higher one stands', async () => {
  const lower = await alert({ series: 'usage', rank: 80 })
  const higher = await alert({ series: 'usage', rank: 100 })

  await deliver(lower)
  await deliver(higher)

  expect(await stateOf(lower)).toMatchObject({ delivery: 'superseded' })
  expect(await stateOf(higher)).toMatchObject({ delivery: 'sent' })
  expect(posts()).toHaveLength(1)
})

test('an alert that is not there any more is nobody’s trouble', async () => {
  await deliver('01890a5d-ac96-774b-bcce-b302099a8057')

  expect(world.sent).toEqual([])
})

test('whoever lost his lease writes nothing over the one who has it', async () => {
  const id = await alert()
  const open = Promise.withResolvers<void>()
  world.network.answer = async () => {
    await open.promise
    return Response.json({ code: 20003 }, { status: 401 })
  }
  const slow = deliver(id)
  await expect.poll(() => posts().length).toBe(1)
  await world.owner`update alert_logs set lease_until = now() - interval '1 second' where alert_id = ${id}`
  world.network.answer = acceptsEveryText
  await deliver(id)

  open.resolve()
  await slow

  expect(await stateOf(id)).toMatchObject({ delivery: 'sent', deliveries: [{ state: 'sent' }] })
})
