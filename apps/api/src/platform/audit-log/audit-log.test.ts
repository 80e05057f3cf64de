import { afterAll, beforeAll, expect, test } from 'vitest'
import { appRouter } from '../../router.ts'
import { codeShown } from '../../testing/authenticator.ts'
import { passkeyDevice } from '../../testing/passkey-device.ts'
import { openWorld, randomNumber, retellCall, type World } from '../../testing/world.ts'
import { newId } from '../id.ts'

let world: World
let admin: string
beforeAll(async () => {
  world = await openWorld()
  admin = await world.signIn('admin')
})
afterAll(() => world.close())

const password = 'correct horse battery'
let nth = 0
/** Each request comes from an address of its own. */
const addressOf = (request: number) => `10.${request >> 8}.${request & 255}.1`

type Answer = { status: number; body: { id: string } & Record<string, string> }
/** Calls a procedure as the admin, else as whoever has the token; answers what came back. */
async function ask(path: string, input: object, token: string | null = admin): Promise<Answer> {
  const answer = await world.app.inject({
    method: 'POST',
    url: `/trpc/${path}`,
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
    remoteAddress: addressOf(++nth),
    payload: input,
  })
  const parsed = answer.json()
  return { status: answer.statusCode, body: parsed.result?.data ?? parsed.error }
}

/** Somebody with a password and a session; answers his token and address. */
async function somebody() {
  const email = `person${++nth}@audit.example`
  const { body } = await ask('onboarding.register', registration(email), null)
  return {
    email,
    token: String(body.token),
    customerId: (body.customer as unknown as { id: string }).id,
    userId: (body.user as unknown as { id: string }).id,
  }
}
const registration = (email: string) => ({
  email,
  password,
  firstName: 'Ada',
  lastName: 'B',
  businessName: `Business ${email}`,
})

const planned = async () => {
  await world.retell(retellCall({ to: randomNumber(), seconds: 60 }).ended)
  return await ask('webhooks.replays.plan', { filter: { state: 'received' } })
}

async function withSecondFactor() {
  const person = await somebody()
  const { body } = await ask('sessions.startSecondFactor', { password }, person.token)
  const confirmed = await ask('sessions.confirmSecondFactor', { code: codeShown(String(body.key)) }, person.token)
  return { ...person, key: String(body.key), confirmed }
}

async function withPasskey() {
  const { token } = await somebody()
  const device = passkeyDevice()
  const { body } = await ask('sessions.passkeys.begin', { password }, token)
  const registration = device.create(body as unknown as Parameters<typeof device.create>[0])
  const added = await ask('sessions.passkeys.add', { name: 'Laptop', registration }, token)
  return { device, added, token: String(added.body.token), id: (added.body.passkey as unknown as { id: string }).id }
}

const kept = { list: 'webhooks', name: 'Needs a person', filters: { state: 'dead' } }

async function linkFor(to: string): Promise<string> {
  await world.drainJobs()
  return /#(\S+)/.exec(world.mails.findLast((mail) => mail.to === to)?.text ?? '')?.[1] ?? ''
}

async function staffId(role = 'viewer'): Promise<string> {
  const { body } = await ask('staff.invite', { email: `colleague${++nth}@audit.example`, name: 'Colleague', role })
  return body.id
}
const startView = async (token: string) =>
  ask('views.start', { id: (await somebody()).customerId, reason: 'a question of theirs' }, token)
const keyId = async () => (await ask('apiKeys.create', { name: 'Billing', scopes: ['usage:read'] })).body.id

async function unknownId(): Promise<string> {
  await world.retell(retellCall({ to: randomNumber(), seconds: 5 }).started)
  await world.process()
  const [row] = await world.owner`select id from unknown_phone where resolved_at is null order by id desc limit 1`
  return `unk_${row?.id.replaceAll('-', '')}`
}

async function callId(): Promise<string> {
  const { phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 5 }).ended)
  await world.process()
  const [row] = await world.owner`select id from call_events order by id desc limit 1`
  return `cal_${row?.id.replaceAll('-', '')}`
}

async function messageId(): Promise<string> {
  const { phoneNumber } = await world.customer()
  const sid = `SM${newId().replaceAll('-', '')}`
  await world.twilio('sms', {
    MessageSid: sid,
    AccountSid: `AC${'0'.repeat(31)}1`,
    From: '+14155550123',
    To: phoneNumber,
    Body: 'hi',
    NumSegments: '1',
  })
  await world.process()
  const [row] = await world.owner`select id from sms_events order by id desc limit 1`
  return `msg_${row?.id.replaceAll('-', '')}`
}

/** What is asked about the call minutes of a customer. */
const calls = async () => ({ customerId: (await somebody()).customerId, meter: 'call_seconds' })

async function errorId(): Promise<string> {
  world.faults.track({
    error: new Error(`broken ${'abcdefghij'.slice(0, (++nth % 9) + 1)}`),
    source: 'api',
    where: `audit.test${nth}`,
  })
  await world.faults.flush()
  const [row] = await world.owner`select id from error_groups order by id desc limit 1`
  return `err_${row?.id.replaceAll('-', '')}`
}

async function alertId(): Promise<string> {
  const { body } = await ask('alerts.report', {
    type: `test.audit${++nth}`,
    severity: 'low',
    title: 'A title',
    message: 'A message',
  })
  return String(body.alertId)
}

/** One of two that count. */
async function webhookSecretId(): Promise<string> {
  const door = `audit${++nth}`
  await ask('webhooks.secrets.add', { provider: 'standard', door })
  const { body } = await ask('webhooks.secrets.add', { provider: 'standard', door })
  return (body.secret as unknown as { id: string }).id
}

/** Every mutation, carried out once so that it succeeds. The last thing each does is the call itself. */
const acts: Record<string, () => Promise<Answer>> = {
  'onboarding.register': () => ask('onboarding.register', registration(`new${++nth}@audit.example`), null),
  'onboarding.acceptInvitation': async () => {
    const email = `invited${++nth}@audit.example`
    await ask('staff.invite', { email, name: 'Invited', role: 'viewer' })
    return await ask('onboarding.acceptInvitation', { token: await linkFor(email), newPassword: password }, null)
  },
  'sessions.login': async () => ask('sessions.login', { email: (await somebody()).email, password }, null),
  'sessions.loginWithCode': async () => {
    const { email, key } = await withSecondFactor()
    const { body } = await ask('sessions.login', { email, password }, null)
    return await ask('sessions.loginWithCode', { ticket: body.ticket, code: codeShown(key, 1) }, null)
  },
  'sessions.resetPassword': async () => {
    const { email } = await somebody()
    await ask('sessions.requestReset', { email }, null)
    return await ask('sessions.resetPassword', { token: await linkFor(email), newPassword: 'another password' }, null)
  },
  'sessions.logout': async () => ask('sessions.logout', {}, (await somebody()).token),
  'sessions.revoke': async () => {
    const { email, token } = await somebody()
    await ask('sessions.login', { email, password }, null)
    const { body } = await world.rest('GET', '/api/sessions', { token })
    return await ask(
      'sessions.revoke',
      { id: body.items.find(({ current }: { current: boolean }) => !current).id },
      token,
    )
  },
  'answering.set': () => ask('answering.set', { isInMaintenance: false, reason: 'Done' }),
  'sessions.revokeOthers': async () => ask('sessions.revokeOthers', {}, (await somebody()).token),
  'sessions.savedFilters.save': async () => ask('sessions.savedFilters.save', kept, (await somebody()).token),
  'sessions.savedFilters.rename': async () => {
    const { token } = await somebody()
    const { body } = await ask('sessions.savedFilters.save', kept, token)
    return await ask('sessions.savedFilters.rename', { id: body.id, name: 'Another name' }, token)
  },
  'sessions.savedFilters.forget': async () => {
    const { token } = await somebody()
    const { body } = await ask('sessions.savedFilters.save', kept, token)
    return await ask('sessions.savedFilters.forget', { id: body.id }, token)
  },
  'sessions.changePassword': async () =>
    ask(
      'sessions.changePassword',
      { currentPassword: password, newPassword: 'another password' },
      (await somebody()).token,
    ),
  'sessions.confirmSecondFactor': async () => (await withSecondFactor()).confirmed,
  'sessions.renewRecoveryCodes': async () => {
    const { confirmed, key } = await withSecondFactor()
    return await ask('sessions.renewRecoveryCodes', { code: codeShown(key, 1) }, String(confirmed.body.token))
  },
  'sessions.turnOffSecondFactor': async () => {
    const { confirmed, key } = await withSecondFactor()
    return await ask(
      'sessions.turnOffSecondFactor',
      { password, code: codeShown(key, 1) },
      String(confirmed.body.token),
    )
  },
  'sessions.passkeys.add': async () => (await withPasskey()).added,
  'sessions.passkeys.signIn': async () => {
    const { device } = await withPasskey()
    const { body } = await ask('sessions.passkeys.beginSignIn', {}, null)
    const assertion = device.get(body as unknown as Parameters<typeof device.get>[0])
    return await ask('sessions.passkeys.signIn', assertion, null)
  },
  'sessions.passkeys.rename': async () => {
    const { id, token } = await withPasskey()
    return await ask('sessions.passkeys.rename', { id, name: 'Phone' }, token)
  },
  'sessions.passkeys.remove': async () => {
    const { id, token } = await withPasskey()
    return await ask('sessions.passkeys.remove', { id, password }, token)
  },
  'apiKeys.create': () => ask('apiKeys.create', { name: 'Billing', scopes: ['usage:read'] }),
  'apiKeys.rotate': async () => ask('apiKeys.rotate', { id: await keyId() }),
  'apiKeys.revoke': async () => ask('apiKeys.revoke', { id: await keyId() }),
  'staff.invite': () => ask('staff.invite', { email: `staff${++nth}@audit.example`, name: 'New', role: 'viewer' }),
  'staff.inviteAgain': async () => ask('staff.inviteAgain', { id: await staffId() }),
  'staff.disable': async () => ask('staff.disable', { id: await staffId(), reason: 'left' }),
  'staff.enable': async () => {
    const id = await staffId()
    await ask('staff.disable', { id, reason: 'left' })
    return await ask('staff.enable', { id })
  },
  'staff.changeRole': async () => ask('staff.changeRole', { id: await staffId(), role: 'operator' }),
  'views.start': async () => startView(await world.signIn('admin')),
  'views.end': async () => {
    const token = await world.signIn('admin')
    await startView(token)
    return await ask('views.end', {}, token)
  },
  'webhooks.quarantine.reverify': () => ask('webhooks.quarantine.reverify', {}),
  'webhooks.replay': async () => {
    await callId()
    const [row] = await world.owner`select id from webhook_queue where state = 'processed' order by id desc limit 1`
    return await ask('webhooks.replay', { id: `whk_${row?.id.replaceAll('-', '')}` })
  },
  'webhooks.secrets.add': () => ask('webhooks.secrets.add', { provider: 'standard', door: 'audit' }),
  'webhooks.secrets.rotate': async () => ask('webhooks.secrets.rotate', { id: await webhookSecretId() }),
  'webhooks.secrets.end': async () => ask('webhooks.secrets.end', { id: await webhookSecretId() }),
  'webhooks.gaps.backfill': () => ask('webhooks.gaps.backfill', {}),
  'webhooks.sources.pause': () => ask('webhooks.sources.pause', { provider: 'stripe', reason: 'a test' }),
  'webhooks.sources.resume': async () => {
    await ask('webhooks.sources.pause', { provider: 'telnyx', reason: 'a test' })
    return await ask('webhooks.sources.resume', { provider: 'telnyx', reason: 'a test' })
  },
  'webhooks.sources.test': () => ask('webhooks.sources.test', { provider: 'retell' }),
  'webhooks.replays.plan': async () => await planned(),
  'webhooks.replays.run': async () => {
    const { body } = await planned()
    await world.owner`update webhook_replays set state = 'planned' where hash = ${String(body.hash)} and state = 'planning'`
    return await ask('webhooks.replays.run', { id: body.id, hash: body.hash })
  },
  'webhooks.replays.cancel': async () => {
    const { body } = await planned()
    return await ask('webhooks.replays.cancel', { id: body.id })
  },
  'reconciliation.runs.trigger': async () => {
    await world.drainJobs()
    return await ask('reconciliation.runs.trigger', {})
  },
  'reconciliation.heal.run': async () => {
    const [run] = await world.owner`
      insert into reconciliation_runs (id, trigger, triggered_by, state, window_from, window_to, started_at, heartbeat_at, finished_at)
      values (${newId()}, 'manual', 'test', 'differences', '2026-01-01Z', '2026-01-02Z', now(), now(), now()) returning id`
    await world.owner`
      insert into reconciliation_differences (id, run_id, level, class, provider, kind, provider_id, unit, ours, theirs, delta, flagged, record)
      values (${newId()}, ${run?.id}, 1, 'missing_here', 'retell', 'call', 'call_gone', 'seconds', 0, 60, -60, true, '{"call_id":"call_gone"}')`
    const id = `rcn_${run?.id.replaceAll('-', '')}`
    const { body } = await world.rest('GET', `/api/admin/reconciliation-runs/${id}/heal`, { token: admin })
    return await ask('reconciliation.heal.run', { id, hash: body.hash })
  },
  'unknownPhones.resolve': async () => ask('unknownPhones.resolve', { id: await unknownId(), resolution: 'spam' }),
  'alerts.acknowledge': async () => ask('alerts.acknowledge', { id: await alertId() }),
  'alerts.report': () =>
    ask('alerts.report', { type: `test.new${++nth}`, severity: 'low', title: 'A title', message: 'Text' }),
  'errors.resolve': async () => ask('errors.resolve', { id: await errorId() }),
  'errors.ignore': async () => ask('errors.ignore', { id: await errorId(), occurrences: 100 }),
  'errors.reopen': async () => {
    const id = await errorId()
    await ask('errors.resolve', { id })
    return await ask('errors.reopen', { id })
  },
  'calls.reveal': async () => ask('calls.reveal', { id: await callId() }),
  'messages.reveal': async () => ask('messages.reveal', { id: await messageId() }),
  'customers.create': () => ask('customers.create', { businessName: 'New', tier: 'core' }),
  'customers.notices.setPreference': async () =>
    ask('customers.notices.setPreference', { channel: 'sms', muted: [] }, (await somebody()).token),
  'usage.credits.grant': async () =>
    ask('usage.credits.grant', { ...(await calls()), quantity: 60, reason: 'Goodwill' }),
  'usage.credits.revoke': async () => {
    const { body } = await ask('usage.credits.grant', { ...(await calls()), quantity: 60, reason: 'Goodwill' })
    return await ask('usage.credits.revoke', { id: body.id, reason: 'A mistake' })
  },
  'usage.topups.set': () =>
    ask('usage.topups.set', {
      key: 'call_300',
      meter: 'call_seconds',
      quantity: 18_000,
      priceCents: 19_500,
      lastsDays: 365,
      isOnSale: true,
      reason: 'As before',
    }),
  'usage.tiers.publish': async () => {
    const { body } = await world.rest('GET', '/api/usage/tiers', { token: admin })
    const present = body.items.find(({ tier }: { tier: string }) => tier === 'scale')
    const terms = { ...present, monthlyPriceCents: present.monthlyPriceCents + 1 }
    return await ask('usage.tiers.publish', {
      tier: 'scale',
      terms,
      followsVersion: present.version,
      appliesTo: 'next_period',
    })
  },
  'usage.tierChanges.create': async () =>
    ask('usage.tierChanges.create', { ...(await calls()), tier: 'pro', when: 'now', reason: 'They asked' }),
  'usage.tierChanges.cancel': async () => {
    const { customerId } = await calls()
    await ask('usage.tierChanges.create', { customerId, tier: 'pro', when: 'period_end', reason: 'They asked' })
    return await ask('usage.tierChanges.cancel', { customerId, reason: 'They stay' })
  },
  'billing.checkout': async () =>
    ask('billing.checkout', { customerId: (await somebody()).customerId, topup: 'call_300' }),
  'billing.portal': async () => {
    const { customerId } = await somebody()
    const id = `${customerId.slice(4, 12)}-${customerId.slice(12, 16)}-${customerId.slice(16, 20)}-${customerId.slice(20, 24)}-${customerId.slice(24)}`
    await world.owner`
      insert into billing_accounts (customer_id, stripe_customer_id, updated_at) values (${id}, ${`cus_${id}`}, now())`
    return await ask('billing.portal', { customerId })
  },
  'usage.pause': async () => ask('usage.pause', { customerId: (await somebody()).customerId, reason: 'They asked' }),
  'usage.resume': async () => {
    const { customerId } = await somebody()
    await ask('usage.pause', { customerId, reason: 'They asked' })
    return await ask('usage.resume', { customerId, reason: 'They asked' })
  },
  'usage.adjust': async () => ask('usage.adjust', { ...(await calls()), quantity: 60, reason: 'Not reported' }),
  'usage.waive': async () => {
    const { body } = await ask('usage.adjust', { ...(await calls()), quantity: 60, reason: 'Not reported' })
    return await ask('usage.waive', { id: body.id, reason: 'A mistake' })
  },
  'customers.update': async () =>
    ask('customers.update', { id: (await somebody()).customerId, businessName: 'Other name' }),
  'customers.delete': async () => {
    const { customerId } = await somebody()
    const { body } = await world.rest('GET', `/api/admin/customers/${customerId}/deletion`, { token: admin })
    return await ask('customers.delete', { id: customerId, hash: body.hash, businessName: body.businessName })
  },
  'agents.create': async () =>
    ask('agents.create', {
      customerId: (await somebody()).customerId,
      phoneNumber: randomNumber(),
      provider: 'retell',
    }),
  'owners.invite': async () =>
    ask('owners.invite', { email: `owner${++nth}@audit.example`, name: 'Second' }, (await somebody()).token),
  'owners.mail': async () => ask('owners.mail', { id: (await somebody()).userId, mail: 'welcome' }),
  'privacy.erase': async () => {
    const phoneNumber = randomNumber()
    const { body } = await ask('privacy.plan', { phoneNumber })
    return await ask('privacy.erase', { phoneNumber, hash: body.hash })
  },
  'privacy.setRetention': () => ask('privacy.setRetention', { bytes: 30 + (++nth % 30), events: 24, audit: 24 }),
}

/** What rightly leaves no row, and why. */
const withoutRow: Record<string, string> = {
  'sessions.requestReset':
    'Anybody may ask about any address; the link that is made for a user is written down by the job',
  'sessions.startSecondFactor': 'Nothing is in force before it is confirmed, and that is written down',
  'sessions.passkeys.begin': 'Nothing is in force before the passkey is added, and that is written down',
  'sessions.passkeys.beginSignIn': 'Anybody may ask for a challenge; who signs in by it is written down',
  'usage.check': 'Each call asks; the hold itself is the row',
  'compliance.check': 'It changes nothing: the number must not stand in an address, so it is no GET',
  'usage.settle': 'Each call settles; the hold and the ledger are the rows',
  'errors.report': 'A front end tells what it met; the error is the row',
  'privacy.plan': 'It changes nothing: the number must not stand in an address, so it is no GET',
}

const mutations = Object.entries(
  appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>,
).flatMap(([path, { _def }]) => (_def.type === 'mutation' ? [path] : []))

test('every mutation is one that is tried here, or is said to leave no row', () => {
  expect([...mutations].sort()).toEqual([...Object.keys(acts), ...Object.keys(withoutRow)].sort())
})

test.each(Object.keys(acts))('%s writes down who did it, from where', async (path) => {
  const { status, body } = (await acts[path]?.()) ?? { status: 0, body: {} }
  expect([status, body]).toEqual([200, expect.anything()])

  const [row] = await world.owner`
    select actor, address, request_id, action, subject from audit_log where address = ${addressOf(nth)} order by id desc limit 1`
  expect(row).toMatchObject({
    actor: expect.stringMatching(/^(?:user:|owner:usr_|system:)/),
    request_id: expect.stringMatching(/^req_/),
    action: expect.stringMatching(/^[a-z_]+\.[a-z_]+$/i),
    subject: expect.stringMatching(/^\w+[_:]/),
  })
})

test('the application adds to the audit log and can neither change nor remove a row', async () => {
  const as = (statement: string) =>
    world.owner.begin(async (sql) => {
      await sql.unsafe('set local role trunkline_app')
      await sql.unsafe(statement)
    })

  for (const statement of [`update audit_log set actor = 'nobody'`, 'delete from audit_log', 'truncate audit_log'])
    await expect(as(statement)).rejects.toMatchObject({ code: '42501' })
  await expect(as(`set local role trunkline_owner; select * from audit_log`)).rejects.toMatchObject({ code: '42501' })
})

const list = async (query: string, token = admin) =>
  (await world.rest('GET', `/api/admin/audit-log?${query}`, { token })).body

test('the log is narrowed by actor, act, subject, customer and time, and read page by page', async () => {
  const { customerId, userId } = await somebody()
  await ask('customers.update', { id: customerId, businessName: 'Renamed' })
  const operator = await world.signIn('operator')

  const [byAct, bySubject, byCustomer, byActor] = [
    await list('action=customers.update&limit=1', operator),
    await list(`subject=${customerId}`),
    await list(`customerId=${customerId}&action=customers`),
    await list(`actor=registration&customerId=${customerId}`),
  ]

  expect(byAct.items).toMatchObject([
    { action: 'customers.update', subject: customerId, after: { businessName: 'Renamed' } },
  ])
  expect(byAct.nextCursor).toEqual(expect.any(String))
  expect(bySubject.items.map(({ action }: { action: string }) => action)).toEqual([
    'customers.update',
    'customers.create',
  ])
  expect(byCustomer.items).toHaveLength(2)
  expect(byActor.items.length).toBeGreaterThan(0)
  expect((await list(`subject=${userId}&to=${new Date(Date.now() - 60_000).toISOString()}`)).items).toEqual([])
  const seen = new Set<string>()
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: { items: { id: string }[]; nextCursor: string | null } = await list(
      `limit=7${cursor && `&cursor=${cursor}`}`,
    )
    for (const { id } of page.items) seen.add(id)
    cursor = page.nextCursor
  }
  const [all] = await world.owner`select count(*)::int as rows from audit_log`
  expect(seen.size).toBe(all?.rows)
  expect((await world.rest('GET', '/api/admin/audit-log', { token: await world.signIn('viewer') })).status).toBe(403)
})

test('as CSV the log is the same, and no cell is a formula', async () => {
  const { customerId } = await somebody()
  await ask('customers.update', { id: customerId, businessName: '=HYPERLINK("x")' })
  await world.owner`
    insert into audit_log (id, actor, request_id, action, subject) values (${newId()}, '@evil', 'x', 'test.csv', '-1+2')`
  const csv = (query: string, token = admin) =>
    world.app.inject({ url: `/api/admin/audit-log.csv?${query}`, headers: { authorization: `Bearer ${token}` } })

  const [one, evil] = [await csv(`subject=${customerId}&action=customers.update`), await csv('action=test.csv')]

  expect(one.headers['content-type']).toContain('text/csv')
  const [header, row, rest] = one.body.split('\r\n')
  expect(header).toBe('at,actor,action,subject,customerId,address,requestId,before,after')
  expect(row).toContain(customerId)
  expect(row).toContain(String.raw`"{""businessName"":""=HYPERLINK(\""x\"")""}"`)
  expect(rest).toBe('')
  expect(evil.body.split('\r\n')[1]).toContain(`,'@evil,test.csv,'-1+2,`)
  expect((await csv('', await world.signIn('viewer'))).statusCode).toBe(403)
  expect((await world.app.inject({ url: '/api/admin/audit-log.csv' })).statusCode).toBe(401)
  expect((await csv('from=yesterday')).statusCode).toBe(400)
})

test('callers’ numbers and words are masked for who may not see them, and one who reveals is written down', async () => {
  const id = await callId()
  const text = await messageId()
  const rowsOf = async (role: 'viewer' | 'sales' | 'operator') => {
    const token = await world.signIn(role)
    const find = async (path: string, row: string) =>
      (await world.rest('GET', path, { token })).body.items.find(({ id }: { id: string }) => id === row)
    return {
      call: await find('/api/admin/call-events', id),
      message: await find('/api/admin/sms-events', text),
      revealed: await ask('calls.reveal', { id }, token),
      words: await ask('messages.reveal', { id: text }, token),
    }
  }

  const [viewer, sales, operator] = [await rowsOf('viewer'), await rowsOf('sales'), await rowsOf('operator')]

  expect(operator.call.fromNumber).toBe('+14155550123')
  expect(viewer.call).toMatchObject({ fromNumber: '+14•••23', toNumber: operator.call.toNumber })
  expect(viewer.message).toMatchObject({ fromNumber: '+14•••23', body: '•••' })
  expect([viewer.revealed.status, viewer.words.status]).toEqual([403, 403])
  expect([sales.revealed.body, sales.words.body]).toMatchObject([
    { fromNumber: '+14155550123', transcript: null },
    { fromNumber: '+14155550123', body: null },
  ])
  expect(operator.revealed.body).toMatchObject({ transcript: 'Agent: Good morning. Caller: My sink is leaking.' })
  expect(operator.words.body).toMatchObject({ body: 'hi' })
  const reveals = (await list(`action=calls.reveal&subject=${id}`)).items
  expect(reveals.map(({ actor, after }: { actor: string; after: object }) => [actor.split('-')[0], after])).toEqual([
    ['user:operator', { content: true }],
    ['user:sales', { content: false }],
  ])
})

test('who sees an unknown number masked does not find it digit by digit', async () => {
  await unknownId()
  const [row] =
    await world.owner`select phone_number from unknown_phone where resolved_at is null order by id desc limit 1`
  const number = String(row?.phone_number)
  const find = async (role: 'viewer' | 'operator', phone: string) => {
    const token = await world.signIn(role)
    const { body } = await world.rest('GET', `/api/admin/unknown-phones?phone=${encodeURIComponent(phone)}`, { token })
    return body.items.map(({ phoneNumber }: { phoneNumber: string }) => phoneNumber)
  }

  expect(await find('operator', number.slice(1, 9))).toContain(number)
  expect(await find('viewer', number.slice(1, 9))).toEqual([])
  expect(await find('viewer', number)).toEqual([expect.stringMatching(/^\+13•••\d\d$/)])
})
