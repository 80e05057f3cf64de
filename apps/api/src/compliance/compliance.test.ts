import { globSync, readFileSync } from 'node:fs'
import { ruleVersion } from '@trunkline/core/compliance/classify'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { notifyOwners } from '../customers/notify-owner.ts'
import { sendNotice } from '../customers/send-notice.ts'
import { newId } from '../platform/id.ts'
import { arrivalFor } from '../testing/arrival.ts'
import { telnyxHeaders, telnyxText } from '../testing/signing.ts'
import { openWorld, randomNumber, type World } from '../testing/world.ts'
import { replayWebhook } from '../webhooks/replay.ts'
import { storeSpooled } from '../webhooks/store.ts'
import { mayContact } from './may-contact.ts'

let world: World
const ops = '+15005550100'
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())
beforeEach(async () => {
  world.sent.length = 0
  await world.owner`delete from provider_status`
  await world.owner`delete from pgboss.job`
})

const text = (from: string, to: string, Body: string, more: Record<string, string> = {}) =>
  world.twilio('sms', {
    MessageSid: `SM${newId().replaceAll('-', '')}`,
    From: from,
    To: to,
    Body,
    NumSegments: '1',
    ...more,
  })
const may = async (line: string, phoneNumber: string, over: object = {}) =>
  (await mayContact(world.ctx(), { customerId: null, line, phoneNumber, channel: 'sms', purpose: 'service', ...over }))
    .allowed
const consentsOf = (phoneNumber: string) =>
  world.owner`select channel, action, method, customer_id from consents where phone_number = ${phoneNumber} order by id`
const posts = () => world.sent.filter(({ method }) => method === 'POST')

/** A customer whose owner is told by text. */
async function textedOwner() {
  const customer = await world.customer()
  const contactPhone = randomNumber()
  await world.owner`update customers set contact_phone = ${contactPhone}, owner_email = null where id = ${customer.id}`
  await world.owner`insert into notice_preferences (customer_id, channel, muted, updated_at) values (${customer.id}, 'sms', '{}', now())`
  return { ...customer, contactPhone }
}
async function leaveNotice(customerId: string): Promise<string> {
  await notifyOwners(world.ctx(), [{ customerId, kind: 'usage_warning', noticeKey: `test:${newId()}`, facts: {} }])
  const [notice] =
    await world.owner`select id from owner_notices where customer_id = ${customerId} order by id desc limit 1`
  return String(notice?.id)
}
const noticeOf = async (id: string) => (await world.owner`select state, reason from owner_notices where id = ${id}`)[0]

describe('who says STOP', () => {
  test('is left alone from the answer on, before anything is processed, and is told so (K-19, K-20)', async () => {
    const { id, phoneNumber } = await world.customer({ businessName: 'Harbor & Sons' })
    const caller = randomNumber()
    expect(await may(phoneNumber, caller)).toBe(true)

    const answer = await text(caller, phoneNumber, ' “Stop.” ')

    expect(answer).toMatchObject({ status: 200 })
    expect(answer.body).toContain('<Message>Harbor &amp; Sons: You will get no more messages')
    expect(await may(phoneNumber, caller)).toBe(false)
    expect(await may(phoneNumber, caller, { channel: 'voice' })).toBe(false)
    expect(await may(randomNumber(), caller, { customerId: id })).toBe(false)
    expect(await may(randomNumber(), caller)).toBe(true)
    expect(await consentsOf(caller)).toEqual([
      { channel: 'sms', action: 'revoke', method: 'keyword', customer_id: id },
      { channel: 'voice', action: 'revoke', method: 'keyword', customer_id: id },
    ])
    const [event] = await world.owner`
      select kind, rule, rule_version, needs_review, line, state from compliance_events join webhook_queue on webhook_queue.id = webhook_id
      where compliance_events.phone_number = ${caller}`
    expect(event).toEqual({
      kind: 'stop',
      rule: 'word',
      rule_version: ruleVersion,
      needs_review: false,
      line: phoneNumber,
      state: 'received',
    })
  })

  test('on a line of nobody’s is heard too, and so is who says it to Telnyx, where the sender is nested (C-3)', async () => {
    const [line, caller, other] = [randomNumber(), randomNumber(), randomNumber()]
    await text(caller, line, 'please stop texting me')
    const payload = JSON.stringify(telnyxText({ id: newId(), from: other, to: line, body: 'STOP' }))
    await world.app.inject({ method: 'POST', url: '/api/sms/webhook', headers: telnyxHeaders(payload), payload })

    expect([await may(line, caller), await may(line, other)]).toEqual([false, false])
    expect(await world.owner`select needs_review from compliance_events where phone_number = ${caller}`).toEqual([
      { needs_review: true },
    ])
  })

  test('in a sentence is told so once: a machine that answers our answer with its own gets no other', async () => {
    const { phoneNumber } = await world.customer()
    const machine = randomNumber()
    const first = { MessageSid: `SM${newId()}` }
    const says = async (Body: string, more = {}) => (await text(machine, phoneNumber, Body, more)).body
    const sorry = 'Sorry, I did not understand that. Reply STOP to unsubscribe.'

    // what Twilio brings again is answered again
    for (const _ of ['once', 'again']) expect(await says(sorry, first)).toContain('<Message>')
    for (const _ of ['second', 'third']) expect(await says(sorry)).toContain('<Response/>')
    expect(await says('STOP')).toContain('<Message>')
    expect(await may(phoneNumber, machine)).toBe(false)
  })

  test('in the subject of a message without words is heard, too', async () => {
    const [line, caller] = [randomNumber(), randomNumber()]
    const event = telnyxText({ id: newId(), from: caller, to: line, body: '' })
    const payload = JSON.stringify({
      data: { ...event.data, payload: { ...event.data.payload, type: 'MMS', subject: 'STOP' } },
    })
    await world.app.inject({ method: 'POST', url: '/webhooks/telnyx', headers: telnyxHeaders(payload), payload })

    expect(await may(line, caller)).toBe(false)
  })

  test('is heard at whichever door Twilio was told to bring texts to, also when it is brought to the right one afterwards', async () => {
    const { phoneNumber } = await world.customer()
    const form = {
      MessageSid: `SM${newId().replaceAll('-', '')}`,
      SmsStatus: 'received',
      From: randomNumber(),
      To: phoneNumber,
      Body: 'STOP',
      NumSegments: '1',
    }
    await world.twilio('sms-status', form)
    expect(await may(phoneNumber, form.From)).toBe(false)

    const answer = await world.twilio('sms', form)

    expect(answer.body).toContain('You will get no more messages')
    expect(await consentsOf(form.From)).toHaveLength(2)
  })

  test('comes back by START to texts alone, by nothing else, and an old START that is told again brings nobody back', async () => {
    const [line, caller] = [randomNumber(), randomNumber()]
    const started = {
      MessageSid: `SM${newId().replaceAll('-', '')}`,
      From: caller,
      To: line,
      Body: 'START',
      NumSegments: '1',
    }
    await text(caller, line, 'STOP')
    await text(caller, line, 'start please')
    expect(await may(line, caller)).toBe(false)
    await world.twilio('sms', started)
    expect([await may(line, caller), await may(line, caller, { channel: 'voice' })]).toEqual([true, false])

    await text(caller, line, 'Quit')
    await world.twilio('sms', started)

    expect(await may(line, caller)).toBe(false)
  })

  test('may take it back with a yes; a yes of anybody else is an answer', async () => {
    const [line, caller, other] = [randomNumber(), randomNumber(), randomNumber()]
    await text(caller, line, 'STOP')
    for (const one of [caller, other]) expect((await text(one, line, 'Yes')).body).not.toContain('<Message>')

    expect(await may(line, caller)).toBe(true)
    expect(await consentsOf(other)).toEqual([])
  })

  test('is answered once: by the provider, where it has answered itself', async () => {
    const [line, caller] = [randomNumber(), randomNumber()]

    expect((await text(caller, line, 'STOP', { OptOutType: 'STOP' })).body).toContain('<Response/>')
    expect((await text(caller, line, 'My sink is leaking')).body).toContain('<Response/>')
    expect(await may(line, caller)).toBe(false)
  })

  test('in a sentence is not taken back by a mere yes, which may be the answer to something else', async () => {
    const [line, caller] = [randomNumber(), randomNumber()]
    await text(caller, line, 'Please stop texting me')
    await text(caller, line, 'Yes')
    expect(await may(line, caller)).toBe(false)

    await text(caller, line, 'START')
    expect(await may(line, caller)).toBe(true)
  })

  test('may say it in the words that were agreed with the provider, in whatever language', async () => {
    const [line, caller, other] = [randomNumber(), randomNumber(), randomNumber()]
    const told = telnyxText({ id: newId(), from: other, to: line, body: 'NO MÁS' })
    const payload = JSON.stringify({
      ...told,
      data: { ...told.data, payload: { ...told.data.payload, autoresponse_type: 'STOP' } },
    })

    expect((await text(caller, line, 'Detener', { OptOutType: 'STOP' })).body).toContain('<Response/>')
    await world.app.inject({ method: 'POST', url: '/webhooks/telnyx', headers: telnyxHeaders(payload), payload })
    expect([await may(line, caller), await may(line, other)]).toEqual([false, false])

    await text(caller, line, 'Continuar', { OptOutType: 'START' })
    await text(other, line, 'STOP', { OptOutType: 'START' })
    expect([await may(line, caller), await may(line, other)]).toEqual([true, false])
  })

  test('is heard, and holds nobody up, where the same text is told again with more beside it', async () => {
    const [line, caller] = [randomNumber(), randomNumber()]
    const told = { MessageSid: `SM${newId().replaceAll('-', '')}`, NumSegments: '1' }
    await text(caller, line, 'START', told)
    const answers = await Promise.all(
      ['STOP', 'Stop', 'STOP'].map((Body, place) => text(caller, line, Body, { ...told, FromCity: `CITY ${place}` })),
    )

    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(world.spool.state().waiting).toBe(0)
    expect(await may(line, caller)).toBe(false)
    const rows = await world.owner`
      select revision_of is null as first from webhook_queue where body like ${`%${told.MessageSid}%`} order by id`
    expect(rows.map(({ first }) => first)).toEqual([true, false, false, false])
  })

  test('by WhatsApp or RCS is left alone at his number; START there brings nobody back to texts', async () => {
    const [line, caller, other] = [randomNumber(), randomNumber(), randomNumber()]
    await text(`whatsapp:${caller}`, `whatsapp:${line}`, 'STOP')
    await text(`rcs:${other}`, line, 'Stop')
    expect([await may(line, caller), await may(line, other)]).toEqual([false, false])

    expect((await text(`whatsapp:${caller}`, `whatsapp:${line}`, 'START')).body).toContain('<Response/>')
    expect(await may(line, caller)).toBe(false)
  })

  test('is not brought back by an old START that is told again in other words: only a STOP is heard there', async () => {
    const [line, caller] = [randomNumber(), randomNumber()]
    const started = { MessageSid: `SM${newId().replaceAll('-', '')}`, NumSegments: '1' }
    await text(caller, line, 'START', started)
    await text(caller, line, 'STOP')

    await text(caller, line, 'START', { ...started, FromCity: 'OAKLAND' })

    expect(await may(line, caller)).toBe(false)
  })

  test('is not brought back by a START that he had sent before and that comes after it', async () => {
    const [line, caller] = [randomNumber(), randomNumber()]
    const tell = async (body: string, occurredAt: number) => {
      const event = telnyxText({ id: newId(), from: caller, to: line, body })
      const data = { ...event.data, occurred_at: new Date(occurredAt).toISOString() }
      const payload = JSON.stringify({ ...event, data })
      await world.app.inject({ method: 'POST', url: '/webhooks/telnyx', headers: telnyxHeaders(payload), payload })
    }
    const now = Date.now()
    await tell('STOP', now - 60_000)
    await tell('START', now - 120_000)
    expect(await may(line, caller)).toBe(false)

    await tell('START', now + 60_000)
    expect(await may(line, caller)).toBe(true)

    // a STOP counts from when it comes, though it was said before
    await tell('STOP', now - 180_000)
    expect(await may(line, caller)).toBe(false)
  })

  test('and START count in the order in which they came, whatever the clocks of the processes that took them', async () => {
    const [line, caller] = [randomNumber(), randomNumber()]
    const says = async (body: string, clockIsOffBy: number) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + clockIsOffBy })
      try {
        expect((await text(caller, line, body)).status).toBe(200)
      } finally {
        vi.useRealTimers()
      }
      return await may(line, caller)
    }
    // none runs ahead of the database's: ids made meanwhile would stand in the future for whoever comes next here
    const hour = 3_600_000
    expect(await says('STOP', -hour)).toBe(false)
    expect(await says('START', 0)).toBe(true)
    expect(await says('STOP', -hour)).toBe(false)
    expect(await says('START', -2 * hour)).toBe(true)
    expect(await says('STOP', -2 * hour)).toBe(false)
    expect(await says('START', -hour)).toBe(true)
    expect(await says('STOP', 0)).toBe(false)
    expect(await says('START', -hour)).toBe(true)
  })

  test('is not brought back by a START that has waited in the spool since before, nor kept away by such a STOP', async () => {
    const [line, [one, other]] = [randomNumber(), [randomNumber(), randomNumber()]]
    const drained = async (from: string, kind: 'stop' | 'start', receivedAt: number) => {
      const said = { kind, rule: 'word', needsReview: false, from, to: line } as const
      const arrival = arrivalFor(newId(), { said, receivedAt: new Date(receivedAt).toISOString() })
      await storeSpooled(world.intakePool, [arrival])
    }
    const aMinuteAgo = Date.now() - 60_000
    for (const from of [one, other]) await text(from, line, 'STOP')
    await text(other, line, 'START')

    await drained(one, 'start', aMinuteAgo)
    await drained(other, 'stop', aMinuteAgo)

    expect([await may(line, one), await may(line, other)]).toEqual([false, true])

    // whoever took it had a clock that ran ahead
    await drained(other, 'start', Date.now() + 3_600_000)
    await text(other, line, 'STOP')
    expect(await may(line, other)).toBe(false)
  })

  test('while the database cannot keep it is left alone by whoever can ask it, from the answer on', async () => {
    const operator = await world.signIn('operator')
    const owner = await textedOwner()
    const notice = await leaveNotice(owner.id)
    const { unsafe, begin } = world.intakePool
    const refusing = () => Promise.reject(Object.assign(new Error('away'), { code: 'ECONNREFUSED' }))
    Object.assign(world.intakePool, { unsafe: refusing, begin: refusing })
    try {
      expect((await text(owner.contactPhone, ops, 'STOP')).status).toBe(200)
      expect(world.spool.state().waiting).toBe(1)
      expect(await may(ops, owner.contactPhone)).toBe(false)
    } finally {
      Object.assign(world.intakePool, { unsafe, begin })
    }
    const body = { customerId: toWireId('customer', owner.id), kind: 'sms', quantity: 1, to: owner.contactPhone }
    expect((await world.rest('POST', '/api/usage/check', { token: operator, body })).body.reason).toBe('revoked')
    await sendNotice(world.ctx(), { noticeId: notice })
    expect(await noticeOf(notice)).toMatchObject({ state: 'skipped' })

    await world.spool.drain((arrivals) => storeSpooled(world.intakePool, arrivals))
    expect(await may(ops, owner.contactPhone)).toBe(false)
    await text(owner.contactPhone, ops, 'START')
    expect(await may(ops, owner.contactPhone)).toBe(true)
  })

  test('is left alone by the services of the customer too: refused units, and again right before the sending (K-20)', async () => {
    const operator = await world.signIn('operator')
    const { id, phoneNumber } = await world.customer()
    const other = await world.customer()
    const caller = randomNumber()
    const ask = async (kind: 'call' | 'sms', customerId = id) => {
      const body = { customerId: toWireId('customer', customerId), kind, quantity: 1, to: caller }
      return (await world.rest('POST', '/api/usage/check', { token: operator, body })).body
    }
    const askAgain = async (channel: 'sms' | 'voice', customerId = id) => {
      const body = { customerId: toWireId('customer', customerId), channel, to: caller }
      return (await world.rest('POST', '/api/compliance/check', { token: operator, body })).body
    }
    // decided on before, and not sent yet
    expect([await ask('sms'), await ask('call')]).toMatchObject([{ allowed: true }, { allowed: true }])
    expect(await askAgain('sms')).toEqual({ allowed: true, reason: 'allowed' })

    await text(caller, phoneNumber, 'STOP')

    const refused = { allowed: false, reason: 'revoked' }
    expect([await askAgain('sms'), await askAgain('voice')]).toEqual([refused, refused])
    expect([await ask('sms'), await ask('call')]).toMatchObject([
      { ...refused, holdId: null },
      { ...refused, holdId: null },
    ])
    const [counter] =
      await world.owner`select sms_reserved::int, call_reserved_seconds::int as seconds from usage_limits where customer_id = ${id}`
    expect(counter).toEqual({ sms_reserved: 1, seconds: 1 })
    expect([await ask('sms', other.id), await askAgain('voice', other.id)]).toMatchObject([
      { allowed: true },
      { allowed: true },
    ])

    await text(caller, phoneNumber, 'START')

    expect([await askAgain('sms'), await askAgain('voice')]).toMatchObject([{ allowed: true }, refused])
    const marketing = { customerId: toWireId('customer', id), channel: 'sms', to: caller, purpose: 'marketing' }
    expect(await world.rest('POST', '/api/compliance/check', { token: operator, body: marketing })).toMatchObject({
      body: { allowed: false, reason: 'no_consent' },
    })
  })

  test('is left alone by services that ask at the same moment: of 48 none that asks after the answer gets units, and each that got them holds them', async () => {
    const operator = await world.signIn('operator')
    const { id, phoneNumber } = await world.customer()
    const caller = randomNumber()
    const body = { customerId: toWireId('customer', id), kind: 'sms', quantity: 1, to: caller }
    const ask = async () => (await world.rest('POST', '/api/usage/check', { token: operator, body })).body

    const before = Array.from({ length: 24 }, ask)
    await text(caller, phoneNumber, 'STOP')
    const after = await Promise.all(Array.from({ length: 24 }, ask))

    expect(new Set(after.map(({ reason, holdId }) => `${reason} ${holdId}`))).toEqual(new Set(['revoked null']))
    const given = (await Promise.all(before)).filter(({ allowed }) => allowed)
    const [counter] = await world.owner`select sms_reserved::int from usage_limits where customer_id = ${id}`
    expect(counter).toEqual({ sms_reserved: given.length })
  })

  test('on a line of nobody’s is left alone by whose line it becomes', async () => {
    const operator = await world.signIn('operator')
    const { id } = await world.customer()
    const [line, caller] = [randomNumber(), randomNumber()]
    await text(caller, line, 'STOP')
    const body = { customerId: toWireId('customer', id), channel: 'sms', to: caller }
    expect((await world.rest('POST', '/api/compliance/check', { token: operator, body })).body.allowed).toBe(true)

    const agent = { customerId: toWireId('customer', id), phoneNumber: line, provider: 'twilio' }
    await world.rest('POST', '/api/admin/agents', { token: operator, body: agent })

    expect((await world.rest('POST', '/api/compliance/check', { token: operator, body })).body.allowed).toBe(false)
  })

  test('is asked about by an owner for his own business alone; what is no number, and whoever calls in, is refused with its field', async () => {
    const [own, other] = [await world.customer(), await world.customer()]
    const [operator, token] = [await world.signIn('operator'), await world.signIn('owner', own.id)]
    const caller = randomNumber()
    await text(caller, own.phoneNumber, 'STOP')
    const contact = (customerId: string) => ({
      customerId: toWireId('customer', customerId),
      channel: 'sms',
      to: caller,
    })
    const units = { customerId: toWireId('customer', own.id), kind: 'call', quantity: 1 }
    const post = (path: string, body: object, by = operator) => world.rest('POST', path, { token: by, body })

    expect(await post('/api/compliance/check', contact(own.id), token)).toMatchObject({ body: { reason: 'revoked' } })
    expect(await post('/api/compliance/check', contact(other.id), token)).toMatchObject({ status: 404 })
    expect(await post('/api/usage/check', { ...units, to: caller }, token)).toMatchObject({
      body: { reason: 'revoked' },
    })
    expect(await post('/api/compliance/check', contact(newId()))).toMatchObject({ status: 404 })
    for (const [path, body] of [
      ['/api/compliance/check', { ...contact(own.id), to: 'whoever' }],
      ['/api/usage/check', { ...units, to: 'whoever' }],
      ['/api/usage/check', { ...units, to: caller, direction: 'inbound' }],
    ] as const)
      expect(await post(path, body)).toMatchObject({
        status: 400,
        body: { error: { fields: { to: expect.any(String) } } },
      })
  })

  test('may ask for help all the same', async () => {
    const { phoneNumber } = await world.customer({ businessName: 'Harbor Plumbing' })
    const caller = randomNumber()
    await text(caller, phoneNumber, 'STOP')

    expect((await text(caller, phoneNumber, 'HELP')).body).toContain('Reply STOP to get no more messages')
  })

  test('leaves a ledger that nobody of ours can change', async () => {
    for (const change of [
      'update consents set action = $$grant$$',
      'delete from consents',
      'delete from compliance_events',
    ])
      await expect(world.intakePool.unsafe(change)).rejects.toThrow(/permission denied/)
  })
})

describe('what goes out', () => {
  test('an owner who has said STOP is told by mail where he has one, and not at all where he has none', async () => {
    const owner = await textedOwner()
    await text(owner.contactPhone, ops, 'STOP')
    const silent = await leaveNotice(owner.id)
    await sendNotice(world.ctx(), { noticeId: silent })
    await world.owner`update customers set owner_email = 'owner@harbor.example' where id = ${owner.id}`
    const mailed = await leaveNotice(owner.id)
    await sendNotice(world.ctx(), { noticeId: mailed })

    expect(posts()).toEqual([])
    expect([(await noticeOf(silent))?.state, (await noticeOf(mailed))?.state]).toEqual(['skipped', 'sent'])
  })

  test('a block list of the provider’s counts as a STOP, whether it is told at once or by a receipt', async () => {
    const owner = await textedOwner()
    world.network.answer = async () => Response.json({ code: 21610, message: 'unsubscribed' }, { status: 400 })
    const notice = await leaveNotice(owner.id)
    await sendNotice(world.ctx(), { noticeId: notice })
    const other = randomNumber()
    await world.twilio('sms-status', {
      MessageSid: `SM${newId()}`,
      MessageStatus: 'undelivered',
      ErrorCode: '21610',
      From: ops,
      To: other,
    })
    await world.process()

    expect([await may(ops, owner.contactPhone), await may(ops, other)]).toEqual([false, false])
    // a START that the provider's block outlasts is not told that it has been heard
    expect((await text(other, ops, 'START')).body).toContain('<Response/>')
    expect(await may(ops, other)).toBe(false)
    world.network.answer = async ({ method }) =>
      method === 'GET'
        ? Response.json({ messages: [] })
        : Response.json({ sid: `SM${newId()}`, status: 'queued', to: '', body: '' }, { status: 201 })
  })

  test('a block that is told late or told again keeps nobody away who has come back since, nor does one that his own STOP explains', async () => {
    const [one, other, line] = [randomNumber(), randomNumber(), randomNumber()]
    const blocked = (To: string, sid: string) =>
      world.twilio('sms-status', {
        MessageSid: sid,
        MessageStatus: 'undelivered',
        ErrorCode: '21610',
        From: line,
        To,
      })
    const sid = `SM${newId()}`
    await text(one, line, 'STOP')
    await blocked(one, sid)
    await text(one, line, 'START')
    await world.process()
    expect(await may(line, one)).toBe(true)
    const [receipt] = await world.owner`select id from webhook_queue where body like ${`%${sid}%`}`
    await replayWebhook(world.ctx(), { webhookId: String(receipt?.id) })
    expect(await may(line, one)).toBe(true)

    // the provider knew before we did: the text that it would not send was under way
    await blocked(other, `SM${newId()}`)
    await world.process()
    await text(other, line, 'STOP')
    expect(await may(line, other)).toBe(false)
    await text(other, line, 'START')
    expect(await may(line, other)).toBe(true)
  })

  test('an owner who has said STOP to a number that we had before is not texted from the one that we have now', async () => {
    const owner = await textedOwner()
    await text(owner.contactPhone, randomNumber(), 'STOP')
    const notice = await leaveNotice(owner.id)
    await sendNotice(world.ctx(), { noticeId: notice })

    expect(await noticeOf(notice)).toMatchObject({ state: 'skipped' })
    await text(owner.contactPhone, ops, 'START')
    expect(await may(ops, owner.contactPhone)).toBe(true)
  })

  test('STOP between the decision and the sending is obeyed; of 24 texts in a race none goes out that was asked for after it', async () => {
    const owners = await Promise.all(Array.from({ length: 24 }, textedOwner))
    const notices = await Promise.all(owners.map(({ id }) => leaveNotice(id)))
    const stoppedAt = new Map<string, number>()
    const sentAt = new Map<string, number>()
    let clock = 0
    world.network.answer = async ({ method, body }) => {
      if (method === 'GET') return Response.json({ messages: [] })
      sentAt.set(body.get('To') ?? '', ++clock)
      return Response.json(
        { sid: `SM${newId().replaceAll('-', '')}`, status: 'queued', to: '', body: '' },
        { status: 201 },
      )
    }

    await Promise.all(
      owners.flatMap(({ contactPhone }, index) => [
        text(contactPhone, ops, 'STOP').then(() => stoppedAt.set(contactPhone, ++clock)),
        sendNotice(world.ctx(), { noticeId: notices[index] ?? '' }),
      ]),
    )

    const again = await Promise.all(owners.map(({ id }) => leaveNotice(id)))
    const before = sentAt.size
    for (const noticeId of again) await sendNotice(world.ctx(), { noticeId })
    expect(stoppedAt.size).toBe(24)
    expect(sentAt.size).toBe(before)
    for (const noticeId of again) expect(await noticeOf(noticeId)).toMatchObject({ state: 'skipped' })
  })

  test('every text passes the gate: nobody sends but who asks it, and the alerts of the operator on duty', () => {
    const files = globSync('**/*.ts', {
      cwd: new URL('..', import.meta.url),
      exclude: (name) => name.endsWith('.test.ts'),
    })
    const senders = files.filter((name) =>
      /\bawait sendByFirst\(ctx|Texts\.send\b|\bsender\.send\(/.test(
        readFileSync(new URL(`../${name}`, import.meta.url), 'utf8'),
      ),
    )

    expect(senders.sort()).toEqual(['alerts/deliver.ts', 'customers/send-notice.ts', 'providers/text-senders.ts'])
    expect(readFileSync(new URL('../customers/send-notice.ts', import.meta.url), 'utf8')).toContain('mayContact(')
  })
})
