import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
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
import { type Process, type Stage, test, until } from './stage.ts'

test('64 deliveries at once of each of 200 events, through two processes of which one is stopped or killed and started again, are 200 events', async ({
  stage,
}) => {
  const [first, second] = await Promise.all([stage.start(), stage.start({ data: 'other' })])
  const { id, phoneNumber } = await stage.customer(first)

  const calls = planCalls(200, phoneNumber)
  const stopped = await tellWide(stage, [first, second], calls, async () => {
    expect(await first.stop()).toBe(0)
    await first.restart()
  })
  const afterStop = await stage.figures(id)
  expect(afterStop).toMatchObject(exactly(calls))
  // whoever is told to stop answers all that it has taken
  expect(stopped.firsts).toEqual(Array(200).fill(1))
  expect(afterStop.duplicates).toBe(63 * 200)

  const others = planCalls(200, phoneNumber)
  const killed = await tellWide(stage, [first, second], others, async () => {
    expect(await second.kill()).toBe('SIGKILL')
    await second.restart()
  })
  const afterKill = await stage.figures(id)
  expect(afterKill).toMatchObject(exactly([...calls, ...others]))
  // what the killed one had taken it could not answer any more
  expect(Math.max(...killed.firsts)).toBe(1)
  expect(afterKill.duplicates - afterStop.duplicates).toBeGreaterThanOrEqual(63 * 200)
  expect(afterKill.duplicates - afterStop.duplicates).toBeLessThanOrEqual(killed.tries - 200)
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

test.concurrent('a forged delivery is refused and takes no place: the genuine one with the same name is the first', async ({
  stage,
}) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const call = planCall(phoneNumber, 90)
  const genuine = stage.provider.sign(retellEvent('call_ended', call))
  const signedBy = (secret: string, body = genuine.body, at = Date.now()) => ({
    ...genuine,
    body,
    headers: { ...genuine.headers, 'x-retell-signature': signRetell(body, secret, at) },
  })
  const { retellApiKey } = stage.account
  const longer = genuine.body.replace('"duration_ms":90000', '"duration_ms":900000')

  const forgeries = [
    { ...genuine, body: longer },
    signedBy('another secret', longer),
    signedBy(retellApiKey, genuine.body, Date.now() - 301_000),
    { ...genuine, headers: { 'content-type': 'application/json' } },
  ]
  for (const forgery of forgeries) expect(await post(api, forgery)).toMatchObject({ status: 401 })
  expect(await post(api, genuine)).toMatchObject({ status: 200, duplicate: false })
  for (const forgery of forgeries) expect(await post(api, forgery)).toMatchObject({ status: 401 })
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({
    ...exactly([call]),
    inbox: { processed: 1, quarantined: 8 },
    duplicates: 0,
  })
})

test.concurrent.for(['webhook_queue', 'idempotency_keys'])(
  'while %s is locked nothing is acknowledged; what waits too long is refused, the rest is taken when the lock goes',
  async (table, { stage }) => {
    const api = await stage.start()
    const { id, phoneNumber } = await stage.customer(api)
    const [early, late] = [planCalls(20, phoneNumber), planCalls(20, phoneNumber)]
    const answers: (number | undefined)[] = []
    const tell = (calls: readonly PlannedCall[]) =>
      Promise.all(
        calls.map(async (call) => {
          const answer = await stage.provider.tell(api, retellEvent('call_ended', call))
          answers.push(answer?.status)
        }),
      )

    const telling = await stage.sql.begin(async (sql) => {
      await sql.unsafe(`lock table ${table} in access exclusive mode`)
      const waiting = tell(early)
      await pause(1000)
      expect(answers).toEqual([])
      await waiting
      expect(answers).toEqual(Array(20).fill(503))
      return { late: tell(late) }
    })
    await telling.late
    expect(answers.slice(20)).toEqual(Array(20).fill(200))
    await stage.settled()
    expect(await stage.figures(id)).toMatchObject(exactly(late))

    const events = [...early, ...late].map((call) => retellEvent('call_ended', call))
    const again = await Promise.all(events.map((event) => stage.provider.insist([api], event)))
    expect(again.map(({ duplicate }) => duplicate)).toEqual([...Array(20).fill(false), ...Array(20).fill(true)])
    await stage.settled()
    expect(await stage.figures(id)).toMatchObject({ ...exactly([...early, ...late]), duplicates: 20 })
  },
)

test.concurrent('of a hundred webhooks one that cannot be stored as it is dies with its reason, and 99 are metered', async ({
  stage,
}) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const calls = planCalls(99, phoneNumber)
  const poison = retellEvent('call_ended', planCall(phoneNumber), { transcript: 'Agent: Good \u0000 morning' })
  const events = calls.map((call) => retellEvent('call_ended', call))
  events.splice(50, 0, poison)

  await stage.sql.begin(async (sql) => {
    // the worker waits at the counter, so that the rest is claimed in as few batches as can be
    await sql`lock table usage_limits in exclusive mode`
    for (const event of events) await stage.provider.insist([api], event)
  })
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({ ...exactly(calls), inbox: { processed: 99, dead: 1 }, keys: 100 })
  expect(await deadRows(stage)).toEqual([
    { attempts: 1, reason: expect.stringMatching(/invalid byte sequence|unsupported Unicode/) },
  ])
})

test.concurrent('signed bytes that nobody can read are acknowledged and kept as dead, with the reason', async ({
  stage,
}) => {
  const api = await stage.start()
  const { id } = await stage.customer(api)
  const { account, provider } = stage
  const retell = (body: string | Buffer) => ({
    path: '/webhooks/retell',
    headers: { 'x-retell-signature': signRetell(body, account.retellApiKey, Date.now()) },
    body,
  })
  const withoutSid = carrierEnded({ sid: '', to: '+13125550100', seconds: 60 }, account)
  const withoutStatus = inboundText({ sid: '', to: '+13125550100', body: 'Hello' }, account)

  for (const body of ['{"event":"call_ended",', '[]', '', Buffer.from([0xff, 0x00, 0xfe])]) {
    expect(await post(api, retell(body))).toMatchObject({ status: 200, duplicate: false })
    expect(await post(api, retell(body))).toMatchObject({ status: 200, duplicate: true })
  }
  for (const draft of [withoutSid, withoutStatus])
    expect(await provider.tell(api, draft)).toMatchObject({ status: 200 })
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({ inbox: { dead: 6 }, duplicates: 4, ledger: 0, counter: 0 })
  expect((await deadRows(stage)).map(({ reason }) => reason).sort()).toEqual([
    expect.stringContaining('The body has no «event»'),
    expect.stringContaining('The body is not JSON in UTF-8'),
    expect.stringContaining('The body is not JSON in UTF-8'),
    expect.stringContaining('The body is not JSON in UTF-8'),
    'The form names no CallSid and CallStatus',
    'The form names no MessageSid and status',
  ])
})

const deadRows = ({ sql }: Stage) =>
  sql<{ attempts: number; reason: string }[]>`
    select attempts, last_error as reason from webhook_queue where state = 'dead'`

/** These calls and no others, each kept, counted and charged once. */
const exactly = (calls: readonly PlannedCall[]) => ({
  inbox: { processed: calls.length },
  keys: calls.length,
  calls: calls.length,
  entries: calls.length,
  ledger: secondsOf(calls),
  counter: secondsOf(calls),
})
