import { toWireId, wireId } from '@trunkline/core/platform/wire-id'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { telnyxEvent, telnyxHeaders } from '../testing/signing.ts'
import { openWorld, retellCall, twilioStatus, type World } from '../testing/world.ts'
import { processBatch } from '../webhooks/process.ts'
import { checkUsage } from './check.ts'
import { expireHolds } from './expire-holds.ts'
import { meterUsage } from './meter.ts'
import { settleHold } from './settle.ts'
import { takeBackSettled } from './take-back-settled.ts'
import { waiveUsage } from './waive.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

async function customer(caps: { seconds?: number; segments?: number; grace?: number } = {}): Promise<string> {
  const { id } = await world.customer()
  const { seconds = 9000, segments = 250, grace = 600 } = caps
  await world.owner`
    update usage_limits set call_cap_seconds = ${seconds}, sms_cap = ${segments}, grace_seconds = ${grace} where customer_id = ${id}`
  return id
}
const check = (customerId: string, kind: 'call' | 'sms', quantity: number) =>
  checkUsage(world.ctx(), { customerId, kind, quantity })
const settle = (holdId: string | null, quantity?: number) =>
  settleHold(world.ctx(), { holdId: wireId('hold').parse(holdId), quantity, ownedBy: null })
const limitsOf = async (customerId: string) => {
  const [row] = await world.owner`
    select call_used_seconds::int as used, call_reserved_seconds::int as reserved, sms_used::int, sms_reserved::int
    from usage_limits where customer_id = ${customerId}`
  return row
}
const ledgerOf = async (customerId: string) => {
  const rows = await world.owner`
    select meter, kind, quantity::int from usage_entries where customer_id = ${customerId} order by id`
  return rows.map(({ meter, kind, quantity }) => `${meter} ${kind} ${quantity}`)
}

test('64 that ask at the same moment never pass the hard limit, and all that fits is given (K-10)', async () => {
  const id = await customer({ seconds: 1000, grace: 60 })

  const answers = await Promise.all(Array.from({ length: 64 }, () => check(id, 'call', 60)))

  const allowed = answers.filter((answer) => answer.allowed)
  expect(allowed).toHaveLength(17)
  expect(new Set(allowed.map(({ holdId }) => holdId)).size).toBe(17)
  expect(answers.filter((answer) => !answer.allowed)).toSatisfy((refused: { reason: string; holdId: null }[]) =>
    refused.every(({ reason, holdId }) => reason === 'insufficient_allowance' && holdId === null),
  )
  expect(await limitsOf(id)).toMatchObject({ used: 0, reserved: 1020 })
})

test('many that ask at the same moment share a statement, and nobody waits for a counter that is not his (K-10)', async () => {
  const [held = '', ...others] = await Promise.all(
    Array.from({ length: 8 }, () => customer({ seconds: 200, grace: 0 })),
  )
  const letGo = Promise.withResolvers<void>()
  const isHeld = Promise.withResolvers<void>()
  const holder = world.owner.begin(async (holding) => {
    await holding`select 1 from usage_limits where customer_id = ${held} for update`
    isHeld.resolve()
    await letGo.promise
  })
  await isHeld.promise

  const waiting = check(held, 'call', 60)
  const answers = await Promise.all(others.flatMap((id) => Array.from({ length: 4 }, () => check(id, 'call', 60))))
  letGo.resolve()
  await holder

  expect(await waiting).toMatchObject({ allowed: true, evidence: { reserved: 60 } })
  expect(answers.filter(({ allowed }) => allowed)).toHaveLength(3 * others.length)
  for (const id of others) expect(await limitsOf(id)).toMatchObject({ used: 0, reserved: 180 })
  const holds = await world.owner`
    select customer_id, count(*)::int as holds, sum(quantity)::int as seconds from usage_holds
    where customer_id = any (${others}) and state = 'open' group by 1`
  expect(holds.map(({ holds, seconds }) => [holds, seconds])).toEqual(others.map(() => [3, 180]))
})

test('until when units are promised is told as it is kept', async () => {
  const id = await customer()

  const told: unknown[] = []
  for (let time = 0; time < 16; time++) told.push((await check(id, 'call', 60)).expiresAt)

  const kept = await world.owner`select expires_at from usage_holds where customer_id = ${id} order by id`
  expect(told).toEqual(kept.map(({ expires_at }) => expires_at.toISOString()))
})

test('asking, settling and metering at the same moment keep used and reserved exact (K-10)', async () => {
  const id = await customer({ seconds: 100_000 })

  await Promise.all(
    Array.from({ length: 32 }, async (_, index) => {
      const { holdId } = await check(id, 'call', 60)
      await settle(holdId, index % 2 === 0 ? 45 : undefined)
      await meterUsage(world.ctx(), [
        {
          meter: 'call_seconds',
          idemKey: `call:${id}:${index}`,
          customerId: id,
          quantity: 10,
          occurredAt: new Date().toISOString(),
          eventId: id,
          webhookId: undefined,
        },
      ])
    }),
  )

  expect(await limitsOf(id)).toMatchObject({ used: 16 * 45 + 32 * 10, reserved: 0 })
})

test('sixteen that meter one call at the same moment book it once, and the last figure stands (K-10)', async () => {
  const id = await customer()
  const charge = (quantity: number) =>
    inTransaction(world.ctx(), (ctx) =>
      meterUsage(ctx, [
        {
          meter: 'call_seconds',
          idemKey: `call:${id}`,
          customerId: id,
          quantity,
          occurredAt: new Date().toISOString(),
          eventId: id,
          webhookId: undefined,
        },
      ]),
    )

  const booked = await Promise.all(Array.from({ length: 16 }, () => charge(60)))
  const corrected = await Promise.all(Array.from({ length: 16 }, () => charge(55)))

  for (const all of [booked, corrected]) expect(all.reduce((sum, one) => sum + one.booked, 0)).toBe(1)
  expect(await ledgerOf(id)).toEqual(['call_seconds usage 60', 'call_seconds revision -5'])
  expect(await limitsOf(id)).toMatchObject({ used: 55 })
})

test('texts stop at the cap, without grace, and stop no voice (K-15)', async () => {
  const id = await customer({ segments: 3 })

  const answers = await Promise.all(Array.from({ length: 8 }, () => check(id, 'sms', 1)))

  expect(answers.filter(({ allowed }) => allowed)).toHaveLength(3)
  expect(await check(id, 'call', 60)).toMatchObject({ allowed: true, reason: 'within_limit' })
})

test('a top-up lifts the stop at once (K-12)', async () => {
  const id = await customer({ seconds: 60, grace: 0 })
  await check(id, 'call', 60)
  expect(await check(id, 'call', 60)).toMatchObject({ allowed: false })

  await world.owner`update usage_limits set call_credit_seconds = 600 where customer_id = ${id}`

  expect(await check(id, 'call', 60)).toMatchObject({ allowed: true })
})

test('who is paused is told so, whatever is left (K-11)', async () => {
  const id = await customer()
  await world.owner`update usage_limits set force_pause = true where customer_id = ${id}`

  expect(await check(id, 'call', 1)).toMatchObject({ allowed: false, reason: 'paused', holdId: null })
})

test('who is beyond the hard stop is told so', async () => {
  const id = await customer({ seconds: 60, grace: 0 })
  const { holdId } = await check(id, 'call', 60)
  await settle(holdId, 60)

  expect(await check(id, 'call', 1)).toMatchObject({ allowed: false, reason: 'hard_stop', holdId: null })
})

test('settling with a quantity frees the hold and charges it, once (K-14, K-16)', async () => {
  const id = await customer()
  const { holdId } = await check(id, 'call', 120)

  expect(await settle(holdId, 95)).toEqual({ settled: true, overrun: 0 })
  expect(await settle(holdId, 95)).toEqual({ settled: false, overrun: 0 })
  expect(await settle(holdId)).toEqual({ settled: false, overrun: 0 })

  expect(await limitsOf(id)).toMatchObject({ used: 95, reserved: 0 })
  expect(await ledgerOf(id)).toEqual(['call_seconds usage 95'])
})

test('sixteen that settle one hold at the same moment charge it once', async () => {
  const id = await customer()
  const { holdId } = await check(id, 'call', 120)

  const answers = await Promise.all(Array.from({ length: 16 }, () => settle(holdId, 95)))

  expect(answers.filter(({ settled }) => settled)).toHaveLength(1)
  expect(await limitsOf(id)).toMatchObject({ used: 95, reserved: 0 })
})

test('settling again with another quantity is a conflict, and changes nothing', async () => {
  const id = await customer()
  const { holdId } = await check(id, 'call', 120)
  await settle(holdId, 95)

  await expect(settle(holdId, 96)).rejects.toMatchObject({ refusal: 'conflict' })

  expect(await ledgerOf(id)).toEqual(['call_seconds usage 95'])
})

test('settling without a quantity only frees: the provider’s own report charges', async () => {
  const id = await customer()
  const { holdId } = await check(id, 'sms', 2)

  expect(await settle(holdId)).toEqual({ settled: true, overrun: 0 })

  expect(await limitsOf(id)).toMatchObject({ sms_used: 0, sms_reserved: 0 })
  expect(await ledgerOf(id)).toEqual([])
})

test('a call that outran its hold is charged in full, and the overrun is named', async () => {
  const id = await customer()
  const { holdId } = await check(id, 'call', 60)

  expect(await settle(holdId, 100)).toEqual({ settled: true, overrun: 40 })
  expect(await limitsOf(id)).toMatchObject({ used: 100, reserved: 0 })
})

test('a hold that nobody settles expires and frees what it held, once (C-12)', async () => {
  const id = await customer({ seconds: 60, grace: 0 })
  await check(id, 'call', 60)
  expect(await check(id, 'call', 60)).toMatchObject({ allowed: false })
  await world.owner`update usage_holds set expires_at = now() - interval '1 second' where customer_id = ${id}`

  await Promise.all([expireHolds(world.ctx()), expireHolds(world.ctx()), expireHolds(world.ctx())])

  expect(await limitsOf(id)).toMatchObject({ reserved: 0 })
  expect(await check(id, 'call', 60)).toMatchObject({ allowed: true })
})

test('a hold that cannot be freed keeps nobody else’s', async () => {
  const [broken, other] = [await customer({ seconds: 60, grace: 0 }), await customer({ seconds: 60, grace: 0 })]
  for (const id of [broken, other]) await check(id, 'call', 60)
  await world.owner`update customers set timezone = 'Mars/Olympus' where id = ${broken}`
  await world.owner`update usage_limits set period_end = now() where customer_id = ${broken}`
  await world.owner`update usage_holds set expires_at = now() - interval '1 hour' where customer_id = ${broken}`
  await world.owner`update usage_holds set expires_at = now() - interval '1 second' where customer_id = ${other}`

  await expect(expireHolds(world.ctx())).rejects.toThrow()

  expect(await limitsOf(other)).toMatchObject({ reserved: 0 })
  await world.owner`update customers set timezone = 'UTC' where id = ${broken}`
  await expireHolds(world.ctx())
  expect(await limitsOf(broken)).toMatchObject({ reserved: 0 })
})

test('a hold that is still good does not expire', async () => {
  const id = await customer()
  await check(id, 'call', 60)

  await expireHolds(world.ctx())

  expect(await limitsOf(id)).toMatchObject({ reserved: 60 })
})

test('a hold that expired may still be settled: what was spoken is charged, nothing is freed twice', async () => {
  const id = await customer()
  const { holdId } = await check(id, 'call', 60)
  await check(id, 'call', 30)
  await world.owner`update usage_holds set expires_at = now() - interval '1 second' where customer_id = ${id} and quantity = 60`
  await expireHolds(world.ctx())

  expect(await settle(holdId, 50)).toMatchObject({ settled: true })

  expect(await limitsOf(id)).toMatchObject({ used: 50, reserved: 30 })
})

test('expiry and settlement at the same moment free a hold once', async () => {
  const id = await customer()
  const holds = await Promise.all(Array.from({ length: 12 }, () => check(id, 'call', 10)))
  await world.owner`update usage_holds set expires_at = now() - interval '1 second' where customer_id = ${id}`

  await Promise.all([...holds.map(({ holdId }) => settle(holdId)), expireHolds(world.ctx()), expireHolds(world.ctx())])
  await expireHolds(world.ctx())

  expect(await limitsOf(id)).toMatchObject({ used: 0, reserved: 0 })
})

test('a customer that does not exist is not found, at either door', async () => {
  const nobody = '01890a5d-ac96-774b-bcce-b302099a8057'

  await expect(check(nobody, 'call', 1)).rejects.toMatchObject({ refusal: 'not_found' })
  expect(
    await world.rest('POST', '/api/usage/check', {
      token: operator,
      body: { customerId: toWireId('customer', nobody), kind: 'call', quantity: 1 },
    }),
  ).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  expect(
    await world.rest('POST', `/api/usage/holds/hld_${'0'.repeat(32)}/settle`, { token: operator, body: {} }),
  ).toMatchObject({ status: 404 })
})

test.each([0, -1, 1.5, 86_401, 'many', null])(
  'a quantity of %s is refused, and the field is named',
  async (quantity) => {
    const id = await customer()

    const { status, body } = await world.rest('POST', '/api/usage/check', {
      token: operator,
      body: { customerId: toWireId('customer', id), kind: 'call', quantity },
    })

    expect([status, body.error.code, Object.keys(body.error.fields)]).toEqual([400, 'invalid', ['quantity']])
    expect(await limitsOf(id)).toMatchObject({ reserved: 0 })
  },
)

test('an owner sees, asks and settles for his own customer alone', async () => {
  const [own, other] = [await customer(), await customer()]
  const token = await world.signIn('owner', own)
  const status = (id?: string) =>
    world.rest('GET', `/api/usage/status${id === undefined ? '' : `?customerId=${toWireId('customer', id)}`}`, {
      token,
    })
  const ask = (id: string) =>
    world.rest('POST', '/api/usage/check', {
      token,
      body: { customerId: toWireId('customer', id), kind: 'call', quantity: 9 },
    })
  const end = (holdId: string | null) => world.rest('POST', `/api/usage/holds/${holdId}/settle`, { token, body: {} })

  expect(await status()).toMatchObject({ status: 200, body: { customerId: toWireId('customer', own) } })
  expect(await status(own)).toMatchObject({ status: 200 })
  expect(await status(other)).toMatchObject({ status: 404 })
  expect(await ask(other)).toMatchObject({ status: 404 })
  expect(await end((await check(other, 'call', 9)).holdId)).toMatchObject({ status: 404 })
  expect(await limitsOf(other)).toMatchObject({ reserved: 9 })
  const asked = await ask(own)
  expect(asked).toMatchObject({ status: 200, body: { allowed: true } })
  expect(await end(asked.body.holdId)).toMatchObject({ status: 200, body: { settled: true } })
})

describe('a call that is settled by its provider’s id and reported by the provider too', () => {
  const settleCall = (holdId: string | null, quantity: number | undefined, providerId: string) =>
    settleHold(world.ctx(), { holdId: wireId('hold').parse(holdId), quantity, providerId, ownedBy: null })
  const newCall = async (seconds = 90) => {
    const { id, phoneNumber } = await world.customer()
    const sid = `CA${id.replaceAll('-', '')}`
    return { id, phoneNumber, sid, call: retellCall({ to: phoneNumber, seconds, sid }) }
  }
  const bookedOf = async (id: string) => {
    const [row] = await world.owner`
      select sum(quantity)::int as ledger, (select sum(booked)::int from usage_keys where customer_id = ${id}) as booked
      from usage_entries where customer_id = ${id}`
    return { ...row, used: (await limitsOf(id))?.used, reserved: (await limitsOf(id))?.reserved }
  }

  test('is charged once when settling comes first: the provider’s figure replaces ours', async () => {
    const { id, call } = await newCall(90)
    const { holdId } = await check(id, 'call', 120)

    expect(await settleCall(holdId, 95, call.id)).toEqual({ settled: true, overrun: 0 })
    expect(await bookedOf(id)).toEqual({ ledger: 95, booked: 95, used: 95, reserved: 0 })
    for (const event of [call.started, call.ended, call.analyzed]) await world.retell(event)
    await world.process()

    expect(await bookedOf(id)).toEqual({ ledger: 90, booked: 90, used: 90, reserved: 0 })
    expect((await ledgerOf(id)).sort()).toEqual([
      'call_seconds usage 90',
      'call_seconds usage 95',
      'call_seconds void -95',
    ])
  })

  test('is charged once when the report comes first: settling only frees', async () => {
    const { id, call } = await newCall(90)
    const { holdId } = await check(id, 'call', 60)
    await world.retell(call.ended)
    await world.process()

    expect(await settleCall(holdId, 95, call.id)).toEqual({ settled: true, overrun: 35 })

    expect(await bookedOf(id)).toEqual({ ledger: 90, booked: 90, used: 90, reserved: 0 })
  })

  test('is charged once under either of its names, though the carrier had reported it before Retell did', async () => {
    const { id, phoneNumber, sid, call } = await newCall(90)
    await world.twilio('status', twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 90 }))
    await world.process()
    const holds = [await check(id, 'call', 60), await check(id, 'call', 60)]

    await settleCall(holds[0]?.holdId ?? null, 95, call.id)
    await settleCall(holds[1]?.holdId ?? null, 95, sid)
    await world.retell(call.ended)
    await world.process()

    expect(await bookedOf(id)).toEqual({ ledger: 90, booked: 90, used: 90, reserved: 0 })
  })

  test.each(['call_control_id', 'call_leg_id'] as const)(
    'is charged once, and holds nothing more, under the %s that Telnyx gives it',
    async (name) => {
      const { id, phoneNumber } = await world.customer()
      const leg = {
        call_control_id: `v3:${newId()}`,
        call_leg_id: newId(),
        direction: 'incoming',
        from: '+13125550101',
        to: phoneNumber,
      }
      const ask = () => checkUsage(world.ctx(), { customerId: id, kind: 'call', quantity: 60, providerId: leg[name] })
      const { holdId } = await ask()
      await settleCall(holdId, 35, leg[name])
      await ask()

      const began = Date.now() - 60_000
      for (const [type, payload, at] of [
        ['call.initiated', leg, began],
        ['call.answered', leg, began + 1000],
        ['call.hangup', { ...leg, hangup_cause: 'normal_clearing' }, began + 31_000],
      ] as const) {
        const event = telnyxEvent(type, payload, at)
        const body = JSON.stringify(event)
        await world.app.inject({ method: 'POST', url: '/webhooks/telnyx', headers: telnyxHeaders(body), payload: body })
      }
      await world.process()

      expect(await bookedOf(id)).toEqual({ ledger: 30, booked: 30, used: 30, reserved: 0 })
    },
  )

  test('is charged once however the two race', async () => {
    const calls = await Promise.all(Array.from({ length: 12 }, () => newCall(90)))
    const holds = await Promise.all(calls.map(({ id }) => check(id, 'call', 120)))
    // every second one is known to the carrier already, so that Retell's report changes no figure
    for (const [index, { sid, phoneNumber }] of calls.entries())
      if (index % 2 === 0)
        await world.twilio('status', twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 90 }))
    await world.process()
    for (const { call } of calls) await world.retell(call.ended)

    await Promise.all([
      ...calls.map(({ call }, index) => settleCall(holds[index]?.holdId ?? null, 95, call.id)),
      ...Array.from({ length: 6 }, () => processBatch(world.ctx(), { limit: 2 })),
    ])
    await world.process()

    for (const { id } of calls) expect(await bookedOf(id)).toEqual({ ledger: 90, booked: 90, used: 90, reserved: 0 })
  })

  test('is charged once though it is settled while the report that first names it so is under way and changes no figure', async () => {
    const { id, phoneNumber, sid, call } = await newCall(90)
    await world.twilio('status', twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 90 }))
    await world.process()
    const { holdId } = await check(id, 'call', 60)
    await world.retell(call.ended)
    let settled: Promise<unknown> = Promise.resolve()
    let isOver = false

    await inTransaction(world.ctx(), async (ctx) => {
      await processBatch(ctx, { limit: 1 })
      settled = settleCall(holdId, 95, call.id).finally(() => {
        isOver = true
      })
      const waiting = () => world.owner`
        select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      await expect.poll(async () => isOver || (await waiting()).length === 1).toBe(true)
    })
    await settled

    expect(await bookedOf(id)).toEqual({ ledger: 90, booked: 90, used: 90, reserved: 0 })
  })

  test('is charged once though two holds are settled for it at the same moment', async () => {
    const { id, call } = await newCall()
    const holds = await Promise.all([check(id, 'call', 60), check(id, 'call', 60)])

    await Promise.all(holds.map(({ holdId }) => settleCall(holdId, 50, call.id)))

    expect(await bookedOf(id)).toEqual({ ledger: 50, booked: 50, used: 50, reserved: 0 })
  })

  test('stays free when the provider says that nobody spoke', async () => {
    const { id, call } = await newCall(0)
    const { holdId } = await check(id, 'call', 60)
    await world.retell(call.ended)
    await world.process()

    await settleCall(holdId, 50, call.id)

    expect(await limitsOf(id)).toMatchObject({ used: 0, reserved: 0 })
  })

  test('is charged once when it is a text', async () => {
    const { id, phoneNumber } = await world.customer()
    const sids = ['first', 'second'].map((name) => `SM${name}${id.replaceAll('-', '')}`)
    const report = (MessageSid = '') =>
      world.twilio('sms', { MessageSid, From: '+14155550123', To: phoneNumber, Body: 'Hello', NumSegments: '2' })
    const holds = [await check(id, 'sms', 2), await check(id, 'sms', 2)]
    await report(sids[0])
    await world.process()

    for (const [index, sid] of sids.entries()) await settleCall(holds[index]?.holdId ?? null, 3, sid)
    await report(sids[1])
    await world.process()

    expect(await limitsOf(id)).toMatchObject({ sms_used: 4, sms_reserved: 0 })
  })

  test.each(['before', 'after'])(
    'is nobody else’s: whoever settles with the id of another customer’s call is refused %s it is charged',
    async (when) => {
      const [theirs, other] = [await newCall(90), await customer()]
      const { holdId } = await check(other, 'call', 60)
      await world.retell(when === 'after' ? theirs.call.ended : theirs.call.started)
      await world.process()

      await expect(settleCall(holdId, 5, theirs.call.id)).rejects.toMatchObject({
        refusal: 'invalid',
        fields: { providerId: expect.any(String) },
      })

      expect(await limitsOf(other)).toMatchObject({ used: 0, reserved: 60 })
      expect(await ledgerOf(other)).toEqual([])
    },
  )

  test('is taken back from who settled it when the provider’s report shows that it was another customer’s', async () => {
    const [theirs, other] = [await newCall(90), await customer()]
    const { holdId } = await check(other, 'call', 60)
    await settleCall(holdId, 50, theirs.call.id)

    await world.retell(theirs.call.ended)
    await world.process()

    expect(await limitsOf(other)).toMatchObject({ used: 0, reserved: 0 })
    expect(await limitsOf(theirs.id)).toMatchObject({ used: 90 })
  })

  test('is taken back from who settled it while the report that makes it another customer’s was under way', async () => {
    const [theirs, other] = [await newCall(90), await customer()]
    const { holdId } = await check(other, 'call', 60)
    await world.retell(theirs.call.ended)
    await inTransaction(world.ctx(), async (ctx) => {
      await processBatch(ctx, { limit: 1 })
      await settleCall(holdId, 50, theirs.call.id)
    })

    for (let nth = 0; nth < 2; nth++) await Promise.all([1, 2].map(() => takeBackSettled(world.ctx())))

    expect(await bookedOf(other)).toEqual({ ledger: 0, booked: 0, used: 0, reserved: 0 })
    expect(await ledgerOf(other)).toEqual(['call_seconds usage 50', 'call_seconds void -50'])
    expect(await bookedOf(theirs.id)).toMatchObject({ ledger: 90, booked: 90, used: 90 })
  })

  test.each(['settling', 'the report'])(
    'is charged once when only the hold’s id is known, and comes back in the provider’s metadata: %s first',
    async (first) => {
      const { id, call } = await newCall(90)
      const { holdId } = await check(id, 'call', 120)
      const ended = { ...call.ended, call: { ...call.ended.call, metadata: { hold_id: holdId } } }
      const steps = [
        () => settle(holdId, 95),
        async () => {
          await world.retell(ended)
          await world.process()
        },
      ]

      for (const step of first === 'settling' ? steps : steps.reverse()) await step()

      expect(await bookedOf(id)).toEqual({ ledger: 90, booked: 90, used: 90, reserved: 0 })
    },
  )

  test.each(['provider’s id', 'hold'])(
    'stays waived when the call that was settled under its %s is reported, and reported otherwise again',
    async (name) => {
      const { id, call, sid, phoneNumber } = await newCall(90)
      const { holdId } = await check(id, 'call', 120)
      const named = (event: typeof call.ended) =>
        name === 'hold' ? { ...event, call: { ...event.call, metadata: { hold_id: holdId } } } : event
      await (name === 'hold' ? settle(holdId, 95) : settleCall(holdId, 95, call.id))
      const [entry] = await world.owner`select id from usage_entries where customer_id = ${id}`
      await waiveUsage(world.ctx(), { entryId: entry?.id, reason: 'A test call of ours' })

      // its carrier tells of it first, under another name
      await world.twilio('status', twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 93 }))
      await world.process()
      await world.retell(named(call.ended))
      await world.process()
      const { analyzed } = retellCall({ to: phoneNumber, seconds: 91, sid, id: call.id })
      await world.retell(named(analyzed))
      await world.process()

      expect(await bookedOf(id)).toEqual({ ledger: 0, booked: 0, used: 0, reserved: 0 })
    },
  )

  test('is charged to whose it is though somebody else’s settling of it was waived', async () => {
    const [theirs, other] = [await newCall(90), await customer()]
    const { holdId } = await check(other, 'call', 60)
    await settleCall(holdId, 50, theirs.call.id)
    const [entry] = await world.owner`select id from usage_entries where customer_id = ${other}`
    await waiveUsage(world.ctx(), { entryId: entry?.id, reason: 'Not theirs' })

    await world.retell(theirs.call.ended)
    await world.process()

    expect(await limitsOf(theirs.id)).toMatchObject({ used: 90 })
    expect(await limitsOf(other)).toMatchObject({ used: 0 })
  })

  test('takes nothing back from another customer whose hold its metadata names', async () => {
    const [theirs, other] = [await newCall(90), await customer()]
    const { holdId } = await check(other, 'call', 60)
    await settle(holdId, 50)

    await world.retell({ ...theirs.call.ended, call: { ...theirs.call.ended.call, metadata: { hold_id: holdId } } })
    await world.process()

    expect([await limitsOf(other), await limitsOf(theirs.id)]).toMatchObject([{ used: 50 }, { used: 90 }])
  })

  test('frees nothing of another customer whose open hold its metadata names', async () => {
    const [theirs, other] = [await newCall(90), await customer()]
    const { holdId } = await check(other, 'call', 60)

    await world.retell({
      ...theirs.call.ended,
      call: { ...theirs.call.ended.call, metadata: { hold_id: holdId } },
    })
    await world.process()

    expect([await limitsOf(other), await limitsOf(theirs.id)]).toMatchObject([{ reserved: 60 }, { used: 90 }])
  })

  test('is settled once: the same again changes nothing, another id is a conflict', async () => {
    const { id, call } = await newCall()
    const { holdId } = await check(id, 'call', 60)
    await settleCall(holdId, 50, call.id)

    expect(await settleCall(holdId, 50, call.id)).toEqual({ settled: false, overrun: 0 })
    await expect(settleCall(holdId, 50, 'call_of_another_name')).rejects.toMatchObject({ refusal: 'conflict' })
    expect(await bookedOf(id)).toEqual({ ledger: 50, booked: 50, used: 50, reserved: 0 })
  })
})

test('a figure that turns out to be another customer’s is taken back from the first', async () => {
  const [first, second] = [await customer(), await customer()]
  const charge = (customerId: string, quantity: number) =>
    inTransaction(world.ctx(), (ctx) =>
      meterUsage(ctx, [
        {
          meter: 'call_seconds',
          idemKey: `call:moved:${first}`,
          customerId,
          quantity,
          occurredAt: new Date().toISOString(),
          eventId: first,
          webhookId: undefined,
        },
      ]),
    )

  await charge(first, 60)
  await charge(second, 70)

  expect([await limitsOf(first), await limitsOf(second)]).toMatchObject([{ used: 0 }, { used: 70 }])
  expect([await ledgerOf(first), await ledgerOf(second)]).toEqual([
    ['call_seconds usage 60', 'call_seconds void -60'],
    ['call_seconds usage 70'],
  ])
})

test.each([
  [{ quantity: -1 }, 'quantity'],
  [{ quantity: 86_401 }, 'quantity'],
  [{ quantity: 1e300 }, 'quantity'],
  [{ quantity: 'sixty' }, 'quantity'],
  [{ quantity: 60, providerId: '' }, 'providerId'],
  [{ quantity: 60, providerId: 'x'.repeat(201) }, 'providerId'],
  [{ quantity: 60, providerId: 'call\u0000' }, 'providerId'],
])('settling with %j is refused, the field is named and the hold stays', async (body, field) => {
  const id = await customer()
  const { holdId } = await check(id, 'call', 60)

  const answer = await world.rest('POST', `/api/usage/holds/${holdId}/settle`, { token: operator, body })

  expect([answer.status, answer.body.error.code, Object.keys(answer.body.error.fields)]).toEqual([
    400,
    'invalid',
    [field],
  ])
  expect(await limitsOf(id)).toMatchObject({ used: 0, reserved: 60 })
})

test('a service settles by the provider’s id over REST', async () => {
  const id = await customer()
  const { holdId } = await check(id, 'call', 60)

  const answer = await world.rest('POST', `/api/usage/holds/${holdId}/settle`, {
    token: operator,
    body: { quantity: 61, providerId: `call_${id.replaceAll('-', '')}` },
  })

  expect(answer).toMatchObject({ status: 200, body: { settled: true, overrun: 1 } })
  expect(await limitsOf(id)).toMatchObject({ used: 61, reserved: 0 })
})
