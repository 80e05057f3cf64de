import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import { codeShown } from '../testing/authenticator.ts'
import { openWorld, publicUrl, type World } from '../testing/world.ts'
import { forgetAttempts } from './forget.ts'
import { hashPassword } from './password.ts'
import { requestReset } from './request-reset.ts'
import { sendReset } from './send-reset.ts'
import { sendHolderNotice } from './tell-holder.ts'
import { codeAt } from './totp.ts'

let world: World
let passwordHash: string
const password = 'correct horse battery'
beforeAll(async () => {
  world = await openWorld()
  passwordHash = await hashPassword(password)
})
afterAll(() => world.close())

let networks = 0
const elsewhere = () => `10.9.${Math.floor(++networks / 250)}.${networks % 250}`
async function user(role = 'operator'): Promise<{ id: string; email: string }> {
  const id = newId()
  const email = `${role}-${id.slice(-12)}@trunkline.example`
  await world.owner`insert into users (id, email, role, password_hash) values (${id}, ${email}, ${role}, ${passwordHash})`
  return { id, email }
}
const post = (url: string, payload: object, more: { token?: string; from?: string } = {}) =>
  world.app.inject({
    method: 'POST',
    url,
    payload,
    headers: more.token === undefined ? {} : { authorization: `Bearer ${more.token}` },
    ...(more.from === undefined ? {} : { remoteAddress: more.from }),
  })
const logIn = (email: string, word = password, from?: string) =>
  post('/api/auth/login', { email, password: word }, from === undefined ? {} : { from })
const me = async (token: string) => (await world.rest('GET', '/api/auth/me', { token })).status
const statusesOf = async (answers: Promise<{ statusCode: number }>[]) =>
  (await Promise.all(answers)).map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)

/** A user with a second factor: its key, its recovery codes, and the session that set it up. */
async function guarded(role?: string) {
  const { id, email } = await user(role)
  const { token } = (await logIn(email)).json()
  const { key, uri } = (await post('/api/second-factor', { password }, { token })).json()
  const confirmed = (await post('/api/second-factor/confirm', { code: codeShown(key) }, { token })).json()
  // the half minute in which it was set up is over
  await world.owner`update second_factors set last_step = 0 where user_id = ${id}`
  return { id, email, key: key as string, uri: uri as string, before: token as string, ...confirmed } as {
    id: string
    email: string
    key: string
    uri: string
    before: string
    token: string
    recoveryCodes: string[]
    revoked: number
  }
}
const ticketOf = async (email: string) => (await logIn(email)).json().ticket as string
const second = (ticket: string, code: string) => post('/api/auth/login/code', { ticket, code })

/** One table is away while something is done: whatever that had begun is undone. */
async function without(table: string, work: () => Promise<{ statusCode: number }>) {
  await world.owner`alter table ${world.owner(table)} rename to away`
  try {
    expect((await work()).statusCode).toBe(500)
  } finally {
    await world.owner`alter table away rename to ${world.owner(table)}`
  }
}

describe('the second factor', () => {
  test.each([
    [59, '287082'],
    [1_111_111_109, '081804'],
    [1_111_111_111, '050471'],
    [1_234_567_890, '005924'],
    [2_000_000_000, '279037'],
    [20_000_000_000, '353130'],
  ])('after %i seconds shows what RFC 6238 says', (seconds, code) => {
    expect(codeAt(Buffer.from('12345678901234567890'), Math.floor(seconds / 30))).toBe(code)
  })

  test('is asked for once it is confirmed, and the password alone opens nothing', async () => {
    const { email, key, uri, token } = await guarded()

    expect(uri).toContain(`secret=${key}&issuer=Trunkline`)
    const first = await logIn(email)
    expect([first.statusCode, first.json()]).toEqual([
      200,
      { mfaRequired: true, ticket: expect.stringMatching(/^tlt_[\w-]{43}$/) },
    ])
    expect(first.headers['set-cookie']).toBeUndefined()
    expect(await me(first.json().ticket)).toBe(401)
    const signedIn = await second(first.json().ticket, codeShown(key))
    expect(signedIn.json()).toMatchObject({ token: expect.stringMatching(/^tls_/), user: { email } })
    expect(String(signedIn.headers['set-cookie'])).toContain(signedIn.json().token)
    expect([await me(signedIn.json().token), await me(token)]).toEqual([200, 200])
  })

  test('ends what the password alone had opened, and gives the session another token', async () => {
    const { email } = await user()
    const [here, there] = [(await logIn(email)).json().token, (await logIn(email)).json().token]
    const { key } = (await post('/api/second-factor', { password }, { token: here })).json()
    const confirmed = await post('/api/second-factor/confirm', { code: codeShown(key) }, { token: here })

    expect(confirmed.json()).toMatchObject({ revoked: 1 })
    expect(await Promise.all([confirmed.json().token, here, there].map(me))).toEqual([200, 401, 401])
    expect(new Set(confirmed.json().recoveryCodes).size).toBe(10)
  })

  test('counts for nothing before its first code, and its key is made only for who knows the password', async () => {
    const { email } = await user()
    const { token } = (await logIn(email)).json()
    const refused = await post('/api/second-factor', { password: 'not the password' }, { token })
    expect([refused.statusCode, refused.json().error.fields]).toEqual([400, { password: 'is wrong' }])
    const { key } = (await post('/api/second-factor', { password }, { token })).json()
    expect((await post('/api/second-factor/confirm', { code: '000000' }, { token })).statusCode).toBe(400)

    expect((await logIn(email)).json()).toMatchObject({ token: expect.any(String) })
    expect((await post('/api/second-factor/confirm', { code: codeShown(key) }, { token })).statusCode).toBe(200)
    expect((await post('/api/second-factor', { password }, { token })).statusCode).toBe(401)
  })

  test('takes a code once, whoever brings it first and however many bring it at once', async () => {
    const { email, key } = await guarded()
    const tickets = [await ticketOf(email), await ticketOf(email), await ticketOf(email)]
    const code = codeShown(key)

    expect(await statusesOf(tickets.map((ticket) => second(ticket, code)))).toEqual([200, 400, 400])
    expect((await second(await ticketOf(email), code)).json().error).toEqual({
      code: 'invalid',
      message: 'The code is wrong or was used already',
      fields: { code: 'is wrong' },
    })
    // one before the last used is spent as well
    expect((await second(await ticketOf(email), codeShown(key, -1))).statusCode).toBe(400)
    expect((await second(await ticketOf(email), codeShown(key, 1))).statusCode).toBe(200)
  })

  test('takes each recovery code once, of two at the same moment one', async () => {
    const { email, recoveryCodes, token } = await guarded()
    const [code = '', other = ''] = recoveryCodes
    const tickets = [await ticketOf(email), await ticketOf(email)]

    expect(await statusesOf(tickets.map((ticket) => second(ticket, code)))).toEqual([200, 400])
    expect((await second(await ticketOf(email), code)).statusCode).toBe(400)
    expect((await second(await ticketOf(email), other.toUpperCase().replaceAll('-', ' '))).statusCode).toBe(200)
    expect((await world.rest('GET', '/api/second-factor', { token })).body).toEqual({
      since: expect.any(String),
      recoveryCodesLeft: 8,
      isRequired: false,
    })
  })

  test('a ticket opens one session, for five minutes, and not after the password was changed', async () => {
    const { email, recoveryCodes, token } = await guarded()
    const [one = '', two = '', three = '', four = ''] = recoveryCodes
    const ticket = await ticketOf(email)
    expect(await statusesOf([second(ticket, one), second(ticket, two)])).toEqual([200, 401])
    const late = await ticketOf(email)
    await world.owner`update login_tickets set expires_at = now()`
    expect((await second(late, three)).statusCode).toBe(401)
    const old = await ticketOf(email)
    await post('/api/change-password', { currentPassword: password, newPassword: 'another horse 1' }, { token })
    expect((await second(old, four)).json().error).toMatchObject({ code: 'unauthenticated' })
    const again = (await logIn(email, 'another horse 1')).json().ticket
    expect((await second(again, four)).statusCode).toBe(200)
  })

  test('is guessed ten times in a quarter of an hour, whatever the number of tickets', async () => {
    const { id, email, key } = await guarded()
    const answers = []
    for (let round = 0; round < 12; round++) answers.push((await second(await ticketOf(email), '000000')).statusCode)

    expect(answers).toEqual([...Array.from({ length: 10 }, () => 400), 429, 429])
    expect((await second(await ticketOf(email), codeShown(key))).statusCode).toBe(429)
    const rows = await world.owner`
      select count(*)::int as rows from audit_log
      where action = 'sessions.login_refused' and after ->> 'wrong' = 'code' and subject like ${`%${id.slice(-12)}`}`
    expect(rows[0]?.rows).toBe(10)
  })

  test('a step that fails leaves code and ticket as they were', async () => {
    const { email, recoveryCodes } = await guarded()
    const [code = ''] = recoveryCodes
    const ticket = await ticketOf(email)

    await without('audit_log', () => second(ticket, code))

    expect((await second(ticket, code)).statusCode).toBe(200)
  })

  test('neither its secret nor a recovery code stands anywhere in the open', async () => {
    const { id, key, recoveryCodes } = await guarded()
    const [stored] = await world.owner`
      select (select f::text from second_factors f where user_id = ${id}) || (select string_agg(c::text, ' ') from recovery_codes c)
        || (select string_agg(a::text, ' ') from audit_log a) as everything`
    for (const text of [...world.logged, stored?.everything as string])
      for (const secret of [key, recoveryCodes[0] ?? '', (recoveryCodes[0] ?? '').replaceAll('-', '')])
        expect(text).not.toContain(secret)
  })

  test('is turned off by who knows password and code, and new recovery codes replace the old', async () => {
    const { email, key, recoveryCodes, token } = await guarded()
    const renewed = await post('/api/second-factor/recovery-codes', { code: recoveryCodes[0] ?? '' }, { token })
    expect(renewed.json().recoveryCodes).toHaveLength(10)
    expect((await second(await ticketOf(email), recoveryCodes[1] ?? '')).statusCode).toBe(400)
    const off = (body: object) => post('/api/second-factor/turn-off', body, { token })

    expect((await off({ password, code: '000000' })).statusCode).toBe(400)
    expect((await off({ password: 'not the password', code: codeShown(key) })).statusCode).toBe(400)
    const done = await off({ password, code: codeShown(key) })
    expect([done.statusCode, await me(done.json().token), await me(token)]).toEqual([200, 200, 401])
    expect((await logIn(email)).json()).toMatchObject({ token: expect.any(String) })
  })

  test('is owed by administrators where the setting says so: until it stands, nothing else is open to them', async () => {
    const { email } = await user('admin')
    const [viewer] = [await user('viewer')]
    world.env.ADMIN_SECOND_FACTOR = 'required'
    try {
      const signedIn = (await logIn(email)).json()
      expect(signedIn.user.needsSecondFactor).toBe(true)
      const { token } = signedIn
      const asked = await world.rest('GET', '/api/admin/customers', { token })
      expect([asked.status, asked.body.error]).toEqual([
        403,
        {
          code: 'forbidden',
          message: 'Set up your second factor first',
          fields: { secondFactor: 'must be set up' },
        },
      ])
      for (const path of ['/api/sessions', '/api/health/detailed'])
        expect((await world.rest('GET', path, { token })).status).toBeGreaterThanOrEqual(401)
      expect((await world.rest('GET', '/api/auth/me', { token })).body.needsSecondFactor).toBe(true)
      const { key } = (await post('/api/second-factor', { password }, { token })).json()
      const confirmed = (await post('/api/second-factor/confirm', { code: codeShown(key) }, { token })).json()
      expect((await world.rest('GET', '/api/admin/customers', { token: confirmed.token })).status).toBe(200)
      const off = await post('/api/second-factor/turn-off', { password, code: codeShown(key, 1) }, confirmed)
      expect(off.statusCode).toBe(403)
      expect((await logIn(viewer?.email ?? '')).json().user.needsSecondFactor).toBe(false)
    } finally {
      world.env.ADMIN_SECOND_FACTOR = 'optional'
    }
  })
})

describe('who holds an account', () => {
  const told = (email: string) => world.mails.filter(({ to }) => to === email)

  test('is told of every change of what opens it, and once even where the mail server took it and said nothing', async () => {
    const { email, key, token } = await guarded()
    const off = await post('/api/second-factor/turn-off', { password, code: codeShown(key) }, { token })
    const changed = await post(
      '/api/change-password',
      { currentPassword: password, newPassword: 'a whole new password' },
      { token: off.json().token },
    )
    expect([off.statusCode, changed.statusCode]).toEqual([200, 200])
    await world.drainJobs()

    expect(new Set(told(email).map(({ subject }) => subject))).toEqual(
      new Set(['A second factor was turned on', 'Your second factor was turned off', 'Your password was changed']),
    )
    expect(told(email)[0]?.text).toContain(`${publicUrl}/admin/forgot-password`)
    expect(new Set(told(email).map(({ messageId }) => messageId)).size).toBe(3)

    const notice = {
      noticeId: newId(),
      userId: (await world.owner`select id from users where email = ${email}`)[0]?.id as string,
      change: 'password_changed' as const,
      at: new Date(0).toISOString(),
    }
    await sendHolderNotice(world.ctx(), notice)
    await sendHolderNotice(world.ctx(), notice)
    const copies = told(email).slice(-2)
    expect(copies[0]?.messageId).toBe(`<${notice.noticeId}@trunkline.example>`)
    expect(copies[1]?.messageId).toBe(copies[0]?.messageId)
  })

  test('is told nothing of a change that was refused', async () => {
    const { email } = await user()
    const { token } = (await logIn(email)).json()
    const refused = await post(
      '/api/change-password',
      { currentPassword: 'not the password', newPassword: 'a whole new password' },
      { token },
    )
    await world.drainJobs()
    expect([refused.statusCode, told(email)]).toEqual([400, []])
  })
})

describe('a forgotten password', () => {
  const forgot = (email: string, from = elsewhere()) => post('/api/auth/forgot-password', { email }, { from })
  const reset = (token: string, newPassword = 'a whole new password', from = elsewhere()) =>
    post('/api/auth/reset-password', { token, newPassword }, { from })
  const mailsTo = (email: string) =>
    world.mails.filter(({ to, subject }) => to === email && subject === 'Choose a new password')
  async function linkTo(email: string): Promise<string> {
    await forgot(email)
    await world.drainJobs()
    return /#(tlr_[\w-]{43})\n/.exec(mailsTo(email).at(-1)?.text ?? '')?.[1] ?? ''
  }

  test('is replaced by the link that was mailed, once, and every session ends', async () => {
    const { email } = await user()
    const { token } = (await logIn(email)).json()

    await forgot(email.toUpperCase())
    const good = await linkTo(email)
    expect(mailsTo(email).at(-1)).toMatchObject({
      from: 'trunkline@trunkline.example',
      subject: 'Choose a new password',
      text: expect.stringContaining(`${publicUrl}/admin/reset-password#${good}`),
    })
    expect((await reset(good)).json()).toEqual({ revoked: 1 })
    expect(await me(token)).toBe(401)
    expect([(await logIn(email)).statusCode, (await logIn(email, 'a whole new password')).statusCode]).toEqual([
      401, 200,
    ])
    expect((await reset(good, 'yet another password')).json().error).toEqual({
      code: 'invalid',
      message: 'This link was used or is too old. Ask for another',
      fields: { token: 'is not good' },
    })
  })

  test('the answer is the same whether or not there is such a user, and nothing is mailed to strangers', async () => {
    const { email } = await user()
    const gone = await user()
    await world.owner`update users set is_active = false where id = ${gone.id}`
    const answers = await Promise.all([email, 'nobody@trunkline.example', gone.email].map((one) => forgot(one)))
    await world.drainJobs()

    const [known, ...others] = answers.map(({ statusCode, body, headers }) => ({
      statusCode,
      body,
      headers: Object.keys(headers).sort(),
    }))
    expect(known).toMatchObject({ statusCode: 200, body: '{"accepted":true}' })
    for (const other of others) expect(other).toEqual(known)
    expect([mailsTo(email).length, mailsTo('nobody@trunkline.example').length, mailsTo(gone.email).length]).toEqual([
      1, 0, 0,
    ])
  })

  test('of two who bring one link at once, one wins', async () => {
    const { email } = await user()
    const link = await linkTo(email)

    expect(await statusesOf([reset(link, 'the first password'), reset(link, 'the second password')])).toEqual([
      200, 400,
    ])
    const works = [await logIn(email, 'the first password'), await logIn(email, 'the second password')]
    expect(works.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 401])
  })

  test('a link is good for half an hour, not for a short password, and not after the password was changed', async () => {
    const { email, id } = await user()
    const link = await linkTo(email)
    expect((await reset(link, 'short')).statusCode).toBe(400)
    await world.owner`update password_resets set expires_at = now() where user_id = ${id}`
    expect((await reset(link)).statusCode).toBe(400)
    const other = await linkTo(email)
    const { token } = (await logIn(email)).json()
    await post('/api/change-password', { currentPassword: password, newPassword: 'another horse 1' }, { token })
    expect((await reset(other)).statusCode).toBe(400)
    expect((await logIn(email, 'another horse 1')).statusCode).toBe(200)
  })

  test('a step that fails leaves link and password as they were', async () => {
    const { email } = await user()
    const link = await linkTo(email)

    await without('audit_log', () => reset(link))

    expect((await logIn(email)).statusCode).toBe(200)
    expect((await reset(link)).statusCode).toBe(200)
  })

  test('a second factor is still asked for, and a link opens nothing by itself', async () => {
    const { email, token } = await guarded()
    const link = await linkTo(email)
    expect((await reset(link)).headers['set-cookie']).toBeUndefined()

    expect((await logIn(email, 'a whole new password')).json()).toMatchObject({ mfaRequired: true })
    expect(await me(token)).toBe(401)
  })

  test('whoever was locked out by a flood of guesses gets in again by his mailbox', async () => {
    const { email } = await user()
    const from = elsewhere()
    await world.owner`
      insert into attempt_counters (scope, subject, taken, resets_at)
      values ('account', sha256(${email}::bytea), 100, now() + interval '1 hour')`
    expect((await logIn(email, password, from)).statusCode).toBe(429)

    await reset(await linkTo(email), 'a whole new password', from)

    expect((await logIn(email, 'a whole new password', from)).statusCode).toBe(200)
  })

  test('a mailbox is not filled, and one address does not ask for everybody', async () => {
    const { email } = await user()
    for (let round = 0; round < 6; round++) expect((await forgot(email)).statusCode).toBe(200)
    await world.drainJobs()
    expect(mailsTo(email)).toHaveLength(3)

    const from = elsewhere()
    const statuses = await statusesOf(Array.from({ length: 24 }, (_, i) => forgot(`who-${i}@trunkline.example`, from)))
    expect(statuses.filter((status) => status === 429)).toHaveLength(4)
  })

  test('a mail server that stumbles costs nobody his link: the job mails another, which is good', async () => {
    const { email } = await user()
    const [row] = await world.owner`insert into password_resets (id, email) values (${newId()}, ${email}) returning id`
    const send = () => sendReset(world.ctx(), { resetId: row?.id as string })
    const lost: string[] = []
    world.network.deliver = async ({ text }) => {
      lost.push(/#(tlr_[\w-]{43})/.exec(text)?.[1] ?? '')
      throw new Error('421 try again later')
    }
    await expect(send()).rejects.toThrow('421')
    world.network.deliver = async () => undefined
    await send()

    const link = /#(tlr_[\w-]{43})/.exec(mailsTo(email).at(-1)?.text ?? '')?.[1] ?? ''
    expect([(await reset(lost[0] ?? '')).statusCode, (await reset(link)).statusCode]).toEqual([400, 200])
    await send()
    expect(mailsTo(email)).toHaveLength(1)
  })

  test('without a mail server nobody is promised a mail', async () => {
    const { email } = await user()
    const rows = async () => (await world.owner`select count(*)::int as rows from password_resets`)[0]?.rows
    const before = await rows()

    const asked = requestReset(world.ctx({ net: { fetch } }), { email })

    await expect(asked).rejects.toMatchObject({
      refusal: 'unavailable',
      message: 'This server is not set up to send e-mail. Ask an administrator',
    })
    expect(await rows()).toBe(before)
  })

  test('no token stands in the database, a job or a log line', async () => {
    const { email } = await user()
    const link = await linkTo(email)
    const [stored] = await world.owner`
      select (select string_agg(r::text, ' ') from password_resets r) || (select string_agg(j.data::text, ' ') from pgboss.job j)
        || (select string_agg(a::text, ' ') from audit_log a) as everything`

    for (const text of [...world.logged, stored?.everything as string]) expect(text).not.toContain(link)
  })
})

test('what has served is forgotten, what is in force is kept', async () => {
  const { email } = await guarded()
  await ticketOf(email)
  await forgetAttempts(world.ctx())
  const rows = async () => {
    const [row] = await world.owner`
      select (select count(*)::int from attempt_counters) as counters, (select count(*)::int from login_tickets) as tickets,
        (select count(*)::int from password_resets) as resets, (select count(*)::int from known_places) as places`
    return row as { counters: number; tickets: number; resets: number; places: number }
  }
  const kept = await rows()
  expect(Math.min(...Object.values(kept))).toBeGreaterThan(0)
  await world.owner`update attempt_counters set resets_at = now() - interval '1 second'`
  await world.owner`update login_tickets set expires_at = now() - interval '1 second'`
  await world.owner`update password_resets set created_at = now() - interval '2 days'`
  await world.owner`update known_places set last_seen_at = now() - interval '181 days'`

  await forgetAttempts(world.ctx())

  expect(await rows()).toEqual({ counters: 0, tickets: 0, resets: 0, places: 0 })
})

describe('saved filters', () => {
  test('are his alone who saved them, replaced under the same name, and at most fifty a list however many come at once', async () => {
    const [one, other] = [await world.signIn(), await world.signIn()]
    const save = async (token: string, name: string, filters = { state: 'dead' }) =>
      await world.rest('POST', '/api/saved-filters', { token, body: { list: 'webhooks', name, filters } })
    const listOf = async (token: string, list = 'webhooks') =>
      (await world.rest('GET', `/api/saved-filters?list=${list}`, { token })).body.items

    const { body: first } = await save(one, 'Mine')
    await save(one, 'Mine', { state: 'failed' })

    expect(await listOf(one)).toEqual([{ id: first.id, name: 'Mine', filters: { state: 'failed' } }])
    expect([await listOf(other), await listOf(one, 'calls')]).toEqual([[], []])
    const path = `/api/saved-filters/${first.id}`
    expect((await world.rest('DELETE', path, { token: other })).status).toBe(404)
    expect((await world.rest('DELETE', path, { token: one })).body).toEqual({ forgotten: true })
    const many = await Promise.all(Array.from({ length: 64 }, (_, nth) => save(other, `View ${nth}`)))
    expect(many.filter(({ status }) => status === 200)).toHaveLength(50)
    expect((await save(other, '', { state: 'dead' })).body.error).toMatchObject({ code: 'invalid' })
  })

  test('are renamed by him alone who saved them, and never to a name that others of the list have', async () => {
    const [one, other] = [await world.signIn(), await world.signIn()]
    const body = { list: 'webhooks', name: 'Mine', filters: { state: 'dead' } }
    const { id } = (await world.rest('POST', '/api/saved-filters', { token: one, body })).body
    await world.rest('POST', '/api/saved-filters', { token: one, body: { ...body, name: 'Taken' } })
    await world.rest('POST', '/api/saved-filters', { token: one, body: { ...body, list: 'calls', name: 'Elsewhere' } })
    const rename = async (token: string, name: string) =>
      await world.rest('POST', `/api/saved-filters/${id}/rename`, { token, body: { name } })

    expect((await rename(other, 'Stolen')).status).toBe(404)
    expect((await rename(one, 'Taken')).body.error).toMatchObject({ code: 'conflict', fields: { name: 'is taken' } })
    expect((await rename(one, ' ')).body.error).toMatchObject({ code: 'invalid' })
    expect((await rename(one, ' Elsewhere ')).body).toEqual({ id, name: 'Elsewhere', filters: body.filters })
    expect((await rename(one, 'Elsewhere')).status).toBe(200)
    const both = await Promise.all([rename(one, 'Night'), rename(one, 'Morning')])
    expect(both.map(({ status }) => status)).toEqual([200, 200])
  })
})
