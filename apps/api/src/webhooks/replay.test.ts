import { createHmac } from 'node:crypto'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import { sealSecret } from '../platform/secret.ts'
import { stripeCustomer } from '../testing/stripe.ts'
import { untilWaitedFor } from '../testing/waited-for.ts'
import {
  openWorld,
  publicUrl,
  randomNumber,
  retellCall,
  twilioStatus,
  twilioToken,
  type World,
} from '../testing/world.ts'
import { reverifyQuarantine } from './reverify-quarantine.ts'

let world: World
let operator: string
let by: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
  const { body } = await world.rest('GET', '/api/auth/me', { token: operator })
  by = `user:${body.email}`
})
afterAll(() => world.close())

const idOf = async (text: string) => {
  const [row] = await world.owner`select id from webhook_queue where body like ${`%${text}%`} order by id limit 1`
  return toWireId('webhook', row?.id)
}
const uuidOf = (id: string) => id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
const replay = (id: string) => world.rest('POST', `/api/admin/webhook-queue/${id}/replay`, { token: operator })
const find = async (id: string) => (await world.rest('GET', `/api/admin/webhook-queue/${id}`, { token: operator })).body
const auditsOf = (id: string) => world.owner`
  select action, actor, before, after from audit_log where subject = ${id} order by id`
const usedBy = async (customerId: string) => {
  const { body } = await world.rest('GET', `/api/usage/status?customerId=${toWireId('customer', customerId)}`, {
    token: operator,
  })
  return body.calls.usedSeconds
}
const newSid = () => `CA${newId().replaceAll('-', '')}`
async function processed(seconds = 60) {
  const { id, phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds })
  await world.retell(call.ended)
  await world.process()
  return { customerId: id, phoneNumber, call, webhookId: await idOf(call.id) }
}

test('a replay really runs the bytes again: what was lost is there again (K-1)', async () => {
  const { customerId, call, webhookId } = await processed()
  await world.owner`
    update call_events set facts = '{}', status = 'ringing', seconds = null, summary = null where retell_call_id = ${call.id}`

  const { status, body } = await replay(webhookId)

  expect(status).toBe(200)
  expect(body).toMatchObject({ state: 'processed', effects: { changed: true } })
  expect(body.effects.text).toEqual([
    expect.stringMatching(/^Call cal_[0-9a-f]{32}: status ringing → completed$/),
    expect.stringMatching(/^Call cal_[0-9a-f]{32}: seconds none → 60$/),
  ])
  const [row] = await world.owner`select status, seconds from call_events where retell_call_id = ${call.id}`
  expect(row).toEqual({ status: 'completed', seconds: 60 })
  expect(await usedBy(customerId)).toBe(60)
})

test('replaying what is done says that nothing changed, and charges nothing twice', async () => {
  const { customerId, webhookId } = await processed()

  for (let turn = 0; turn < 3; turn++)
    expect(await replay(webhookId)).toMatchObject({
      status: 200,
      body: { state: 'processed', effects: { changed: false, text: [] } },
    })

  expect(await usedBy(customerId)).toBe(60)
})

test('the replay of a leg that was taken for a call takes back what was charged for it, says how much, and leaves its call its own length', async () => {
  const { id, phoneNumber } = await world.customer()
  const [sid, leg] = [newSid(), newSid()]
  await world.twilio('status', twilioStatus({ sid: leg, to: phoneNumber, status: 'completed', seconds: 40 }))
  await world.process()
  await world.twilio(
    'status',
    twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 61, at: Date.now() - 5000 }),
  )
  await world.process()
  expect(await usedBy(id)).toBe(101)
  // as it was read before it was known what names the call that dialled it
  await world.owner`update webhook_queue set body = ${`ParentCallSid=${sid}&`} || body where body like ${`%${leg}%`}`

  const { body } = await replay(await idOf(leg))

  expect(body.effects.text).toContain('Usage −40 s of calls')
  expect(await usedBy(id)).toBe(61)
  expect(await world.owner`select seconds from call_events where customer_id = ${id}`).toEqual([{ seconds: 61 }])
  await replay(await idOf(`CallSid=${sid}`))
  expect(await usedBy(id)).toBe(61)
})

test('what a replay has found to be misread stays gone: of a call that has told no length nothing is charged, and the one that it tells later counts', async () => {
  const { id, phoneNumber } = await world.customer()
  const [sid, leg] = [newSid(), newSid()]
  await world.twilio('status', twilioStatus({ sid: leg, to: phoneNumber, status: 'completed', seconds: 40 }))
  await world.twilio('status', twilioStatus({ sid, to: phoneNumber, status: 'in-progress' }))
  await world.process()
  expect(await usedBy(id)).toBe(40)
  await world.owner`update webhook_queue set body = ${`ParentCallSid=${sid}&`} || body where body like ${`%${leg}%`}`

  await replay(await idOf(leg))

  expect(await usedBy(id)).toBe(0)
  const callsOf = () => world.owner`select status, seconds from call_events where customer_id = ${id}`
  expect(await callsOf()).toEqual([{ status: 'in-progress', seconds: null }])
  const { Timestamp: _, ...untimed } = twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 61 })
  await world.twilio('status', untimed)
  await world.process()
  expect(await callsOf()).toEqual([{ status: 'completed', seconds: 61 }])
  expect(await usedBy(id)).toBe(61)
})

test('the replay of a receipt that was taken for a text makes it the text of whoever sent it, and charges him', async () => {
  const [sender, other] = [await world.customer(), await world.customer()]
  const MessageSid = `SM${newId().replaceAll('-', '')}`
  await world.twilio('sms', {
    MessageSid,
    From: sender.phoneNumber,
    To: other.phoneNumber,
    Body: 'hello',
    NumSegments: '1',
  })
  await world.process()
  const segmentsOf = async (customerId: string) => {
    const path = `/api/usage/status?customerId=${toWireId('customer', customerId)}`
    return (await world.rest('GET', path, { token: operator })).body.sms.usedSegments
  }
  expect([await segmentsOf(sender.id), await segmentsOf(other.id)]).toEqual([0, 1])
  // as it was read before it was known that a receipt may come to the door of texts
  await world.owner`update webhook_queue set body = 'MessageStatus=delivered&' || body where body like ${`%${MessageSid}%`}`

  await replay(await idOf(MessageSid))

  expect(
    await world.owner`select status, direction, customer_id from sms_events where message_sid = ${MessageSid}`,
  ).toEqual([{ status: 'delivered', direction: 'outbound', customer_id: sender.id }])
  expect([await segmentsOf(sender.id), await segmentsOf(other.id)]).toEqual([1, 0])
})

test('many operators who replay one webhook at the same moment charge it once', async () => {
  const { customerId, webhookId } = await processed()

  const answers = await Promise.all(Array.from({ length: 8 }, () => replay(webhookId)))

  expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
  expect(await usedBy(customerId)).toBe(60)
})

test('the evidence of before stays, each replay adds an attempt and an audit row (K-1)', async () => {
  const marker = newId()
  await world.retell(`{"event":"call_ended","call":{"note":"${marker}"}}`)
  await world.process()
  const id = await idOf(marker)
  const before = await find(id)
  expect(before).toMatchObject({ state: 'dead', lastError: '«call_ended» names no call', attempts: 1 })

  expect(await replay(id)).toMatchObject({ status: 200, body: { state: 'dead', effects: { changed: false } } })
  const after = await find(id)

  expect(after).toMatchObject({
    body: before.body,
    bodySha256: before.bodySha256,
    headers: before.headers,
    attempts: 2,
  })
  expect(after.attemptLog.slice(0, before.attemptLog.length)).toEqual(before.attemptLog)
  expect(after.attemptLog.at(-1)).toMatchObject({ outcome: 'dead', error: '«call_ended» names no call', by })
  expect(await auditsOf(id)).toMatchObject([
    { action: 'webhooks.replay', actor: by, before: { state: 'dead' }, after: { state: 'dead' } },
  ])
})

test('a dead webhook comes alive by a replay once its cause is gone', async () => {
  const { customerId, call, webhookId } = await processed()
  const other = retellCall({ to: call.ended.call.to_number, seconds: 30 })
  await world.retell(other.ended)
  await world.owner`
    update webhook_queue set state = 'dead', last_error = 'it was so', attempts = 8, next_attempt_at = null
    where body like ${`%${other.id}%`}`
  await world.process()
  expect(await usedBy(customerId)).toBe(60)

  const id = await idOf(other.id)
  const { body } = await replay(id)

  expect(body).toMatchObject({ state: 'processed', effects: { changed: true } })
  expect(body.effects.text).toContain('Usage +30 s of calls')
  expect(await usedBy(customerId)).toBe(90)
  expect(await auditsOf(id)).toMatchObject([
    { before: { state: 'dead', error: 'it was so' }, after: { state: 'processed', error: null } },
  ])
  expect(await find(webhookId)).toMatchObject({ state: 'processed' })
})

test('what could not be read when it came is named once it can be', async () => {
  const { phoneNumber } = await world.customer()
  const sid = newSid()
  await world.twilio('status', twilioStatus({ sid, to: phoneNumber, status: 'completed', seconds: 61 }))
  const id = await idOf(sid)
  // as a reader left it that did not know such a form
  await world.owner`
    update webhook_queue set state = 'dead', event_type = null, phone_number = null, last_error = 'The form names no such thing' where body like ${`%${sid}%`}`

  expect((await replay(id)).body).toMatchObject({ state: 'processed' })

  expect(await find(id)).toMatchObject({ state: 'processed', eventType: 'call.completed', phoneNumber })
})

test('a STOP that could not be read when it came is heard once it can be, as of when it came, and once', async () => {
  const { phoneNumber } = await world.customer()
  const caller = randomNumber()
  const asked = (Body: string) => ({
    MessageSid: `SM${newId()}`,
    From: caller,
    To: phoneNumber,
    Body,
    NumSegments: '1',
  })
  const stop = asked('STOP')
  await world.twilio('sms', stop)
  const id = await idOf(stop.MessageSid)
  // as a reader left it that did not know such a form
  await world.owner`update webhook_queue set state = 'dead', event_type = null, last_error = 'unknown' where id = ${uuidOf(id)}`
  const forget = async () => {
    await world.owner`alter table consents disable trigger user`
    await world.owner`delete from consents where phone_number = ${caller} and action = 'revoke'`
    await world.owner`delete from compliance_events where phone_number = ${caller} and kind = 'stop'`
    await world.owner`alter table consents enable trigger user`
  }
  await forget()
  const said = () => world.owner`
    select channel, action from consents where phone_number = ${caller} order by occurred_at, channel`

  expect((await replay(id)).body).toMatchObject({ state: 'processed' })
  await replay(id)

  expect(await said()).toEqual([
    { channel: 'sms', action: 'revoke' },
    { channel: 'voice', action: 'revoke' },
  ])
  // who has come back since is not sent away again
  await world.owner`update webhook_queue set received_at = received_at - interval '1 hour', state = 'dead', event_type = null where id = ${uuidOf(id)}`
  await world.twilio('sms', asked('START'))
  await forget()
  await replay(id)
  expect((await said()).at(-1)).toEqual({ channel: 'sms', action: 'restore' })
})

test('a dead webhook that still cannot be read stays dead, and whoever replays it is told why', async () => {
  const call = retellCall({ to: (await world.customer()).phoneNumber, seconds: 30 })
  await world.retell(call.ended)
  const id = await idOf(call.id)
  await world.owner`
    update webhook_queue set state = 'dead', body = '{', attempts = 8, next_attempt_at = null where body like ${`%${call.id}%`}`
  const { body } = await replay(id)
  expect(body).toMatchObject({ state: 'dead', effects: { changed: false } })
  expect(body.effects.text).toEqual([expect.stringMatching(/^It failed again: .*not JSON/)])
})

test('a refused delivery is verified again first, with the secret that counts now, and then counted once', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 45 })
  const secret = `key_${newId()}`
  expect(await world.retell(call.ended, { key: secret })).toMatchObject({ status: 401 })
  const id = await idOf(call.id)
  expect(await replay(id)).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict', message: 'It still cannot be verified (signature invalid)' } },
  })
  expect(await find(id)).toMatchObject({ state: 'quarantined', verdict: 'signature_invalid' })

  await world.owner`
    insert into webhook_sources (id, provider, name, secret_ciphertext, secret_sha256)
    values (${newId()}, 'retell', 'corrected', ${sealSecret(secret, world.env.TRUNKLINE_KEY)}, sha256(${Buffer.from(secret)}))`
  const { body } = await replay(id)

  expect(body).toMatchObject({ state: 'processed', effects: { changed: true } })
  expect(await usedBy(customerId)).toBe(45)
  expect(await find(id)).toMatchObject({
    state: 'processed',
    verdict: 'verified',
    eventType: 'call_ended',
    phoneNumber,
  })
  await world.owner`delete from webhook_sources where name = 'corrected'`
  // the genuine event that Retell sends again is now a duplicate
  expect(await world.retell(call.ended)).toMatchObject({ status: 200, body: { duplicate: true } })
})

test('what a provider tells again of a refused delivery that was let in is the same event, whatever counts its tries', async () => {
  const { id: customerId } = await world.customer()
  const secret = `whsec_${newId()}`
  const told = { ...stripeCustomer(customerId).topup(), pending_webhooks: 2 }
  expect(await world.stripe(told, { secret })).toMatchObject({ status: 401 })
  await world.owner`
    insert into webhook_sources (id, provider, name, secret_ciphertext, secret_sha256)
    values (${newId()}, 'stripe', 'corrected', ${sealSecret(secret, world.env.TRUNKLINE_KEY)}, sha256(${Buffer.from(secret)}))`
  expect(await replay(await idOf(told.id))).toMatchObject({ body: { state: 'processed' } })
  await world.owner`delete from webhook_sources where name = 'corrected'`

  expect(await world.stripe({ ...told, pending_webhooks: 1 })).toMatchObject({ status: 200, body: { duplicate: true } })
})

test('a refused delivery that is erased while it is verified again stays erased', async () => {
  const { phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 60 })
  await world.retell(call.ended, { key: 'key_erased_meanwhile_0123456789' })
  const id = await idOf(call.id)
  await world.owner`
    insert into webhook_sources (id, provider, name, secret_ciphertext, secret_sha256)
    values (${newId()}, 'retell', 'corrected since', ${sealSecret('key_erased_meanwhile_0123456789', world.env.TRUNKLINE_KEY)}, '\\x02')`
  let verifying: Promise<unknown> = Promise.resolve()
  await world.owner.begin(async (sql) => {
    await sql`update webhook_queue set body = '', phone_number = null, shredded_at = now() where id = ${uuidOf(id)}`
    verifying = reverifyQuarantine(world.ctx(), { provider: 'retell' })
    await untilWaitedFor(sql)
  })
  await verifying
  await world.owner`delete from webhook_sources where name = 'corrected since'`

  expect(await world.owner`select state, body from webhook_queue where id = ${uuidOf(id)}`).toEqual([
    { state: 'quarantined', body: '' },
  ])
})

test('a refused delivery whose genuine twin was accepted since is not let in', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 45 })
  await world.retell(call.ended, { at: Date.now() - 400_000 })
  const id = await idOf(call.id)
  await world.retell(call.ended)
  await world.process()
  // as if its clock had been right
  await world.owner`update webhook_queue set received_at = received_at - interval '400 seconds' where id = ${id.slice(4)}::uuid`

  expect(await replay(id)).toMatchObject({
    status: 409,
    body: { error: { message: 'The same event has been received and accepted since' } },
  })
  expect(await usedBy(customerId)).toBe(45)
})

test('a delivery that was stale when it came is still stale years later', async () => {
  const { phoneNumber } = await world.customer()
  const call = retellCall({ to: phoneNumber, seconds: 45 })
  await world.retell(call.ended, { at: Date.now() - 400_000 })

  expect(await replay(await idOf(call.id))).toMatchObject({
    status: 409,
    body: { error: { message: 'It still cannot be verified (timestamp stale)' } },
  })
})

test('where the body was too large to keep there is nothing to replay, and that is said', async () => {
  const { statusCode } = await world.app.inject({
    method: 'POST',
    url: '/webhooks/retell',
    payload: Buffer.alloc(5 * 1024 * 1024 + 1, 'x'),
    headers: { 'content-type': 'application/json' },
  })
  expect(statusCode).toBe(413)
  const [row] = await world.owner`select id from webhook_queue where verdict = 'too_large' order by id desc limit 1`

  expect(await replay(toWireId('webhook', row?.id))).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict', message: expect.stringContaining('too large') } },
  })
})

test('a replay that fails is told, and kept as an attempt; what was processed stays so, and so does its money (K-1)', async () => {
  const { webhookId, customerId } = await processed()
  const before = await find(webhookId)
  await world.owner`alter table usage_keys rename to usage_keys_away`
  try {
    expect(await replay(webhookId)).toMatchObject({
      status: 503,
      body: {
        error: {
          code: 'unavailable',
          message: expect.stringMatching(/^The replay failed, and the webhook is processed as before: .*\(42P01\)$/),
        },
      },
    })
  } finally {
    await world.owner`alter table usage_keys_away rename to usage_keys`
  }
  const after = await find(webhookId)
  expect(after).toMatchObject({ state: 'processed', attempts: before.attempts, lastError: null })
  expect(after.processedAt).toBe(before.processedAt)
  expect(after.attemptLog.at(-1)).toMatchObject({ outcome: 'failed', error: expect.stringContaining('42P01'), by })
  expect(await auditsOf(webhookId)).toMatchObject([{ action: 'webhooks.replay', after: { state: 'processed' } }])
  expect(await usedBy(customerId)).toBe(60)
  expect(await replay(webhookId)).toMatchObject({ status: 200, body: { effects: { changed: false } } })
})

test('a replay that meets a deadlock is done again, and nobody is told of a failure', async () => {
  const { webhookId, customerId, call } = await processed()
  await world.owner`update call_events set facts = '{}', status = 'ringing', seconds = null where retell_call_id = ${call.id}`
  await world.owner`create sequence deadlocks`
  await world.owner`
    create function meet_a_deadlock() returns trigger language plpgsql security definer as
    'begin if nextval(''public.deadlocks'') = 1 then raise exception using errcode = ''40P01''; end if; return new; end'`
  await world.owner`
    create trigger meets_a_deadlock before insert on webhook_attempts for each row execute function meet_a_deadlock()`

  expect(await replay(webhookId)).toMatchObject({
    status: 200,
    body: { state: 'processed', effects: { changed: true } },
  })

  await world.owner`drop trigger meets_a_deadlock on webhook_attempts`
  expect((await find(webhookId)).attemptLog.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
    'processed',
    'replayed',
  ])
  expect(await usedBy(customerId)).toBe(60)
})

test('a processed webhook whose bytes are refused today stays processed, and that is told', async () => {
  const { webhookId, customerId, call } = await processed()
  await world.owner`
    update webhook_queue set body = replace(body, '"duration_ms":60000', '"duration_ms":1e300') where body like ${`%${call.id}%`}`

  expect(await replay(webhookId)).toMatchObject({
    status: 409,
    body: { error: { code: 'conflict', message: expect.stringContaining('is no length of a call') } },
  })

  const after = await find(webhookId)
  expect(after).toMatchObject({ state: 'processed', lastError: null, customer: { businessName: 'Harbor Plumbing' } })
  expect(after.attemptLog.at(-1)).toMatchObject({
    outcome: 'failed',
    error: expect.stringContaining('is no length of a call'),
    by,
  })
  expect(await usedBy(customerId)).toBe(60)
})

test('a failed webhook whose replay fails waits for its next attempt (K-1)', async () => {
  const { phoneNumber, customerId } = await processed()
  const call = retellCall({ to: phoneNumber, seconds: 5 })
  await world.retell(call.ended)
  const id = await idOf(call.id)
  await world.owner`alter table usage_keys rename to usage_keys_away`
  try {
    expect(await replay(id)).toMatchObject({
      status: 200,
      body: {
        state: 'failed',
        effects: { changed: false, text: [expect.stringMatching(/^It failed again: .*\(42P01\)$/)] },
      },
    })
  } finally {
    await world.owner`alter table usage_keys_away rename to usage_keys`
  }
  await world.owner`update webhook_queue set next_attempt_at = now() - interval '1 second' where state = 'failed'`
  await world.process()
  expect(await find(id)).toMatchObject({ state: 'processed' })
  expect(await usedBy(customerId)).toBe(65)
})

test.each(['https://wrong.example', 'http://127.0.0.1:3000', 'https://wrong.example/behind/a/path'])(
  'what Twilio signed for our address was refused while PUBLIC_URL was %s; replayed after its correction it counts',
  async (wrongUrl) => {
    const { id: customerId, phoneNumber } = await world.customer()
    const form = { MessageSid: `SM${newId()}`, From: '+14155550123', To: phoneNumber, Body: 'Hi', NumSegments: '2' }
    const { status } = await world.twilio('sms', form, { token: 'the token of a stranger' })
    expect(status).toBe(401)
    const id = await idOf(form.MessageSid)
    const path = '/webhooks/twilio/sms'
    const data = `${publicUrl}${path}?a=b${Object.entries(form)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map((pair) => pair.join(''))
      .join('')}`
    const genuine = createHmac('sha1', twilioToken).update(data).digest('base64')
    await world.owner`
      update webhook_queue set url = ${`${wrongUrl}${path}?a=b`}, headers = ${world.owner.json([['X-Twilio-Signature', genuine]])}
      where id = ${id.slice(4)}::uuid`

    const { body } = await replay(id)

    expect(body).toMatchObject({ state: 'processed' })
    const [limits] = await world.owner`select sms_used::int as used from usage_limits where customer_id = ${customerId}`
    expect(limits?.used).toBe(2)
    expect(await find(id)).toMatchObject({ verdict: 'verified', url: `${wrongUrl}${path}?a=b` })
  },
)

test('a delivery to another door is not proven by the address of this one', async () => {
  const { phoneNumber } = await world.customer()
  const form = { MessageSid: `SM${newId()}`, From: '+14155550123', To: phoneNumber, Body: 'Hi' }
  await world.twilio('sms', form, { token: 'the token of a stranger' })
  const id = await idOf(form.MessageSid)
  const data = Object.entries(form)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.join(''))
    .join('')
  const elsewhere = createHmac('sha1', twilioToken)
    .update(`${publicUrl}/webhooks/twilio/status${data}`)
    .digest('base64')
  await world.owner`
    update webhook_queue set headers = ${world.owner.json([['X-Twilio-Signature', elsewhere]])} where id = ${id.slice(4)}::uuid`

  expect(await replay(id)).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } })
})

test('a webhook that is not there is not found', async () => {
  expect(await replay(`whk_${'0'.repeat(32)}`)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  expect(await replay('whk_1')).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid', fields: { id: expect.any(String) } } },
  })
})

test('one poisonous webhook in a hundred: 99 are metered, one is dead with the reason, and no body is in it (K-3, K-7)', async () => {
  const { id: customerId, phoneNumber } = await world.customer({ tier: 'scale' })
  const calls = Array.from({ length: 99 }, () => retellCall({ to: phoneNumber, seconds: 3 }))
  const poison = retellCall({ to: phoneNumber, seconds: 3 })
  const poisonous = {
    ...poison.ended,
    call: { ...poison.ended.call, transcript: 'a secret of the caller' },
  }
  const all = [...calls.map(({ ended }) => ended).slice(0, 50), poisonous, ...calls.map(({ ended }) => ended).slice(50)]
  await Promise.all(all.map((event) => world.retell(event)))

  // whatever an adapter lets through one day that the tables refuse
  await world.owner.unsafe(`alter table call_events add constraint poison check (retell_call_id <> '${poison.id}')`)
  try {
    await world.process(100)
  } finally {
    await world.owner`alter table call_events drop constraint poison`
  }

  expect(await usedBy(customerId)).toBe(297)
  const { state, lastError, attemptLog } = await find(await idOf(poison.id))
  expect(state).toBe('dead')
  expect(lastError).toMatch(/23514/)
  expect(JSON.stringify([lastError, attemptLog])).not.toContain('a secret of the caller')
})

test('a webhook that fails is tried again, later each time, until it succeeds (K-7)', async () => {
  const { phoneNumber, customerId } = await processed()
  const call = retellCall({ to: phoneNumber, seconds: 5 })
  await world.retell(call.ended)
  const waits: number[] = []
  await world.owner`alter table usage_limits rename to usage_limits_away`
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      await world.process()
      const [row] = await world.owner`
        select state, attempts, extract(epoch from next_attempt_at - now())::float as wait from webhook_queue where body like ${`%${call.id}%`}`
      expect(row).toMatchObject({ state: 'failed', attempts: attempt + 1 })
      waits.push(row?.wait)
      await world.owner`update webhook_queue set next_attempt_at = now() - interval '1 second' where body like ${`%${call.id}%`}`
    }
  } finally {
    await world.owner`alter table usage_limits_away rename to usage_limits`
  }

  for (const [attempt, wait] of waits.entries()) {
    expect(wait).toBeGreaterThan(2 ** attempt - 1)
    expect(wait).toBeLessThanOrEqual(2 ** (attempt + 1))
  }
  await world.process()
  expect(await usedBy(customerId)).toBe(65)
})

test('the alias by which the first customers know it replays too', async () => {
  const { webhookId } = await processed()

  expect(await world.rest('POST', `/admin/webhook-queue/${webhookId}/replay`, { token: operator })).toMatchObject({
    status: 200,
    body: { state: 'processed' },
  })
  expect(await world.rest('POST', `/admin/webhook-queue/${webhookId}/replay`)).toMatchObject({ status: 401 })
})

test('a webhook shows what became of it: call, ledger, alert, and who waits for an owner', async () => {
  const { webhookId, customerId } = await processed(8000)
  const stranger = retellCall({ to: randomNumber(), seconds: 5 })
  await world.retell(stranger.ended)
  await world.process()

  const { lineage, customer } = await find(webhookId)

  expect(customer).toMatchObject({ id: toWireId('customer', customerId) })
  expect(lineage).toMatchObject({
    calls: [{ seconds: 8000, status: 'completed' }],
    usage: [{ meter: 'call_seconds', kind: 'usage', quantity: 8000 }],
    alerts: [{ type: 'usage_warning' }],
    unknownPhone: null,
  })
  expect((await find(await idOf(stranger.id))).lineage).toMatchObject({
    calls: [{ customer: null }],
    usage: [],
    unknownPhone: { phoneNumber: stranger.ended.call.to_number },
  })
})
