import { expect } from 'vitest'
import { isRunning } from '../../packages/db/src/local/process.ts'
import { inboundText, type PlannedCall, planCall, planCalls, retellEvent, secondsOf } from './provider.ts'
import { type Process, type Stage, test, until } from './stage.ts'

const receiving = ['receive.verified', 'intake.storing', 'intake.committed']
const processing = ['process.claimed', 'process.written', 'process.committed']

test.concurrent('the process is killed at each step and started again: what was acknowledged is there, processed, and nothing doubled', async ({
  stage,
}) => {
  let api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api, 'core')
  const told: PlannedCall[] = []

  for (const step of [...receiving, ...processing]) {
    const [before, during] = [planCalls(10, phoneNumber, 120), planCalls(20, phoneNumber, 120)]
    await tellAll(stage, api, before)
    await stage.settled()
    await api.killAt(step)
    const acknowledged = await tellOnce(stage, api, during)
    expect(await api.exited, step).toBe('SIGKILL')

    const stored = await storedOf(stage, during)
    expect(stored, step).toEqual(expect.arrayContaining(acknowledged))
    api = await api.restart()
    await stage.settled()
    const known = [...told, ...before, ...stored]
    expect(await stage.figures(id), step).toMatchObject({
      inbox: { processed: known.length },
      calls: known.length,
      ledger: secondsOf(known),
      counter: secondsOf(known),
    })

    await tellAll(stage, api, [...before, ...during])
    await stage.settled()
    told.push(...before, ...during)
    expect(await stage.figures(id), step).toMatchObject({
      inbox: { processed: told.length },
      keys: told.length,
      calls: told.length,
      entries: told.length,
      ledger: secondsOf(told),
      counter: secondsOf(told),
    })
  }
  expect(await stage.figures(id)).toMatchObject({ crossings: [80, 100, 101], alerts: [80, 100, 101] })
})

test.concurrent('killed before and after a piece of what was paused is given back, it gives back the rest: each is processed once', async ({
  stage,
}) => {
  let api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const pause = { provider: 'retell', reason: 'a release is being mended' }
  await stage.call(api, 'POST', '/api/admin/webhook-sources/pause', pause)
  const first = planCall(phoneNumber, 1)
  await stage.provider.insist([api], retellEvent('call_ended', first))
  await until('the first is laid aside', async () => {
    const [aside] = await stage.sql`select from webhook_queue where state = 'received' and next_attempt_at is null`
    return aside !== undefined
  })
  // one piece is five thousand
  const copies = 5100
  await stage.sql`
    insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256,
      verdict, state, received_at)
    select uuidv7(), provider, door, event_type, phone_number, url, remote_address, headers, replace(body, ${first.id}, ${first.id} || '_' || nth),
      body_encoding, body_bytes, body_sha256, verdict, state, received_at
    from webhook_queue, generate_series(1, ${copies}::int) as nth`
  const asideNow = async () => {
    const [row] = await stage.sql`
      select count(*)::int as webhooks from webhook_queue where state = 'received' and next_attempt_at is null`
    return row?.webhooks
  }

  await api.killAt('webhooks.released')
  await stage.call(api, 'POST', '/api/admin/webhook-sources/resume', pause)
  for (const [step, aside] of [
    ['webhooks.release_committed', copies + 1],
    [undefined, copies + 1 - 5000],
  ] as const) {
    expect(await api.exited).toBe('SIGKILL')
    expect(await asideNow()).toBe(aside)
    await stage.sql`
      update pgboss.job set state = 'retry', start_after = now() + interval '1 hour' where name = 'webhooks.releasePaused' and state = 'active'`
    api = await api.restart()
    if (step !== undefined) await api.killAt(step)
    await stage.sql`update pgboss.job set start_after = now() where name = 'webhooks.releasePaused' and state = 'retry'`
  }
  await until('all are given back', async () => (await asideNow()) === 0)
  await stage.settled()

  const [attempts] =
    await stage.sql`select count(*)::int as webhooks, sum(attempts)::int as attempts from webhook_queue`
  expect(attempts).toEqual({ webhooks: copies + 1, attempts: copies + 1 })
  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: copies + 1 },
    calls: copies + 1,
    entries: copies + 1,
    ledger: copies + 1,
    counter: copies + 1,
  })
})

test.concurrent('the database is killed at each step and started again: what was acknowledged is there, processed, and nothing doubled', async ({
  ownStage: stage,
}) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api, 'core')
  const told: PlannedCall[] = []

  for (const step of [...receiving, ...processing]) {
    const calls = planCalls(20, phoneNumber, 70)
    const { pid } = stage.postgres
    await api.killAt(step, pid)
    const telling = tellOnce(stage, api, calls)
    await until(`the database dies at ${step}`, async () => !isRunning(pid))
    await stage.postgres.restart()
    const acknowledged = await telling
    // with the spool nobody need be told to come again
    expect(acknowledged, step).toHaveLength(calls.length)
    told.push(...calls)
    await until('the spool is drained', async () => (await storedOf(stage, calls)).length === calls.length)
    await stage.settled()
    expect(await stage.figures(id), step).toMatchObject({
      inbox: { processed: told.length },
      calls: told.length,
      entries: told.length,
      ledger: secondsOf(told),
      counter: secondsOf(told),
    })
  }

  await tellAll(stage, api, told)
  await stage.settled()
  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: 120 },
    keys: 120,
    ledger: secondsOf(told),
    counter: secondsOf(told),
    crossings: [80, 100],
    alerts: [80, 100],
  })
})

const tellAll = (stage: Stage, api: Process, calls: readonly PlannedCall[]) =>
  Promise.all(calls.map((call) => stage.provider.insist([api], retellEvent('call_ended', call))))

/** Tells each once and answers those that were acknowledged. */
async function tellOnce(stage: Stage, api: Process, calls: readonly PlannedCall[]): Promise<PlannedCall[]> {
  const answers = await Promise.all(calls.map((call) => stage.provider.tell(api, retellEvent('call_ended', call))))
  return calls.filter((_, index) => answers[index]?.status === 200)
}

test.concurrent('the process is killed with the commit of a STOP, before it could answer: it is in force, and told again it is the same one', async ({
  stage,
}) => {
  let api = await stage.start()
  const { phoneNumber } = await stage.customer(api, 'core')
  const stop = inboundText({ sid: `SM${'5'.repeat(32)}`, to: phoneNumber, body: 'Stop' }, stage.account)
  const inForce = async () => {
    const rows = await stage.sql`select channel, action from consents where line = ${phoneNumber} order by channel`
    return rows.map(({ channel, action }) => `${channel} ${action}`)
  }

  await api.killAt('intake.committed')
  await stage.provider.tell(api, stop)
  expect(await api.exited).toBe('SIGKILL')
  expect(await inForce()).toEqual(['sms revoke', 'voice revoke'])

  api = await api.restart()
  await stage.provider.insist([api], stop)
  await stage.settled()
  expect(await inForce()).toEqual(['sms revoke', 'voice revoke'])
})

/** Those whose bytes are in the inbox. */
async function storedOf({ sql }: Stage, calls: readonly PlannedCall[]): Promise<PlannedCall[]> {
  const rows = await sql<{ id: string }[]>`select body::jsonb #>> '{call,call_id}' as id from webhook_queue`
  const ids = new Set(rows.map((row) => row.id))
  return calls.filter((call) => ids.has(call.id))
}

type Replay = {
  id: string
  hash: string
  state: string
  progress: { done: number; skipped: number; failed: number }
  effects: { changed: number; seconds: number; bookedSeconds: number; money: unknown[] }
}
const replays = '/api/admin/webhook-queue/replays'

test.concurrent('a bulk replay of 300, two of each call, is killed twice while it runs and goes on: none is passed over, money is as planned, a second one moves none, and a cancelled one stops', async ({
  stage,
}) => {
  let api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const [call] = planCalls(1, phoneNumber, 60)
  if (call === undefined) throw new Error('no call was planned')
  await tellAll(stage, api, [call])
  await stage.settled()
  const [first] = await stage.sql`select id from webhook_queue`
  await stage.sql`
    insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding, body_bytes,
      body_sha256, verdict, secret_id, state, received_at, attempts)
    select uuidv7(), provider, door, event_type, phone_number, url, remote_address, headers, replace(body, ${call.id}, ${call.id} || '_' || (nth + 1) / 2),
      body_encoding, body_bytes, body_sha256, verdict, secret_id, 'dead', received_at, 8 from webhook_queue, generate_series(1, 300) as nth`
  const find = (replay: Replay) => stage.call<Replay>(api, 'GET', `${replays}/${replay.id}`)
  const plan = async (filter: object) => {
    const made = await stage.call<Replay>(api, 'POST', replays, { filter })
    await until('the plan is made', async () => (await find(made)).state === 'planned')
    return await find(made)
  }
  const run = ({ id, hash }: Replay) => stage.call<Replay>(api, 'POST', `${replays}/${id}/run`, { hash })
  /** The dead process held lease and job: both run out, here at once. */
  const takeUp = async () => {
    expect(await api.exited).toBe('SIGKILL')
    await stage.sql`update webhook_replays set lease_until = null`
    await stage.sql`update pgboss.job set state = 'retry', start_after = now() where name = 'webhooks.carryOutReplay' and state = 'active'`
    api = await api.restart()
  }

  /** Somebody else works on this one of the dead, in their order, until he lets it go: the run gets no further. */
  const workOn = async (place: number) => {
    const connection = await stage.sql.reserve()
    await connection`begin`
    const [nth] =
      await connection`select id from webhook_queue where id <> ${first?.id} order by id offset ${place - 1} limit 1`
    await connection`select from webhook_queue where id = ${nth?.id} for update`
    return async () => {
      await connection`commit`
      connection.release()
    }
  }

  const made = await plan({ state: 'dead' })
  expect(made).toMatchObject({ count: 300, effects: { changed: 150, seconds: 9000 } })
  await api.killAt('replay.written')
  await run(made)
  // the second of its call and early in its chunk: what came of the first ones stands by then, also of those behind it
  const letGo = await workOn(52)
  await takeUp()
  await until('some are replayed', async () => (await find(made)).progress.done >= 60)
  void api.kill()
  await letGo()
  await takeUp()
  await until('the replay is done', async () => (await find(made)).state !== 'running')
  expect(await find(made)).toMatchObject({
    state: 'done',
    progress: { done: 300, skipped: 0, failed: 0 },
    effects: { seconds: 9000, bookedSeconds: 9000 },
  })
  const booked = { calls: 151, entries: 151, ledger: 9060, counter: 9060 }
  expect(await stage.figures(id)).toMatchObject({ inbox: { processed: 301 }, ...booked })
  const attempts = () => stage.sql`select count(*)::int as replayed from webhook_attempts where outcome = 'replayed'`
  expect(await attempts()).toEqual([{ replayed: 300 }])

  const again = await plan({ phone: phoneNumber })
  expect(again).toMatchObject({ count: 301, effects: { changed: 0, seconds: 0, money: [] } })
  const letAgainGo = await workOn(200)
  await run(again)
  await until('some are replayed again', async () => (await find(again)).progress.done >= 20)
  await stage.call<Replay>(api, 'POST', `${replays}/${again.id}/cancel`, {})
  const { progress } = await find(again)
  await letAgainGo()
  await until('nobody works on it', async () => {
    const [row] =
      await stage.sql`select count(*)::int as jobs from pgboss.job where name = 'webhooks.carryOutReplay' and state in ('created', 'retry', 'active')`
    return row?.jobs === 0
  })
  expect(await find(again)).toMatchObject({ state: 'cancelled', progress })
  expect(await attempts()).toEqual([{ replayed: 300 + progress.done }])
  expect(progress.done).toBeLessThan(301)
  expect(await stage.figures(id)).toMatchObject({ inbox: { processed: 301 }, ...booked })
})
