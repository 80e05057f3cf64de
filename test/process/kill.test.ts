import { expect } from 'vitest'
import { isRunning } from '../../packages/db/src/local/process.ts'
import { inboundText, type PlannedCall, planCalls, retellEvent, secondsOf } from './provider.ts'
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
