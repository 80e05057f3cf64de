import { toWireId } from '@trunkline/core/platform/wire-id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendNotice } from '../customers/send-notice.ts'
import { inTransaction } from '../platform/context.ts'
import { openWorld, randomNumber, retellCall, type World } from '../testing/world.ts'
import { admitInbound } from './admit-inbound.ts'
import { checkUsage } from './check.ts'
import { expireHolds } from './expire-holds.ts'
import { meterUsage } from './meter.ts'
import { rollPeriods } from './open-periods.ts'

let world: World
let tokens: { admin: string; operator: string; viewer: string }
beforeAll(async () => {
  world = await openWorld()
  const [admin, operator, viewer] = await Promise.all([
    world.signIn('admin'),
    world.signIn('operator'),
    world.signIn('viewer'),
  ])
  tokens = { admin, operator, viewer }
})
afterAll(() => world.close())

const post = (path: string, body: object, token = tokens.operator) =>
  world.rest('POST', `/api/admin/usage/${path}`, { token, body })
const get = (path: string, token = tokens.operator) => world.rest('GET', `/api/usage/${path}`, { token })
const use = (customerId: string, quantity: number, key: string) =>
  inTransaction(world.ctx(), (ctx) =>
    meterUsage(ctx, [
      {
        meter: 'call_seconds',
        idemKey: `call:${key}`,
        customerId,
        quantity,
        occurredAt: new Date().toISOString(),
        eventId: customerId,
        webhookId: undefined,
        provider: 'retell',
        direction: 'inbound',
      },
    ]),
  )
const limitsOf = async (id: string) => {
  const [row] = await world.owner`
    select call_used_seconds::int as used, call_reserved_seconds::int as reserved, call_credit_seconds::int as credit, call_cap_seconds::int as cap
    from usage_limits where customer_id = ${id}`
  return row
}

test('a grant that is sent twice is one; what is left of it is taken back, and both say who and why', async () => {
  const { id } = await world.customer()
  const customerId = toWireId('customer', id)
  const asked = { customerId, meter: 'call_seconds', quantity: 600, reason: 'Outage of Friday', requestKey: 'outage:1' }

  const [first, second] = [await post('credits', asked), await post('credits', asked)]
  expect([first.body.granted, second.body]).toEqual([true, { id: first.body.id, granted: false }])
  expect(await limitsOf(id)).toMatchObject({ credit: 600 })
  const listed = await get(`credits?customerId=${customerId}`)
  expect(listed.body.items).toMatchObject([{ id: first.body.id, remaining: 600, reason: 'Outage of Friday' }])
  expect(await post(`credits/${first.body.id}/revoke`, { reason: 'Was no outage' })).toMatchObject({
    body: { lost: 600 },
  })
  expect(await post(`credits/${first.body.id}/revoke`, { reason: 'Was no outage' })).toMatchObject({ status: 409 })
  expect(await limitsOf(id)).toMatchObject({ credit: 0 })
  const rows =
    await world.owner`select action, actor from audit_log where customer_id = ${id} and action like 'usage.%' order by id`
  expect(rows.map(({ action }) => action)).toEqual(['usage.grantCredit', 'usage.revokeCredit'])
})

// before the queue is worked: from then on notices are sent by themselves
test('a notice whose process died while it was sent is not mailed twice, and Twilio is asked whether it took the text', async () => {
  const { id } = await world.customer()
  await world.owner`update customers set owner_email = 'twice@harbor.example', contact_phone = ${randomNumber()} where id = ${id}`
  await use(id, 7200, `crash:${id}`)
  const [notice] = await world.owner`select id from owner_notices where customer_id = ${id}`
  const crash = () => world.owner`
    update owner_notices set state = 'sending', updated_at = now() - interval '2 minutes' where id = ${notice?.id}`

  await crash()
  await sendNotice(world.ctx(), { noticeId: notice?.id })
  const [undecided] = await world.owner`select state from owner_notices where id = ${notice?.id}`
  await crash()
  await world.owner`update customers set owner_email = null where id = ${id}`
  await sendNotice(world.ctx(), { noticeId: notice?.id })
  // somebody else is about it: it is looked at again when his minute is over, and nothing is wrong
  await world.owner`update owner_notices set state = 'sending', updated_at = now() where id = ${notice?.id}`
  const sent = world.sent.length
  await sendNotice(world.ctx(), { noticeId: notice?.id })
  const [again] = await world.owner`
    select extract(epoch from start_after - now())::int as seconds from pgboss.job
    where name = 'customers.sendNotice' and data ->> 'noticeId' = ${notice?.id} order by start_after desc limit 1`

  expect(world.sent).toHaveLength(sent)
  expect(again?.seconds).toSatisfy((seconds) => seconds > 30 && seconds <= 61)
  expect(undecided?.state).toBe('undecided')
  expect(world.mails.some(({ to }) => to === 'twice@harbor.example')).toBe(false)
  expect(world.sent.slice(-2).map(({ method }) => method)).toEqual(['GET', 'POST'])
})

test('who may only look changes nothing, and bad input names its field', async () => {
  const { id } = await world.customer()
  const customerId = toWireId('customer', id)
  for (const path of ['credits', 'adjustments', 'pause', 'resume', 'tier-changes'])
    expect((await post(path, { customerId }, tokens.viewer)).status).toBe(403)
  expect((await post('tiers', {}, tokens.operator)).status).toBe(403)
  const bad = await post('credits', { customerId, meter: 'call_seconds', quantity: 0, reason: '' })
  expect([bad.status, Object.keys(bad.body.error.fields).sort()]).toEqual([400, ['quantity', 'reason']])
  expect(await limitsOf(id)).toMatchObject({ credit: 0 })
})

test('a pause stands until it is lifted or its time is over, and says why it refuses', async () => {
  const { id } = await world.customer()
  const customerId = toWireId('customer', id)
  const expiresAt = new Date(Date.now() + 3_600_000).toISOString()
  expect(await post('pause', { customerId, reason: 'Loops', expiresAt })).toMatchObject({ body: { changed: true } })

  const refused = await checkUsage(world.ctx(), { customerId: id, kind: 'call', quantity: 60 })
  expect(refused).toMatchObject({ allowed: false, reason: 'paused', evidence: { pausedFor: ['force'] } })
  expect((await get(`status?customerId=${customerId}`)).body).toMatchObject({
    calls: { state: 'paused' },
    pauses: [{ cause: 'force', reason: 'Loops', expiresAt }],
  })
  const after = world.ctx({ now: new Date(expiresAt) })
  expect(await checkUsage(after, { customerId: id, kind: 'call', quantity: 60 })).toMatchObject({ allowed: true })
  expect((await get(`status?customerId=${customerId}`)).body.pauses).toEqual([])
})

test('a closed customer is refused, whatever is left', async () => {
  const { id } = await world.customer()
  await world.owner`update customers set status = 'closed', closed_at = now() where id = ${id}`

  expect(await checkUsage(world.ctx(), { customerId: id, kind: 'call', quantity: 1 })).toMatchObject({
    allowed: false,
    reason: 'closed',
  })
})

test('an answer says by which figures it was given', async () => {
  const { id } = await world.customer()
  await use(id, 1000, `evidence:${id}`)

  const answer = await checkUsage(world.ctx(), { customerId: id, kind: 'call', quantity: 120 })

  expect(answer).toMatchObject({
    allowed: true,
    flagged: false,
    evidence: { tier: 'core', tierVersion: 1, used: 1000, reserved: 120, base: 9000, hardLimit: 9600, openHolds: 1 },
  })
})

test('while the database is away an inbound call is let through and flagged; outbound calls and texts are refused', async () => {
  const { id } = await world.customer()
  const gone = Object.assign(new Error('gone'), { code: 'ECONNREFUSED' })
  const ctx = {
    ...world.ctx(),
    db: { transaction: () => Promise.reject(gone), $client: { unsafe: () => Promise.reject(gone) } } as never,
  }
  const ask = (kind: 'call' | 'sms', direction?: 'inbound' | 'outbound') =>
    checkUsage(ctx, { customerId: id, kind, quantity: 1, direction })

  expect(await ask('call', 'inbound')).toMatchObject({
    allowed: true,
    flagged: true,
    reason: 'unverified',
    holdId: null,
  })
  expect(await ask('call', 'outbound')).toMatchObject({ allowed: false, flagged: true, reason: 'unverified' })
  expect(await ask('call')).toMatchObject({ allowed: false })
  expect(await ask('sms')).toMatchObject({ allowed: false })
  expect(await admitInbound(ctx, { phoneNumber: '+13125550101' })).toMatchObject({
    allowed: true,
    flagged: true,
    customerId: null,
    maxSeconds: 7200,
  })
})

test('an inbound call holds what the customer’s calls usually take, or what is left, and may last no longer than that is', async () => {
  const { id, phoneNumber } = await world.customer()
  await use(id, 9500, `inbound:${id}`)

  const first = await admitInbound(world.ctx(), { phoneNumber })
  const second = await admitInbound(world.ctx(), { phoneNumber })
  const stranger = await admitInbound(world.ctx(), { phoneNumber: randomNumber() })

  expect(first).toMatchObject({ allowed: true, customerId: id, maxSeconds: 100 })
  expect(second).toMatchObject({ allowed: false, customerId: id, maxSeconds: 0 })
  expect(stranger).toMatchObject({ allowed: true, flagged: true, reason: 'unknown_line', customerId: null })
  expect(await limitsOf(id)).toMatchObject({ used: 9500, reserved: 100 })
})

test('a hold whose call is under way is kept, though its time is over; it is free when the provider says that the call is', async () => {
  const { id } = await world.customer()
  const sid = `CA${id.replaceAll('-', '')}`
  await checkUsage(world.ctx(), { customerId: id, kind: 'call', quantity: 60, providerId: sid })
  const overdue = () =>
    world.owner`update usage_holds set expires_at = now() - interval '1 second' where customer_id = ${id}`
  const answers = ['in-progress', 'busy?', 'completed']
  const asked: string[] = []
  const { answer: usual } = world.network
  world.network.answer = async ({ url, method }) => {
    asked.push(`${method} ${new URL(url).pathname}`)
    const status = answers[asked.length - 1]
    return status === 'busy?' ? new Response('{}', { status: 503 }) : Response.json({ sid, status })
  }

  const reserved: unknown[] = []
  for (let round = 0; round < 3; round++) {
    await overdue()
    await expireHolds(world.ctx())
    reserved.push((await limitsOf(id))?.reserved)
  }
  world.network.answer = usual

  expect(reserved).toEqual([60, 60, 0])
  expect(new Set(asked)).toEqual(new Set([`GET /2010-04-01/Accounts/AC${'0'.repeat(31)}1/Calls/${sid}.json`]))
})

test.each([
  ['Retell', 422, (id: string) => `call_${id.replaceAll('-', '')}`],
  ['Retell', 404, (id: string) => `call_${id.replaceAll('-', '')}`],
  ['Twilio', 404, (id: string) => `CA${id.replaceAll('-', '')}`],
])('a hold of a call that %s does not know (%i) is free at its time', async (_provider, status, nameOf) => {
  const { id } = await world.customer()
  await checkUsage(world.ctx(), { customerId: id, kind: 'call', quantity: 60, providerId: nameOf(id) })
  await world.owner`update usage_holds set expires_at = now() - interval '1 second' where customer_id = ${id}`
  const { answer: usual } = world.network
  world.network.answer = async () => Response.json({ message: 'Cannot find requested asset' }, { status })

  await expireHolds(world.ctx())
  world.network.answer = usual

  expect(await limitsOf(id)).toMatchObject({ reserved: 0 })
})

test('a hold of a Telnyx call is kept while Telnyx says that it is under way; nobody else is asked for it', async () => {
  const { id } = await world.customer()
  const name = `v3:${id}`
  const ctx = world.ctx()
  const withKey = { ...ctx, env: { ...ctx.env, TELNYX_API_KEY: 'KEY-of-the-test' } }
  await checkUsage(ctx, { customerId: id, kind: 'call', quantity: 60, providerId: name })
  const answers = [Response.json({ data: { is_alive: true } }), Response.json({ data: { is_alive: false } })]
  const asked: string[] = []
  const { answer: usual } = world.network
  world.network.answer = async ({ url, method }) => {
    asked.push(`${method} ${new URL(url).pathname}`)
    return answers[asked.length - 1] ?? new Response('{}', { status: 404 })
  }

  const reserved: unknown[] = []
  for (let round = 0; round < 2; round++) {
    await world.owner`update usage_holds set expires_at = now() - interval '1 second' where customer_id = ${id}`
    await expireHolds(withKey)
    reserved.push((await limitsOf(id))?.reserved)
  }
  world.network.answer = usual

  expect(reserved).toEqual([60, 0])
  expect(new Set(asked)).toEqual(new Set([`GET /v2/calls/${encodeURIComponent(name)}`]))
})

test.each([
  ['that names a Telnyx call, where there is no key of Telnyx', (id: string) => `v3:${id}`],
  ['whose name is nobody’s that can be asked', (id: string) => id],
])('a hold %s is not free because Retell does not know it', async (_what, nameOf) => {
  const { id } = await world.customer()
  await checkUsage(world.ctx(), { customerId: id, kind: 'call', quantity: 60, providerId: nameOf(id) })
  await world.owner`update usage_holds set expires_at = now() - interval '1 second' where customer_id = ${id}`
  const { answer: usual } = world.network
  world.network.answer = async () => Response.json({ message: 'Cannot find requested asset' }, { status: 404 })

  await expireHolds(world.ctx())
  world.network.answer = usual

  expect(await limitsOf(id)).toMatchObject({ reserved: 60 })
})

test('the provider’s report ends the hold that its call was admitted by, and what went beyond it is flagged', async () => {
  const { id, phoneNumber } = await world.customer()
  const { holdId } = await checkUsage(world.ctx(), { customerId: id, kind: 'call', quantity: 60 })
  const call = retellCall({ to: phoneNumber, seconds: 90 })
  const withHold = (event: typeof call.ended) => ({ ...event, call: { ...event.call, metadata: { hold_id: holdId } } })

  await world.retell(withHold(call.started as typeof call.ended))
  await world.process()
  const [named] = await world.owner`select provider_id, state from usage_holds where customer_id = ${id}`
  await world.retell(withHold(call.ended))
  await world.process()

  expect(named).toEqual({ provider_id: call.id, state: 'open' })
  const holds = await get(`holds?customerId=${toWireId('customer', id)}`)
  expect(holds.body.items).toMatchObject([{ id: holdId, state: 'reported', overrun: 30 }])
  expect(await limitsOf(id)).toMatchObject({ used: 90, reserved: 0 })
})

test('a person’s adjustment is booked once, names what it corrects and takes away no more than was used', async () => {
  const { id } = await world.customer()
  const customerId = toWireId('customer', id)
  await use(id, 300, `adjusted:${id}`)
  const ledger = () => get(`ledger?customerId=${customerId}`)
  const [entry] = (await ledger()).body.items
  const asked = {
    customerId,
    meter: 'call_seconds',
    quantity: -100,
    reason: 'Silence on the line',
    correctsId: entry.id,
    requestKey: `silence:${id}`,
  }

  const answers = await Promise.all(Array.from({ length: 6 }, () => post('adjustments', asked)))

  expect(answers.filter(({ body }) => body.adjusted)).toHaveLength(1)
  expect((await ledger()).body.items).toMatchObject([
    { kind: 'adjustment', quantity: -100, correctsId: entry.id, reason: 'Silence on the line' },
    { kind: 'usage', quantity: 300 },
  ])
  const tooMuch = await post('adjustments', { ...asked, quantity: -201, requestKey: undefined })
  expect([tooMuch.status, tooMuch.body.error.fields]).toEqual([400, { quantity: 'must be at least -200' }])
  expect(await limitsOf(id)).toMatchObject({ used: 200 })
})

test('what is waived is void for good: its provider may state what it will', async () => {
  const { id } = await world.customer()
  await use(id, 300, `waived:${id}`)
  const ledger = async () => (await get(`ledger?customerId=${toWireId('customer', id)}`)).body.items
  const [entry] = await ledger()

  expect(await post(`entries/${entry.id}/waive`, { reason: 'A test call of ours' })).toMatchObject({
    body: { voided: 300 },
  })
  await use(id, 310, `waived:${id}`)

  expect(await limitsOf(id)).toMatchObject({ used: 0 })
  expect(await ledger()).toMatchObject([{ kind: 'void', quantity: -300, correctsId: entry.id }, { kind: 'usage' }])
})

test('a new version of a tier shows first who would feel it; two that publish at once make one; at once means all its customers', async () => {
  const { id } = await world.customer({ tier: 'scale' })
  await use(id, 100_000, `tiered:${id}`)
  const tiers = await get('tiers')
  const present = tiers.body.items.find(({ tier }: { tier: string }) => tier === 'scale')
  const terms = { ...present, callCapSeconds: 110_000 }
  const preview = await post('tiers/preview', { tier: 'scale', terms })
  const asked = { tier: 'scale', terms, followsVersion: present.version, appliesTo: 'now' }

  expect(preview.body).toMatchObject({
    customers: 1,
    crosses: { warning: 1, limit: 0 },
    affected: [{ customerId: toWireId('customer', id), crosses: ['call_seconds:warning'] }],
  })
  const answers = await Promise.all([1, 2, 3].map(() => post('tiers', asked, tokens.admin)))
  expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409])
  await world.drainJobs()
  await world.drainJobs()

  expect(await limitsOf(id)).toMatchObject({ cap: 110_000, used: 100_000 })
  const crossings = await world.owner`select level, cause from usage_crossings where customer_id = ${id}`
  expect(crossings).toEqual([{ level: 80, cause: 'base' }])
})

test('a change of tier that waits can be looked at and taken back until the period ends', async () => {
  const { id } = await world.customer({ tier: 'pro' })
  const customerId = toWireId('customer', id)
  const preview = await post('tier-changes/preview', { customerId, tier: 'core', when: 'period_end' })
  expect(preview.body).toMatchObject({ isUpgrade: false, netCents: 0, from: { tier: 'pro' }, to: { tier: 'core' } })

  const made = await post('tier-changes', { customerId, tier: 'core', when: 'period_end', reason: 'Too large' })
  expect((await get(`status?customerId=${customerId}`)).body.waitingTierChange).toMatchObject({ tier: 'core' })
  expect(await post('tier-changes/cancel', { customerId, reason: 'They stay' })).toMatchObject({ status: 200 })
  await rollPeriods(world.ctx({ now: new Date(made.body.dueAt) }))

  expect(await limitsOf(id)).toMatchObject({ cap: 18_000 })
  expect((await get(`tier-changes?customerId=${customerId}`)).body.items).toMatchObject([{ state: 'cancelled' }])
})

test('series add up to the ledger, by provider, direction and customer, in hours and months; an owner sees his own', async () => {
  const { id } = await world.customer()
  await world.customer()
  for (const [index, seconds] of [60, 70, 80].entries()) await use(id, seconds, `series:${id}:${index}`)
  const owner = await world.signIn('owner', id)
  const span = `meter=call_seconds&from=${new Date(Date.now() - 7_200_000).toISOString()}&to=${new Date(Date.now() + 7_200_000).toISOString()}`
  const sum = (points: { quantity: number }[]) => points.reduce((total, { quantity }) => total + quantity, 0)

  for (const by of ['none', 'provider', 'direction', 'customer'])
    for (const grain of ['hour', 'day', 'month']) {
      const { body } = await get(`series?${span}&by=${by}&grain=${grain}&timezone=Asia/Kolkata`, owner)
      expect([by, grain, sum(body.points)]).toEqual([by, grain, 210])
    }
  const { body } = await get(`series?${span}&by=customer&grain=day`)
  const own = body.points.filter(({ group }: { group: string }) => group === toWireId('customer', id))
  expect(sum(own)).toBe(210)
  expect((await get(`series?${span}&grain=hour&timezone=Mars/Olympus`, owner)).status).toBe(400)
  expect((await get(`projection`, owner)).body).toMatchObject({ method: expect.any(String), calls: { perDay: 210 } })
})

test('an owner is told of 80 %, 100 %, the stop and the new month, once each, by the way he chose (K-11)', async () => {
  const { id } = await world.customer()
  await world.owner`update customers set owner_email = 'ada@harbor.example', contact_phone = ${randomNumber()} where id = ${id}`
  for (const [index, seconds] of [7200, 1800, 600, 10].entries()) await use(id, seconds, `told:${id}:${index}`)
  const owner = await world.signIn('owner', id)
  const mails = () => world.mails.filter(({ to }) => to === 'ada@harbor.example').map(({ subject }) => subject)
  await world.drainJobs()
  expect(mails()).toEqual([
    '80 % of your call minutes are used',
    'All your call minutes are used',
    'Your call minutes are stopped',
  ])

  await world.rest('POST', '/api/notices/preference', {
    token: owner,
    body: { channel: 'sms', muted: ['usage_warning'] },
  })
  const [period] = await world.owner`select period_end from usage_limits where customer_id = ${id}`
  await Promise.all([1, 2].map(() => rollPeriods(world.ctx({ now: period?.period_end }))))
  await world.drainJobs()

  expect(mails()).toHaveLength(3)
  const texts = world.sent.filter(({ body }) => body.get('Body')?.includes('Harbor Plumbing may go on'))
  expect(texts).toHaveLength(1)
  const listed = await world.rest('GET', '/api/notices', { token: owner })
  expect(listed.body.items.map(({ kind, state }: { kind: string; state: string }) => `${kind} ${state}`)).toEqual([
    'usage_renewed sent',
    'usage_blocked sent',
    'usage_limit sent',
    'usage_warning sent',
  ])
})

test('the standings put whoever is nearest to a cap first, page by page, and leave nobody out or told twice', async () => {
  const made = []
  for (const [index, seconds] of [4500, 8999, 4500, 0].entries()) {
    const { id } = await world.customer({ businessName: `Standing ${index}` })
    if (seconds > 0) await use(id, seconds, `standing:${id}`)
    made.push(toWireId('customer', id))
  }
  const names: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { body } = await world.rest(
      'GET',
      `/api/admin/usage/standings?q=Standing&limit=1${cursor && `&cursor=${cursor}`}`,
      {
        token: tokens.viewer,
      },
    )
    names.push(...body.items.map(({ id }: { id: string }) => id))
    cursor = body.nextCursor
  }

  expect([names[0], names.at(-1), [...names].sort()]).toEqual([made[1], made[3], [...made].sort()])
  const odd = await world.rest('GET', '/api/admin/usage/standings?cursor=abc', { token: tokens.viewer })
  expect([odd.status, Object.keys(odd.body.error.fields)]).toEqual([400, ['cursor']])
})

test('a top-up is put on sale, dearer or off sale by an administrator; what its key buys never changes', async () => {
  const admin = await world.signIn('admin')
  const big = {
    key: 'call_1500',
    meter: 'call_seconds',
    quantity: 90_000,
    priceCents: 90_000,
    lastsDays: 365,
    isOnSale: true,
    reason: 'Asked for often',
  }
  const set = (over: object, token = admin) =>
    world.rest('POST', '/api/admin/usage/topups', { token, body: { ...big, ...over } })
  const shown = async (token: string) => {
    const { body } = await world.rest('GET', '/api/usage/topups', { token })
    return body.items.filter(({ key }: { key: string }) => key === 'call_1500')
  }
  expect((await set({}, await world.signIn('operator'))).status).toBe(403)
  const made = await Promise.all([set({}), set({}), set({})])
  expect(made.map(({ status }) => status)).toEqual([200, 200, 200])
  expect(await set({ priceCents: 99_000 })).toMatchObject({ status: 200, body: { priceCents: 99_000 } })
  expect(await set({ quantity: 60_000, lastsDays: null })).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict', fields: { quantity: expect.any(String), lastsDays: expect.any(String) } } },
  })
  expect((await set({ priceCents: 1 })).status).toBe(400)
  const { id } = await world.customer()
  const owner = await world.signIn('owner', id)
  expect(await shown(owner)).toMatchObject([{ priceCents: 99_000, isOnSale: true }])
  await set({ priceCents: 99_000, isOnSale: false })
  expect(await shown(owner)).toEqual([])
  expect(await shown(admin)).toMatchObject([{ priceCents: 99_000, isOnSale: false }])
  const audited = await world.owner`
    select before ->> 'priceCents' as was, after ->> 'priceCents' as is from audit_log where action = 'usage.setTopup' and subject = 'topup:call_1500' order by id`
  expect(audited.map(({ was, is }) => `${was} ${is}`)).toEqual([
    'null 90000',
    '90000 90000',
    '90000 90000',
    '90000 99000',
    '99000 99000',
  ])
})
