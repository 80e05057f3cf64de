import { expect } from 'vitest'
import { watch } from './live.ts'
import { planCalls, retellEvent, secondsOf } from './provider.ts'
import { type Stage, test, until } from './stage.ts'

test.concurrent('one process takes, two work: each webhook is processed once, both are busy, and a screen hears of it', async ({
  stage,
}) => {
  const [web, ...workers] = await Promise.all([
    stage.start({ role: 'web' }),
    stage.start({ role: 'worker' }),
    stage.start({ role: 'worker' }),
  ])
  const { id, phoneNumber } = await stage.customer(web)
  const screen = await watch(web, await stage.signIn(web))
  const calls = planCalls(300, phoneNumber)

  await Promise.all(
    calls.flatMap((call) =>
      (['call_started', 'call_ended', 'call_analyzed'] as const).map((name) =>
        stage.provider.insist([web], retellEvent(name, call)),
      ),
    ),
  )
  // said by the worker, heard at the door
  await screen.hears('webhooks', 'calls', 'usage')
  await stage.settled()
  await screen.leave()

  const [taking, ...working] = await Promise.all([web, ...workers].map((process) => process.steps()))
  expect(Object.keys(taking ?? {}).sort()).toEqual(['intake.committed', 'intake.storing', 'receive.verified'])
  for (const steps of working)
    expect(Object.keys(steps).sort()).toEqual(['process.claimed', 'process.committed', 'process.written'])
  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: 900 },
    keys: 900,
    duplicates: 0,
    calls: 300,
    entries: 300,
    ledger: secondsOf(calls),
    counter: secondsOf(calls),
  })
  const [attempts] = await stage.sql`select count(*)::int as repeated from webhook_queue where attempts <> 1`
  expect(attempts).toEqual({ repeated: 0 })
})

test.concurrent('what is due runs once in two processes, and once after a downtime, back on its grid', async ({
  stage,
}) => {
  const [first, second] = await Promise.all([stage.start({ role: 'worker' }), stage.start({ role: 'worker' })])
  await haveRun(stage, 1)
  for (const round of [2, 3]) {
    await stage.sql`update schedules set next_due_at = now()`
    await haveRun(stage, round)
  }
  expect(await Promise.all([first.stop(), second.stop()])).toEqual([0, 0])

  const [before] = await stage.sql`
    update schedules set next_due_at = now() - interval '3 hours' where name = 'usage.expireHolds' returning next_due_at`
  await stage.sql`update schedules set next_due_at = now() + interval '1 hour' where name <> 'usage.expireHolds'`
  await Promise.all([first.restart(), second.restart()])
  await until('the missed job has run', async () => (await runsOf(stage))['usage.expireHolds'] === 4)

  const [after] = await stage.sql`
    select next_due_at > now() as is_ahead, next_due_at <= now() + interval '60 seconds' as is_next,
      extract(epoch from next_due_at - ${before?.next_due_at})::int % 60 as off_grid
    from schedules where name = 'usage.expireHolds'`
  expect(after).toEqual({ is_ahead: true, is_next: true, off_grid: 0 })
  expect(await runsOf(stage)).toEqual({ 'usage.expireHolds': 4, 'usage.rollPeriods': 3, 'webhooks.trimQuarantine': 3 })
  const [left] = await stage.sql`select count(*)::int as jobs from pgboss.job where name = 'usage.expireHolds'`
  expect(left).toEqual({ jobs: 4 })
})

test.concurrent('a screen hears what another process changed, and to look at everything again after the database was away', async ({
  ownStage: stage,
}) => {
  const [near, far] = await Promise.all([stage.start({ role: 'web' }), stage.start({ role: 'web' })])
  const screen = await watch(near, await stage.signIn(near))

  await stage.customer(far)
  await screen.hears('customers')
  await stage.postgres.kill9()
  await stage.postgres.restart()
  await screen.hears('resync')
  await until('the other process has its database again', async () =>
    stage.customer(far).then(
      () => true,
      () => false,
    ),
  )
  await screen.hears('customers')
  await screen.leave()
})

test.concurrent.for(['intake.storing', 'process.claimed', 'alerts.sending'])(
  'told to stop at «%s» it finishes what it holds and ends with code 0',
  async (step, { stage }) => {
    const phone = await stage.openPhone()
    const api = await stage.start({ port: phone.port, env: phone.env })
    const { id, phoneNumber } = await stage.customer(api, 'core')
    const calls = planCalls(40, phoneNumber, 240)

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
  await until(`each recurring job has run ${times} times`, async () => {
    const runs = Object.values(await runsOf(stage))
    return runs.length === 3 && runs.every((count) => count >= times)
  })
  expect(Object.values(await runsOf(stage))).toEqual([times, times, times])
}

async function runsOf({ sql }: Stage): Promise<Record<string, number>> {
  const rows = await sql<{ name: string; runs: number }[]>`
    select name, count(*)::int as runs from job_runs where outcome = 'succeeded' group by name order by name`
  return Object.fromEntries(rows.map(({ name, runs }) => [name, runs]))
}
