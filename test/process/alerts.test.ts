import { expect } from 'vitest'
import { openMailServer } from '../../apps/api/src/testing/mail-server.ts'
import { isRunning } from '../../packages/db/src/local/process.ts'
import { planCall, planCalls, retellEvent, secondsOf } from './provider.ts'
import { adminPhone, type Process, type Stage, test, until } from './stage.ts'

type Phone = Awaited<ReturnType<Stage['openPhone']>>

test.concurrent('the process is killed at each step of sending, or the answer of Twilio is lost: one text an alert, and the alert knows', async ({
  stage,
}) => {
  const phone = await stage.openPhone()
  let api = await stage.start({ port: phone.port, env: phone.env })

  for (const [nth, step] of ['alerts.sending', 'alerts.sent'].entries()) {
    const { id, restarted } = await killAtAlert(stage, api, step)
    api = restarted
    expectOneText(phone, nth + 1)
    expect(await deliveries(stage, id), step).toEqual([
      { level: 80, alert: 'superseded', channel: null, log: null, attempts: null },
      // a receipt that came while nobody was there does not come again
      {
        level: 100,
        alert: expect.stringMatching(/^(sent|delivered)$/),
        channel: 'sms',
        log: expect.stringMatching(/^(sent|delivered)$/),
        attempts: 2,
      },
    ])
  }

  // it is asked before anything is sent again
  const { id, phoneNumber } = await stage.customer(api, 'core')
  phone.sim.world.faults.twilio = { mode: 'accept_then_drop', times: 1 }
  await crossBothLevels(stage, api, phoneNumber)
  await told(stage, id)
  expectOneText(phone, 3)
  const [, sent] = await deliveries(stage, id)
  expect(sent).toEqual({ level: 100, alert: 'delivered', channel: 'sms', log: 'delivered', attempts: 2 })
})

test.concurrent('Twilio has none of it and the process is killed at each step, or the answer of Telnyx is lost: Telnyx sends one text an alert', async ({
  stage,
}) => {
  const phone = await stage.openPhone({ ownNumbers: [] })
  let api = await stage.start({ port: phone.port, env: { ...phone.env, ...phone.telnyx } })
  const texts = () => [...phone.sim.world.telnyxMessages.values()].map(({ to, text }) => [to, /100 %/.test(text)])

  for (const [nth, step] of ['alerts.sending', 'alerts.sent'].entries()) {
    api = (await killAtAlert(stage, api, step)).restarted
    expect(texts()).toEqual(Array(nth + 1).fill([adminPhone, true]))
  }

  const { id, phoneNumber } = await stage.customer(api, 'core')
  phone.sim.world.faults.telnyx = { mode: 'accept_then_drop', times: 1 }
  await crossBothLevels(stage, api, phoneNumber)
  await told(stage, id)
  expect(texts()).toHaveLength(3)
  expectOneText(phone, 0)
  await until('the receipt of Telnyx has come', async () => (await deliveries(stage, id))[1]?.alert === 'delivered')
})

test.concurrent('the database is killed while an alert is sent, and before that is written down: one text a customer', async ({
  ownStage: stage,
}) => {
  const phone = await stage.openPhone()
  const api = await stage.start({ port: phone.port, env: phone.env })

  for (const [nth, step] of ['alerts.sending', 'alerts.sent'].entries()) {
    const { id, phoneNumber } = await stage.customer(api, 'core')
    const { pid } = stage.postgres
    await api.killAt(step, pid)
    await crossBothLevels(stage, api, phoneNumber)
    await until(`the database dies at ${step}`, async () => !isRunning(pid))
    await stage.postgres.restart()
    await letLeasesRunOut(stage)

    await told(stage, id)
    expectOneText(phone, nth + 1)
  }
})

test.concurrent('no text is taken and the process is killed at each step of the mail: it arrives, and a copy is known by its Message-ID', async ({
  stage,
}) => {
  const mail = await openMailServer()
  const phone = await stage.openPhone({ ownNumbers: [] })
  try {
    const env = { SMTP_URL: mail.url, MAIL_FROM: 'trunkline@trunkline.example', ALERT_EMAIL: 'duty@trunkline.example' }
    let api = await stage.start({ port: phone.port, env: { ...phone.env, ...env } })
    const refused = await stage.customer(api, 'core')
    await crossBothLevels(stage, api, refused.phoneNumber)
    await told(stage, refused.id)
    expect((await deliveries(stage, refused.id)).slice(1)).toMatchObject([
      { channel: 'sms', log: 'failed' },
      { channel: 'email', log: 'sent', attempts: 1 },
    ])

    await api.kill()
    api = await stage.start({ env })
    for (const [nth, step] of ['alerts.sending', 'alerts.sent'].entries()) {
      const { id, restarted } = await killAtAlert(stage, api, step)
      api = restarted
      const named = mail.mails.map((content) => /^Message-ID: (.+)$/im.exec(content)?.[1])
      expect(new Set(named).size).toBe(nth + 2)
      // a mail server cannot be asked: what it had taken comes again
      expect(named).toHaveLength(step === 'alerts.sent' ? nth + 3 : nth + 2)
      expect(await deliveries(stage, id), step).toMatchObject([
        { alert: 'superseded' },
        { alert: 'sent', channel: 'email', log: 'sent', attempts: 2 },
      ])
    }
  } finally {
    await mail.close()
  }
})

test.concurrent('all workers are dead and a backlog waits: the process that only serves tells the phone on duty, once', async ({
  stage,
}) => {
  const phone = await stage.openPhone()
  const env = phone.env
  let web = await stage.start({ role: 'web', port: phone.port, env })
  const worker = await stage.start({ role: 'worker', env })
  const { id, phoneNumber } = await stage.customer(web)
  await worker.kill()
  const calls = planCalls(3, phoneNumber)
  for (const call of calls) await stage.provider.insist([web], retellEvent('call_ended', call))
  // as if two minutes had passed
  await stage.sql`update webhook_queue set next_attempt_at = next_attempt_at - interval '2 minutes'`
  await stage.sql`update schedules set next_due_at = now() - interval '1 minute'`
  await web.kill()
  web = await web.restart()

  const texts = () => [...phone.sim.world.messages.values()].filter(({ to }) => to === adminPhone)
  await until('the phone on duty is told', async () => texts().length > 0)
  expect(texts().map(({ body }) => body)).toEqual([expect.stringContaining('no worker takes them')])
  expect(await stage.figures(id)).toMatchObject({ inbox: { received: 3 }, ledger: 0 })

  await worker.restart()
  await stage.settled()
  const jobs = () =>
    stage.sql`select from pgboss.job where name = 'alerts.deliver' and state in ('created', 'retry', 'active')`
  await until('the worker has looked after its jobs', async () => (await jobs()).length === 0)
  expect(texts()).toHaveLength(1)
  expect(await stage.figures(id)).toMatchObject({ calls: 3, ledger: secondsOf(calls) })
})

/** The process dies at this step of an alert, comes back, and the alert is told. */
async function killAtAlert(stage: Stage, api: Process, step: string): Promise<{ id: string; restarted: Process }> {
  const { id, phoneNumber } = await stage.customer(api, 'core')
  await api.killAt(step)
  await crossBothLevels(stage, api, phoneNumber)
  expect(await api.exited, step).toBe('SIGKILL')
  await letLeasesRunOut(stage)
  const restarted = await api.restart()
  await told(stage, id)
  return { id, restarted }
}

/** One call that is longer than the customer's month: 80 % and 100 % at once, of which the higher is told. */
async function crossBothLevels(stage: Stage, api: { url: string }, phoneNumber: string): Promise<void> {
  await stage.provider.insist([api], retellEvent('call_ended', planCall(phoneNumber, 9001)))
}

const told = ({ sql }: Stage, customerId: string) =>
  until('the alert is sent', async () => {
    const rows = await sql`
      select from ops_alerts where customer_id = ${customerId} and (metadata ->> 'level')::int = 100 and delivery in ('sent', 'delivered')`
    return rows.length === 1
  })

/** One for each of so many alerts. */
function expectOneText({ sim }: Phone, alerts: number): void {
  const sent = [...sim.world.messages.values()].filter(({ to }) => to === adminPhone)
  expect(sent.map(({ body }) => body)).toEqual(Array(alerts).fill(expect.stringContaining('100 %')))
}

const deliveries = ({ sql }: Stage, customerId: string) => sql`
  select (metadata ->> 'level')::int as level, ops_alerts.delivery as alert, log.channel, log.state as log, log.attempts
  from ops_alerts left join alert_logs as log on log.alert_id = ops_alerts.id
  where customer_id = ${customerId} order by level, log.id`

/** As if the minute of the lease and the heartbeat of the job had passed. */
async function letLeasesRunOut({ sql }: Stage): Promise<void> {
  await sql`update alert_logs set lease_until = lease_until - interval '1 minute'`
  await sql`update pgboss.job set heartbeat_on = heartbeat_on - interval '1 minute' where state = 'active'`
  await sql`update pgboss.queue set monitor_claim_on = monitor_claim_on - interval '1 minute'`
}
