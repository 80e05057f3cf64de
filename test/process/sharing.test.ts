import { expect } from 'vitest'
import { watch } from './live.ts'
import { planCall, planCalls, retellEvent, secondsOf } from './provider.ts'
import { type Stage, test, until } from './stage.ts'

test.concurrent('one process takes, two work: each webhook is processed once, a screen hears of it, and what is due runs once, and once after a downtime', async ({
  cutStage: stage,
}) => {
  const [web, ...workers] = await Promise.all([
    stage.start({ role: 'web' }),
    stage.start({ role: 'worker' }),
    stage.start({ role: 'worker' }),
  ])
  const { id, phoneNumber } = await stage.customer(web)
  // due at an hour of the night, whenever this runs
  await stage.sql`update schedules set next_due_at = now() where name in ('reconciliation.nightly', 'monitors.maintainPartitions')`
  await haveRun(stage, 1)
  // from here on nothing is due by itself
  await stage.sql`update schedules set every_seconds = 86400, next_due_at = now() + interval '1 day'`
  const screen = await watch(web, await stage.signIn(web))
  const calls = planCalls(200, phoneNumber)

  const names = ['call_started', 'call_ended', 'call_analyzed'] as const
  const events = calls.flatMap((call) => names.map((name) => retellEvent(name, call)))
  await Promise.all(events.map((event) => stage.provider.insist([web], event)))
  // said by a worker, heard at the door
  await screen.hears('webhooks', 'calls', 'usage')
  await stage.settled()

  const [taking, ...working] = await Promise.all([web, ...workers].map((process) => process.steps()))
  expect(Object.keys(taking ?? {}).sort()).toEqual(['intake.committed', 'intake.storing', 'receive.verified'])
  const ofInbox = (steps: object) => Object.keys(steps).filter((name) => /^(?:receive|intake|process)\./.test(name))
  for (const steps of working)
    expect(ofInbox(steps).sort()).toEqual(['process.claimed', 'process.committed', 'process.written'])
  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: 600 },
    keys: 600,
    duplicates: 0,
    calls: 200,
    entries: 200,
    ledger: secondsOf(calls),
    counter: secondsOf(calls),
  })
  const [repeated] = await stage.sql`select count(*)::int as webhooks from webhook_queue where attempts <> 1`
  expect(repeated).toEqual({ webhooks: 0 })

  await stage.line.cut()
  await stage.line.mend()
  // what changed meanwhile was said to nobody
  await screen.hears('resync')
  await stage.provider.insist([web], retellEvent('call_ended', planCall(phoneNumber)))
  await screen.hears('calls')
  await screen.leave()

  for (const round of [2, 3]) {
    await stage.sql`update schedules set next_due_at = now()`
    await haveRun(stage, round)
  }
  expect(await Promise.all(workers.map((worker) => worker.stop()))).toEqual([0, 0])
  const job = 'usage.expireHolds'
  const [missed] = await stage.sql`
    update schedules set next_due_at = now() - interval '3 hours' where name = ${job} returning next_due_at`
  await Promise.all(workers.map((worker) => worker.restart()))
  await until('the missed job has run', async () => (await runsOf(stage))[job] === 4)

  const others = Object.entries(await runsOf(stage)).filter(([name]) => name !== job)
  expect(others.map(([, runs]) => runs)).toEqual(others.map(() => 3))
  const [left] = await stage.sql`select count(*)::int as jobs from pgboss.job where name = ${job}`
  expect(left).toEqual({ jobs: 4 })
  const [next] = await stage.sql`
    select next_due_at > now() and next_due_at <= now() + interval '60 seconds' as is_next,
      extract(epoch from next_due_at - ${missed?.next_due_at})::int % 60 as off_grid
    from schedules where name = ${job}`
  expect(next).toEqual({ is_next: true, off_grid: 0 })
})

test.concurrent.for(['intake.storing', 'process.claimed', 'alerts.sending'])(
  'told to stop at «%s» it finishes what it holds and ends with code 0',
  async (step, { stage }) => {
    const phone = await stage.openPhone()
    const api = await stage.start({ port: phone.port, env: phone.env })
    const { id, phoneNumber } = await stage.customer(api, 'core')
    // the last one alone is longer than the customer's month, and all together stay within its grace: one alert, whatever
    // the batches
    const calls = [...planCalls(19, phoneNumber, 1), planCall(phoneNumber, 9001)]

    await api.stopAt(step)
    const answers = await Promise.all(calls.map((call) => stage.provider.tell(api, retellEvent('call_ended', call))))
    expect(await api.exited).toBe(0)

    const acknowledged = calls.filter((_, index) => answers[index]?.status === 200)
    const { inbox, keys, ledger, counter } = await stage.figures(id)
    expect(keys).toBe(acknowledged.length)
    expect(ledger).toBe(counter)
    if (step === 'process.claimed') expect(inbox.processed).toBeGreaterThan(0)
    if (step === 'alerts.sending') {
      const texts = [...phone.sim.world.messages.values()]
      const [log] = await stage.sql`select state, provider_message_id from alert_logs where channel = 'sms'`
      expect(log).toEqual({ state: 'sent', provider_message_id: texts[0]?.sid })
      expect(texts).toHaveLength(1)
    }
  },
)

/** Each recurring job has run so many times. */
async function haveRun(stage: Stage, times: number): Promise<void> {
  const [known] = await stage.sql`select count(*)::int as jobs from schedules`
  await until(`each recurring job has run ${times} times`, async () => {
    const runs = Object.values(await runsOf(stage))
    return runs.length === known?.jobs && runs.every((count) => count >= times)
  })
  expect(new Set(Object.values(await runsOf(stage)))).toEqual(new Set([times]))
}

async function runsOf({ sql }: Stage): Promise<Record<string, number>> {
  const rows = await sql<{ name: string; runs: number }[]>`
    select name, count(*)::int as runs from job_runs join schedules using (name) where outcome = 'succeeded'
    group by name order by name`
  return Object.fromEntries(rows.map(({ name, runs }) => [name, runs]))
}
