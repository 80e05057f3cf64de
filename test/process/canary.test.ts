import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import { signRetell } from '../../apps/sim/src/retell/sign.ts'
import { signTwilio } from '../../apps/sim/src/twilio/sign.ts'
import { callerNumber, inboundText, planCall, post, retellEvent } from './provider.ts'
import { test, until } from './stage.ts'

// what was printed and written down is searched when the stage closes, here and in every other test of this folder
test('a number or a secret that goes through every door, error, failure and alert is in no log, error row, audit entry or job', async ({
  stage,
}) => {
  // Twilio refuses our number, and says which
  const phone = await stage.openPhone({ ownNumbers: [] })
  const api = await stage.start({ port: phone.port, env: { ...phone.env, LOG_LEVEL: 'trace' } })
  const { id, phoneNumber } = await stage.customer(api, 'core')
  const stranger = '+13125550990'
  const [typedPassword, shownToken] = ['canary typed password 3e9a', 'canary-shown-token-51ff']
  stage.numbers.push(stranger)
  stage.secrets.push(typedPassword, shownToken)
  const json = { 'content-type': 'application/json' }
  const say = async (path: string, body: object | string, headers: Record<string, string> = json) =>
    (await post(api, { path, headers, body: typeof body === 'string' ? body : JSON.stringify(body) }))?.status

  // doors of people
  const { email } = stage.admin
  expect(await say('/api/auth/login', { email, password: typedPassword })).toBe(401)
  expect(await say('/api/auth/login', { email: typedPassword, password: stage.admin.password })).toBe(400)
  expect(await say('/api/auth/login', `{"email":"${email}","password":"${typedPassword}"`)).toBe(400)
  expect(await say('/trpc/sessions.login', { email, password: typedPassword })).toBe(401)
  expect(await say('/api/change-password', {}, { ...json, authorization: `Bearer ${shownToken}` })).toBe(401)
  const bearer = { ...json, authorization: `Bearer ${await stage.signIn(api)}` }
  expect(await say('/api/change-password', { currentPassword: typedPassword, newPassword: 'short' }, bearer)).toBe(400)
  expect(
    await say('/api/change-password', { currentPassword: typedPassword, newPassword: `${typedPassword}!` }, bearer),
  ).not.toBe(200)
  const customer = { businessName: 'Canary', tier: 'core', provider: 'retell' }
  expect(await say('/api/admin/customers', { ...customer, phoneNumber }, bearer)).toBe(409)
  expect(await say('/api/admin/customers', { ...customer, phoneNumber: `${stranger}0000000` }, bearer)).toBe(400)
  expect(await say(`/api/admin/unknown-phones/${stranger}/resolve`, { resolution: 'spam' }, bearer)).not.toBe(200)
  for (const path of [
    `/api/admin/webhook-queue?phone=${encodeURIComponent(stranger)}&q=${phoneNumber}`,
    `/nowhere/${stranger}?token=${shownToken}`,
  ])
    await fetch(api.url + path, { headers: bearer })

  const told = `No line ${stranger}: {"password":"${typedPassword}","key":"${stage.account.retellApiKey}"}`
  expect(await say('/api/errors', { type: 'Error', page: `/${stranger}`, message: told, stack: told })).toBe(200)

  // doors of providers: refused, unreadable, impossible to store
  const genuine = stage.provider.sign(retellEvent('call_ended', planCall(phoneNumber)))
  const retell = (body: string, secret = stage.account.retellApiKey) =>
    post(api, {
      ...genuine,
      body,
      headers: { ...genuine.headers, 'x-retell-signature': signRetell(body, secret, Date.now()) },
    })
  expect((await retell(genuine.body, stage.account.twilioAuthToken))?.status).toBe(401)
  expect(
    await say('/webhooks/retell', genuine.body, { ...json, 'x-retell-signature': stage.account.retellApiKey }),
  ).toBe(401)
  expect(
    await say('/webhooks/retell', genuine.body, { ...json, authorization: `Bearer ${stage.account.retellApiKey}` }),
  ).toBe(401)
  expect((await retell(genuine.body.padEnd(5 * 1024 * 1024 + 1)))?.status).toBe(413)
  const unreadable = [
    callerNumber,
    `{"event":"call_ended","from":${callerNumber}}`,
    genuine.body.slice(0, -1),
    `{"from":"${callerNumber}"}`,
  ]
  for (const body of unreadable) expect((await retell(body))?.status).toBe(200)
  const form = { From: callerNumber, To: phoneNumber, Body: `Call ${callerNumber}` }
  const signature = signTwilio(`${stage.account.publicUrl}/webhooks/twilio/status`, form, stage.account.twilioAuthToken)
  const urlencoded = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature }
  expect(await say('/webhooks/twilio/status', new URLSearchParams(form).toString(), urlencoded)).toBe(200)
  // the database will not have these, and says of the whole row why
  await stage.sql`alter table call_events add constraint no_canary check (transcript not like '%canary%')`
  await stage.sql`alter table sms_events add constraint no_canary check (body not like '%canary%')`
  const transcript = `canary: I am ${callerNumber}`
  await stage.provider.insist([api], retellEvent('call_ended', planCall(phoneNumber), { transcript }))
  await stage.provider.insist([api], inboundText({ sid: 'SM00', to: phoneNumber, body: transcript }, stage.account))

  // a number that nobody owns, found to be somebody's; what cannot be read, tried again; an alert that Twilio refuses
  await stage.provider.insist([api], retellEvent('call_ended', planCall(stranger, 9001)))
  await stage.settled()
  const unknown = await stage.call<{ items: { id: string }[] }>(api, 'GET', '/api/admin/unknown-phones')
  await stage.call(api, 'POST', `/api/admin/unknown-phones/${unknown.items[0]?.id}/resolve`, {
    resolution: 'matched',
    customerId: `cus_${id.replaceAll('-', '')}`,
  })
  const dead = await stage.call<{ items: { id: string }[] }>(api, 'GET', '/api/admin/webhook-queue?state=dead')
  for (const { id } of dead.items) await say(`/api/admin/webhook-queue/${id}/replay`, {}, bearer)
  await until('the alert has failed', async () => {
    const rows = await stage.sql`
      select from alert_logs as log join ops_alerts as alert on alert.id = log.alert_id
      where log.state = 'failed' and alert.customer_id = ${id}`
    return rows.length === 1
  })

  // all of it is there to be searched
  expect((await stage.figures(id)).inbox).toEqual({ dead: 7, processed: 1, quarantined: 4 })
  const [reason] = await stage.sql`select reason from alert_logs where state = 'failed'`
  expect(reason?.reason).toContain('phone number provided')
})

test('an error names the places in our sources, in the log and in its row, though what runs is built', async ({
  stage,
}) => {
  const api = await stage.start({ role: 'web' })
  await stage.signIn(api)
  await stage.sql`alter table customers rename column business_name to gone`

  await expect(stage.call(api, 'GET', '/api/admin/customers')).rejects.toThrow('answered 500')

  await until('the error is written down', async () => (await stage.sql`select from error_logs`).length > 0)
  const [log] = await stage.sql<[{ stack: string }]>`select stack from error_logs order by id`
  const places = [...log.stack.matchAll(/^at \w* ?\(((?:apps|packages)\/[\w-]+\/src\/\S+):(\d+):(\d+)\)$/gm)]
  expect(places.length).toBeGreaterThan(2)
  for (const [, file = '', line, column] of places) {
    const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8').split('\n')
    // where one waits for what failed
    expect(source[Number(line) - 1]?.slice(Number(column) - 1)).toMatch(/^await /)
    expect(api.output()).toContain(`/${file}:${line}:${column}`)
  }
})
