import { expect } from 'vitest'
import { retellHeaders } from '../../apps/sim/src/draft.ts'
import { signRetell } from '../../apps/sim/src/retell/sign.ts'
import {
  carrierEnded,
  inboundText,
  type PlannedCall,
  planCall,
  planCalls,
  post,
  retellEvent,
  secondsOf,
} from './provider.ts'
import { drained, type Process, type Stage, test, until } from './stage.ts'

test('64 deliveries at once of each of 200 events, through two processes of which one is stopped or killed and started again, are 200 events', async ({
  stage,
}) => {
  const [first, second] = await Promise.all([stage.start(), stage.start({ data: 'other' })])
  const { id, phoneNumber } = await stage.customer(first)

  const calls = planCalls(120, phoneNumber)
  const stopped = await tellWide(stage, [first, second], calls, async () => {
    expect(await first.stop()).toBe(0)
    await first.restart()
  })
  const afterStop = await stage.figures(id)
  expect(afterStop).toMatchObject(exactly(calls))
  // whoever is told to stop answers all that it has taken
  expect(stopped.firsts).toEqual(Array(120).fill(1))
  expect(afterStop.duplicates).toBe(63 * 120)

  const others = planCalls(80, phoneNumber)
  const killed = await tellWide(stage, [first, second], others, async () => {
    expect(await second.kill()).toBe('SIGKILL')
    await second.restart()
  })
  const afterKill = await stage.figures(id)
  expect(afterKill).toMatchObject(exactly([...calls, ...others]))
  // what the killed one had taken it could not answer any more
  expect(Math.max(...killed.firsts)).toBe(1)
  expect(afterKill.duplicates - afterStop.duplicates).toBeGreaterThanOrEqual(63 * 80)
  expect(afterKill.duplicates - afterStop.duplicates).toBeLessThanOrEqual(killed.tries - 80)
})

/** Tells each call 64 times at once; when a third is acknowledged something happens. Answers how often each was the first. */
async function tellWide(
  stage: Stage,
  doors: readonly Process[],
  calls: readonly PlannedCall[],
  meanwhile: () => Promise<void>,
): Promise<{ firsts: number[]; tries: number }> {
  let acknowledged = 0
  let tries = 0
  const telling = calls.map(async (call) => {
    const event = retellEvent('call_ended', call)
    const answers = await Promise.all(
      Array.from({ length: 64 }, async (_, nth) => {
        const answer = await stage.provider.insist(doors, event, nth)
        acknowledged++
        tries += answer.tries
        return answer
      }),
    )
    return answers.filter(({ duplicate }) => !duplicate).length
  })
  await until('a third is acknowledged', async () => acknowledged > (calls.length * 64) / 3)
  await meanwhile()
  const firsts = await Promise.all(telling)
  await stage.settled()
  return { firsts, tries }
}

test.concurrent('while a table is locked all is acknowledged and rests in the spool, and is counted once when the lock goes', async ({
  stage,
}) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const told: PlannedCall[] = []

  for (const [nth, table] of ['webhook_queue', 'idempotency_keys'].entries()) {
    const [early, late] = [planCalls(20, phoneNumber), planCalls(20, phoneNumber)]
    const events = [...early, ...late].map((call) => retellEvent('call_ended', call))
    const tell = (some: typeof events) => Promise.all(some.map((event) => stage.provider.tell(api, event)))
    const answers: Awaited<ReturnType<typeof tell>> = []

    await stage.sql.begin(async (sql) => {
      await sql.unsafe(`lock table ${table} in access exclusive mode`)
      answers.push(...(await tell(events.slice(0, 20))), ...(await tell(events.slice(20))))
      expect(stage.spooled(), table).not.toEqual([])
    })

    expect(
      answers.map((answer) => answer?.status),
      table,
    ).toEqual(Array(40).fill(200))
    await drained(stage)
    await stage.settled()
    told.push(...early, ...late)
    expect(await stage.figures(id), table).toMatchObject({ ...exactly(told), duplicates: 40 * nth })

    // for a while the database is left alone, and who comes again is known as a duplicate only when the spool is drained
    await Promise.all(events.map((event) => stage.provider.insist([api], event)))
    await drained(stage)
    await stage.settled()
    expect(await stage.figures(id), table).toMatchObject({ ...exactly(told), duplicates: 40 * (nth + 1) })
  }
})

test.concurrent('what is forged takes no place; of what is genuine, what nobody can store or read dies with its reason, and the rest is metered', async ({
  stage,
}) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const { account, provider } = stage

  const call = planCall(phoneNumber, 90)
  const genuine = provider.sign(retellEvent('call_ended', call))
  const longer = genuine.body.replace('"duration_ms":90000', '"duration_ms":900000')
  const forgeries = [
    { ...genuine, body: longer },
    signedBy('another secret', longer),
    signedBy(account.retellApiKey, genuine.body, Date.now() - 301_000),
    { ...genuine, headers: { 'content-type': 'application/json' } },
  ]
  for (const forgery of forgeries) expect(await post(api, forgery)).toMatchObject({ status: 401 })
  expect(await post(api, genuine)).toMatchObject({ status: 200, duplicate: false })
  for (const forgery of forgeries) expect(await post(api, forgery)).toMatchObject({ status: 401 })
  await stage.settled()
  const quarantined = { quarantined: 8 }
  expect(await stage.figures(id)).toMatchObject({
    ...exactly([call]),
    inbox: { ...quarantined, processed: 1 },
    duplicates: 0,
  })

  const calls = planCalls(99, phoneNumber)
  const events = calls.map((call) => retellEvent('call_ended', call))
  // the worker meets what no code of ours has foreseen
  await stage.sql`alter table call_events add constraint no_poison check (transcript not like '%poison%')`
  events.splice(50, 0, retellEvent('call_ended', planCall(phoneNumber), { transcript: 'Agent: Some poison?' }))
  await stage.sql.begin(async (sql) => {
    // the worker waits at the counter, so that the rest is claimed in as few batches as can be
    await sql`lock table usage_limits in exclusive mode`
    for (const event of events) await stage.provider.insist([api], event)
  })
  await stage.settled()
  calls.push(call)
  expect(await stage.figures(id)).toMatchObject({
    ...exactly(calls),
    inbox: { ...quarantined, processed: 100, dead: 1 },
    keys: 101,
  })
  const [impossible, ...others] = await deadRows(stage)
  expect(others).toEqual([])
  expect(impossible?.reason).toContain('violates check constraint')
  // it is hopeless: whoever of those that work at once met it, one attempt is counted
  expect(impossible?.attempts).toBe(1)

  for (const body of ['{"event":"call_ended",', '[]', '', Buffer.from([0xff, 0x00, 0xfe])]) {
    const delivery = signedBy(account.retellApiKey, body)
    expect(await post(api, delivery)).toMatchObject({ status: 200, duplicate: false })
    expect(await post(api, delivery)).toMatchObject({ status: 200, duplicate: true })
  }
  const withoutSid = carrierEnded({ sid: '', to: phoneNumber, seconds: 60 }, account)
  const withoutStatus = inboundText({ sid: '', to: phoneNumber, body: 'Hello' }, account)
  for (const draft of [withoutSid, withoutStatus])
    expect(await provider.tell(api, draft)).toMatchObject({ status: 200 })

  expect(await stage.figures(id)).toMatchObject({
    ...exactly(calls),
    inbox: { ...quarantined, processed: 100, dead: 7 },
    keys: 107,
    duplicates: 4,
  })
  expect((await deadRows(stage)).slice(1).map(({ reason }) => reason)).toEqual([
    expect.stringContaining('The body is not JSON in UTF-8'),
    'The body has no «event»',
    expect.stringContaining('The body is not JSON in UTF-8'),
    expect.stringContaining('The body is not JSON in UTF-8'),
    'The form names no CallSid and CallStatus',
    'The form names no MessageSid and status',
  ])
})

/** What Retell would send with a secret of somebody's. */
const signedBy = (secret: string, body: string | Buffer, at = Date.now()) => ({
  path: '/webhooks/retell',
  body,
  headers: retellHeaders(signRetell(body, secret, at)),
})

test('a secret that is set, replaced or ended at one process is so at the other at once; killed as it is replaced, it is whole or was never', async ({
  stage,
}) => {
  const [api, second] = await Promise.all([stage.start({ role: 'web' }), stage.start({ role: 'web', data: 'other' })])
  let first = api
  const secretOf = (nth: number) => {
    const secret = `a-canary-of-retell-${nth}-77c0`
    stage.secrets.push(secret)
    return secret
  }
  let told = 0
  const isTaken = async (secret: string) => {
    const answer = await post(second, signedBy(secret, JSON.stringify({ event: 'call_unheard', nth: ++told })))
    return answer?.status === 200
  }
  type Written = { secret: { id: string } }
  const write = (path: string, body: object) =>
    stage.call<Written>(first, 'POST', `/api/admin/webhook-secrets${path}`, body)
  // each would be seen after 15 seconds at the latest, all five together would not
  const soon = 4000
  let old = secretOf(0)
  let { secret } = await write('', { provider: 'retell', secret: old })
  await until('the other takes what is set', () => isTaken(old), soon)
  for (const nth of [1, 2]) {
    const next = secretOf(nth)
    ;({ secret } = await write(`/${secret.id}/rotate`, { secret: next, overlapHours: 0 }))
    await until('the other takes the next', () => isTaken(next), soon)
    await until('the other refuses the one before', async () => !(await isTaken(old)), soon)
    old = next
  }

  await first.killAt('webhooks.secret_written')
  await expect(write(`/${secret.id}/rotate`, { secret: secretOf(3), overlapHours: 0 })).rejects.toThrow()
  expect(await first.exited).toBe('SIGKILL')
  first = await first.restart()
  expect(await isTaken(old)).toBe(true)
  const rows = await stage.sql`
    select not_after is null as stays from webhook_sources where provider = 'retell' order by created_at, id`
  expect(rows.map(({ stays }) => stays)).toEqual([true, false, false, true])
})

const deadRows = ({ sql }: Stage) =>
  sql<{ attempts: number; reason: string }[]>`
    select attempts, last_error as reason from webhook_queue where state = 'dead' order by id`

/** These calls and no others, each kept, counted and charged once. */
const exactly = (calls: readonly PlannedCall[]) => ({
  inbox: { processed: calls.length },
  keys: calls.length,
  calls: calls.length,
  entries: calls.length,
  ledger: secondsOf(calls),
  counter: secondsOf(calls),
})
