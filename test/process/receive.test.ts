import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { signRetell } from '../../apps/sim/src/retell/sign.ts'
import { planCalls, post, retellEvent, secondsOf } from './provider.ts'
import { test, until } from './stage.ts'

test.for([
  { ending: 'told to stop', end: 'stop', code: 0 },
  { ending: 'killed', end: 'kill', code: 'SIGKILL' },
] as const)(
  '64 deliveries at once of each of 200 events, through two processes of which one is $ending and started again, are 200 events',
  async ({ end, code }, { stage }) => {
    const [first, second] = await Promise.all([stage.start(), stage.start({ data: 'other' })])
    const { id, phoneNumber } = await stage.customer(first)
    const calls = planCalls(200, phoneNumber)
    let acknowledged = 0
    const tellings = calls.map(async (call) => {
      const event = retellEvent('call_ended', call)
      return await Promise.all(
        Array.from({ length: 64 }, async (_, nth) => {
          const { duplicate, tries } = await stage.provider.insist([first, second], event, nth)
          acknowledged++
          return { isFirst: !duplicate, tries }
        }),
      )
    })
    await until('a third is acknowledged', async () => acknowledged > 64 * 70)
    expect(await first[end]()).toBe(code)
    await first.restart()
    const answers = await Promise.all(tellings)
    await stage.settled()

    const figures = await stage.figures(id)
    expect(figures).toMatchObject({
      inbox: { processed: 200 },
      keys: 200,
      calls: 200,
      entries: 200,
      ledger: secondsOf(calls),
      counter: secondsOf(calls),
    })
    const firsts = answers.map((told) => told.filter(({ isFirst }) => isFirst).length)
    const tries = answers.flat().reduce((sum, { tries }) => sum + tries, 0)
    if (end === 'stop') {
      // whoever is told to stop answers what it has taken: nothing is told twice
      expect(new Set(firsts)).toEqual(new Set([1]))
      expect(figures.duplicates).toBe(64 * 200 - 200)
    } else {
      // the answer to the first may have died with the process
      expect(Math.max(...firsts)).toBe(1)
      expect(figures.duplicates).toBeGreaterThanOrEqual(64 * 200 - 200)
      expect(figures.duplicates).toBeLessThanOrEqual(tries - 200)
    }
  },
)

test('a forged delivery is refused and takes no place: the genuine one with the same name is the first', async ({ stage }) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const [call] = planCalls(1, phoneNumber, 90)
  const genuine = stage.provider.sign(retellEvent('call_ended', call!))
  const longer = genuine.body.replace('"duration_ms":90000', '"duration_ms":900000')
  const signature = (body: string, secret: string) => ({ ...genuine.headers, 'x-retell-signature': signRetell(body, secret, Date.now()) })

  const forgeries = [
    { ...genuine, body: longer },
    { ...genuine, body: longer, headers: signature(longer, 'another secret') },
    { ...genuine, headers: { 'content-type': 'application/json' } },
    { ...genuine, headers: { ...genuine.headers, 'x-retell-signature': signRetell(genuine.body, stage.account.retellApiKey, Date.now() - 301_000) } },
  ]
  for (const forgery of forgeries) expect((await post(api, forgery))?.status).toBe(401)
  expect(await post(api, genuine)).toMatchObject({ status: 200, duplicate: false })
  expect((await post(api, forgeries[0]!))?.status).toBe(401)
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({ inbox: { processed: 1, quarantined: 5 }, keys: 1, duplicates: 0, ledger: 90, counter: 90 })
})

test.concurrent.for(['webhook_queue', 'idempotency_keys'])(
  'while %s is locked nothing is acknowledged; it is refused when that takes too long, and taken when the lock goes',
  async (table, { stage }) => {
    const api = await stage.start()
    const { id, phoneNumber } = await stage.customer(api)
    const [early, late] = [planCalls(20, phoneNumber), planCalls(20, phoneNumber)]
    const answers: (number | undefined)[] = []
    const tell = (calls: typeof early) =>
      Promise.all(
        calls.map(async (call) => {
          const answer = await stage.provider.tell(api, retellEvent('call_ended', call))
          answers.push(answer?.status)
          return answer?.status
        }),
      )

    const { refused, taken } = await stage.sql.begin(async (sql) => {
      await sql.unsafe(`lock table ${table} in access exclusive mode`)
      const first = tell(early)
      await pause(2000)
      expect(answers).toEqual([])
      const refused = await first
      // what is told now is still waiting when the lock goes
      return { refused, taken: tell(late) }
    })
    expect(new Set(refused)).toEqual(new Set([503]))
    expect(new Set(await taken)).toEqual(new Set([200]))
    await stage.settled()
    expect(await stage.figures(id)).toMatchObject({ inbox: { processed: 20 }, keys: 20, ledger: secondsOf(late) })

    const again = await Promise.all(
      [...early, ...late].map((call) => stage.provider.insist([api], retellEvent('call_ended', call))),
    )
    expect(again.filter(({ duplicate }) => !duplicate)).toHaveLength(20)
    await stage.settled()
    const all = [...early, ...late]
    expect(await stage.figures(id)).toMatchObject({ keys: 40, calls: 40, ledger: secondsOf(all), counter: secondsOf(all) })
  },
)

test('of a hundred webhooks one that cannot be stored as it is dies with its reason, and 99 are metered', async ({ stage }) => {
  const api = await stage.start()
  const { id, phoneNumber } = await stage.customer(api)
  const calls = planCalls(99, phoneNumber)
  const [poison] = planCalls(1, phoneNumber)
  const events = [
    ...calls.slice(0, 50).map((call) => retellEvent('call_ended', call)),
    retellEvent('call_ended', poison!, { transcript: 'Agent: Good \u0000 morning' }),
    ...calls.slice(50).map((call) => retellEvent('call_ended', call)),
  ]

  await stage.sql.begin(async (sql) => {
    // the worker waits, so that all hundred are claimed together
    await sql`lock table usage_limits in exclusive mode`
    await Promise.all(events.map((event) => stage.provider.insist([api], event)))
  })
  await stage.settled()

  expect(await stage.figures(id)).toMatchObject({ inbox: { processed: 99, dead: 1 }, calls: 99, ledger: secondsOf(calls), counter: secondsOf(calls) })
  const [dead] = await stage.sql`select attempts, last_error from webhook_queue where state = 'dead'`
  expect(dead).toEqual({ attempts: 1, last_error: expect.stringMatching(/invalid byte sequence|unsupported Unicode/) })
})
