import { toWireId } from '@trunkline/core/platform/wire-id'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { openWorld, retellCall, type World } from '../testing/world.ts'
import { type AlertDraft, raiseAlerts } from './raise.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

let alerts = 0
const draft = (over: Partial<AlertDraft> = {}): AlertDraft => {
  alerts++
  return {
    type: 'pool_empty',
    severity: 'high',
    customerId: null,
    dedupKey: `pool:${alerts}`,
    series: `pool:${alerts}`,
    rank: 1,
    title: 'No numbers left',
    message: 'Buy numbers.',
    runbook: 'docs/runbooks/numbers.md#empty',
    metadata: {},
    ...over,
  }
}
const raise = (drafts: AlertDraft[]) => inTransaction(world.ctx(), (ctx) => raiseAlerts(ctx, drafts))
const rowsOf = (dedupKey: string) => world.owner`select delivery, title from ops_alerts where dedup_key = ${dedupKey}`
const textsAbout = (title: string) =>
  world.sent.filter(({ method, body }) => method === 'POST' && body.get('Body')?.includes(title))

test('ten raisers at the same moment make one alert and one text (K-23, J-2, J-5)', async () => {
  const one = draft({ title: 'Ten raisers' })

  const raised = await Promise.all(Array.from({ length: 10 }, () => raise([one])))
  await world.drainJobs()

  expect(raised.flat()).toHaveLength(1)
  expect(await rowsOf(one.dedupKey)).toEqual([{ delivery: 'sent', title: 'Ten raisers' }])
  expect(textsAbout('Ten raisers')).toHaveLength(1)
})

test('the same alert a day later is still the same alert (J-3, J-4)', async () => {
  const one = draft({ title: 'A day later' })
  await raise([one])
  await world.drainJobs()

  const again = await inTransaction(world.ctx({ now: new Date(Date.now() + 86_400_000) }), (ctx) =>
    raiseAlerts(ctx, [one]),
  )
  await world.drainJobs()

  expect(again).toEqual([])
  expect(textsAbout('A day later')).toHaveLength(1)
})

test('two raisers that carry the same alerts in opposite orders do not lock each other out', async () => {
  const many = Array.from({ length: 20 }, () => draft())

  const raised = await Promise.all([raise(many), raise(many.toReversed()), raise(many), raise(many.toReversed())])

  expect(raised.flat()).toHaveLength(20)
})

test('of several levels raised at once only the highest is sent, and each stands', async () => {
  const series = draft().series
  const levels = [80, 100].map((rank) =>
    draft({ series, rank, dedupKey: `${series}:${rank}`, title: `Level ${rank} of ${series}` }),
  )

  await raise(levels)
  await world.drainJobs()

  expect(await rowsOf(`${series}:80`)).toMatchObject([{ delivery: 'superseded' }])
  expect(await rowsOf(`${series}:100`)).toMatchObject([{ delivery: 'sent' }])
  expect(textsAbout(series)).toHaveLength(1)
})

test('a thousand alerts that are raised at once stand with a job each, and go together when they are rolled back', async () => {
  const many = Array.from({ length: 1000 }, () => draft({ type: 'thousand' }))
  const counted = async (ctx: Ctx) =>
    await ctx.db.execute<{ alerts: number; jobs: number }>(sql`
      select (select count(*)::int from ops_alerts where alert_type = 'thousand') as alerts,
        (select count(*)::int from pgboss.job join ops_alerts on ops_alerts.id::text = data ->> 'alertId'
         where name = 'alerts.deliver' and alert_type = 'thousand') as jobs`)
  await expect(
    inTransaction(world.ctx(), async (ctx) => {
      expect(await raiseAlerts(ctx, many)).toHaveLength(1000)
      expect(await raiseAlerts(ctx, many)).toEqual([])
      expect([...(await counted(ctx))]).toEqual([{ alerts: 1000, jobs: 1000 }])
      throw new Error('rolled back')
    }),
  ).rejects.toThrow('rolled back')
  expect([...(await counted(world.ctx()))]).toEqual([{ alerts: 0, jobs: 0 }])
})

test('an alert whose transaction was rolled back was never raised, and nobody is told', async () => {
  const one = draft({ title: 'Rolled back' })

  await expect(
    inTransaction(world.ctx(), async (ctx) => {
      await raiseAlerts(ctx, [one])
      throw new Error('after all not')
    }),
  ).rejects.toThrow('after all not')
  await world.drainJobs()

  expect(await rowsOf(one.dedupKey)).toEqual([])
  expect(textsAbout('Rolled back')).toEqual([])
})

test('usage that crosses both levels makes one alert a level that names its customer (K-11, K-17)', async () => {
  const { id, phoneNumber } = await world.customer({ businessName: 'Bay Roofing' })
  const calls = Array.from({ length: 12 }, () => retellCall({ to: phoneNumber, seconds: 900 }))

  for (const { ended } of calls) {
    await world.retell(ended)
    await world.process(1)
  }
  await world.drainJobs()

  const raised = await world.owner`
    select alert_type, severity, title, runbook from ops_alerts where customer_id = ${id} order by id`
  expect(raised).toEqual([
    {
      alert_type: 'usage_warning',
      severity: 'medium',
      title: 'Bay Roofing: 80 % of its call minutes used',
      runbook: 'docs/runbooks/usage.md#warning',
    },
    {
      alert_type: 'usage_limit_reached',
      severity: 'high',
      title: 'Bay Roofing: 100 % of its call minutes used',
      runbook: 'docs/runbooks/usage.md#limit-reached',
    },
    {
      alert_type: 'usage_hard_stop',
      severity: 'high',
      title: 'Bay Roofing: call minutes are stopped',
      runbook: 'docs/runbooks/usage.md#hard-stop',
    },
  ])
})

test('texts have levels of their own (K-17)', async () => {
  const { id, phoneNumber } = await world.customer({ businessName: 'Bay Texts' })
  await world.owner`update usage_limits set sms_cap = 4 where customer_id = ${id}`

  for (const sid of ['1', '2']) {
    await world.twilio('sms', {
      MessageSid: `SM${sid.repeat(32)}`,
      From: '+14155550123',
      To: phoneNumber,
      Body: 'x',
      NumSegments: '2',
      SmsStatus: 'received',
    })
  }
  await world.process()

  const raised = await world.owner`select title from ops_alerts where customer_id = ${id} order by title`
  expect(raised.map(({ title }) => title)).toEqual([
    'Bay Texts: 100 % of its texts used',
    'Bay Texts: 80 % of its texts used',
  ])
})

test('alerts are asked for by whether somebody has taken them, in the first customers’ words too', async () => {
  const [taken = '', waiting = ''] = (await raise([draft(), draft()])).map((id) => toWireId('alert', id))
  const token = await world.signIn('operator')
  await world.rest('POST', `/api/admin/ops-alerts/${taken}/acknowledge`, { token })
  const asked = async (filter: string) => {
    const { body } = await world.rest('GET', `/api/admin/ops-alerts?${filter}`, { token })
    const listed = body.items.map((alert: { id: string }) => alert.id)
    return [taken, waiting].filter((id) => listed.includes(id))
  }

  expect(await asked('acknowledged=true')).toEqual([taken])
  expect(await asked('acknowledged=false')).toEqual([waiting])
  expect(await asked('state=acknowledged')).toEqual([taken])
  expect(await asked('state=open')).toEqual([waiting])
  expect((await world.rest('GET', '/api/admin/ops-alerts?acknowledged=perhaps', { token })).status).toBe(400)
})

test('an acknowledged alert stays acknowledged: the second to take it is told (J-4)', async () => {
  const [id = ''] = await raise([draft()])
  const token = await world.signIn('operator')
  const acknowledge = () => world.rest('POST', `/api/admin/ops-alerts/${toWireId('alert', id)}/acknowledge`, { token })

  const answers = await Promise.all([acknowledge(), acknowledge(), acknowledge()])

  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409])
  const [audit] = await world.owner`
    select count(*)::int as rows from audit_log where action = 'alerts.acknowledge' and subject = ${toWireId('alert', id)}`
  expect(audit).toEqual({ rows: 1 })
})
