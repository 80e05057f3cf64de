import { toWireId } from '@trunkline/core/platform/wire-id'
import type { AttemptScope } from '@trunkline/core/sessions/attempts'
import { sessionRule } from '@trunkline/core/sessions/session'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import { untilWaitedFor } from '../testing/waited-for.ts'
import { openWorld, type World } from '../testing/world.ts'
import { hashPassword } from './password.ts'

let world: World
let passwordHash: string
const password = 'correct horse battery'
beforeAll(async () => {
  world = await openWorld()
  passwordHash = await hashPassword(password)
})
afterAll(() => world.close())

async function user(role = 'operator'): Promise<{ id: string; email: string }> {
  const id = newId()
  const email = `${role}-${id.slice(-12)}@trunkline.example`
  await world.owner`insert into users (id, email, role, password_hash) values (${id}, ${email}, ${role}, ${passwordHash})`
  return { id, email }
}
const logIn = (email: string, word = password, headers: Record<string, string> = {}) =>
  world.app.inject({ method: 'POST', url: '/api/auth/login', payload: { email, password: word }, headers })
/** The same from another network address. */
const logInFrom = (remoteAddress: string, email: string, word = password, headers: Record<string, string> = {}) =>
  world.app.inject({
    method: 'POST',
    url: '/api/auth/login',
    payload: { email, password: word },
    headers,
    remoteAddress,
  })
const tokenOf = async (email: string) => (await logIn(email)).json().token as string
const me = async (token: string) => (await world.rest('GET', '/api/auth/me', { token })).status
const sessionsOf = async (token: string) => (await world.rest('GET', '/api/sessions', { token })).body.items

test('whoever knows the password gets a token, a cookie and his own name', async () => {
  const { email, id } = await user()

  const answer = await logIn(email.toUpperCase(), password, { 'user-agent': 'Mozilla/5.0 (iPhone) Mobile' })

  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual({
    token: expect.stringMatching(/^tls_[\w-]{43}$/),
    user: { id: toWireId('user', id), email, name: null, role: 'operator', customerId: null, needsSecondFactor: false },
  })
  const cookie = String(answer.headers['set-cookie'])
  expect(cookie).toContain(`trunkline_session=${answer.json().token}`)
  expect(cookie).toMatch(/HttpOnly/)
  expect(cookie).toMatch(/Secure/)
  expect(cookie).toMatch(/SameSite=Lax/)
  expect(await sessionsOf(answer.json().token)).toMatchObject([{ device: 'mobile', ip: '127.0.0.1', current: true }])
})

test('a wrong password and an unknown user get the same answer', async () => {
  const { email } = await user()

  const [wrong, unknown] = [
    await logIn(email, 'wrong password'),
    await logIn('nobody@trunkline.example', 'wrong password'),
  ]

  expect(wrong.statusCode).toBe(401)
  expect(wrong.json()).toEqual({ error: { code: 'unauthenticated', message: 'E-mail or password is wrong' } })
  expect(unknown.statusCode).toBe(wrong.statusCode)
  expect(unknown.json()).toEqual(wrong.json())
  expect(Object.keys(unknown.headers).sort()).toEqual(Object.keys(wrong.headers).sort())
})

test('an unknown user costs as long as a wrong password', async () => {
  const { email } = await user()
  const timeOf = async (address: string) => {
    const began = performance.now()
    await logIn(address, 'wrong password')
    return performance.now() - began
  }
  const [known, unknown]: [number[], number[]] = [[], []]
  for (let round = 0; round < 5; round++) {
    known.push(await timeOf(email))
    unknown.push(await timeOf('nobody@trunkline.example'))
  }

  // the quickest of each: a busy machine only ever adds
  expect(Math.min(...unknown)).toBeGreaterThan(Math.min(...known) / 3)
})

test('a disabled user is refused like everybody who does not know the password', async () => {
  const { email, id } = await user()
  const token = await tokenOf(email)
  await world.owner`update users set is_active = false where id = ${id}`

  expect((await logIn(email)).json()).toEqual({
    error: { code: 'unauthenticated', message: 'E-mail or password is wrong' },
  })
  expect(await me(token)).toBe(401)
})

test('neither password nor token reaches a log line, the audit or the database (K-24)', async () => {
  const { email } = await user()
  const token = await tokenOf(email)
  await logIn(email, 'a wrong password 123')
  await world.rest('POST', '/api/change-password', {
    token,
    body: { currentPassword: password, newPassword: 'another horse 1' },
  })

  const stored = await world.owner`
    select (select string_agg(u::text, ' ') from users u) || (select string_agg(s::text, ' ') from active_sessions s)
      || (select string_agg(a::text, ' ') from audit_log a) as everything`
  for (const text of [...world.logged, stored[0]?.everything]) {
    for (const secret of [password, token, 'a wrong password 123', 'another horse 1'])
      expect(text).not.toContain(secret)
  }
})

test('however many log in at the same moment, a user has at most five sessions: the oldest leave (K-28)', async () => {
  const { email, id } = await user()

  const answers = await Promise.all(Array.from({ length: 12 }, () => logIn(email)))

  const [alive] = await world.owner`
    select count(*)::int as rows from active_sessions where user_id = ${id} and revoked_at is null`
  expect(alive).toEqual({ rows: sessionRule.atMost })
  const states = await Promise.all(answers.map((answer) => me(answer.json().token)))
  expect(states.filter((status) => status === 200)).toHaveLength(sessionRule.atMost)
})

test('a sixth log-in ends the oldest session, and only that', async () => {
  const { email } = await user()
  const tokens: string[] = []
  for (let login = 0; login < 6; login++) tokens.push(await tokenOf(email))

  expect(await Promise.all(tokens.map(me))).toEqual([401, 200, 200, 200, 200, 200])
})

test('a revoked session is over at once, and only the own ones can be revoked (K-28)', async () => {
  const [one, two] = [await user(), await user()]
  const [first, second, strange] = [await tokenOf(one.email), await tokenOf(one.email), await tokenOf(two.email)]
  const [other] = (await sessionsOf(first)).filter(({ current }: { current: boolean }) => !current)
  const revoke = (token: string) => world.rest('DELETE', `/api/sessions/${other.id}`, { token })

  expect(await revoke(strange)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } })
  expect(await me(second)).toBe(200)
  expect(await revoke(first)).toMatchObject({ status: 200, body: { revoked: 1 } })
  expect(await me(second)).toBe(401)
  expect(await revoke(first)).toMatchObject({ status: 404 })
  expect(await me(first)).toBe(200)
})

test('all other sessions end at one word', async () => {
  const { email } = await user()
  const [here, there, elsewhere] = [await tokenOf(email), await tokenOf(email), await tokenOf(email)]

  expect(await world.rest('DELETE', '/api/sessions', { token: here })).toMatchObject({
    status: 200,
    body: { revoked: 2 },
  })
  expect([await me(here), await me(there), await me(elsewhere)]).toEqual([200, 401, 401])
})

test('a new password asks for the old one and ends every other session (K-28)', async () => {
  const { email } = await user()
  const [here, there] = [await tokenOf(email), await tokenOf(email)]
  const change = (currentPassword: string, newPassword: string) =>
    world.rest('POST', '/api/change-password', { token: here, body: { currentPassword, newPassword } })

  expect(await change('not the password', 'a longer password')).toMatchObject({
    status: 400,
    body: { error: { code: 'invalid', fields: { currentPassword: 'is wrong' } } },
  })
  expect(await change(password, 'short')).toMatchObject({
    status: 400,
    body: { error: { fields: { newPassword: 'must have at least 12 characters' } } },
  })
  expect([await me(here), await me(there)]).toEqual([200, 200])
  const changed = await change(password, 'a longer password')
  expect(changed).toMatchObject({ status: 200, body: { revoked: 1 } })
  // the session goes on under another token
  expect([await me(changed.body.token), await me(here), await me(there)]).toEqual([200, 401, 401])
  expect(String(changed.headers['set-cookie'])).toContain(`trunkline_session=${changed.body.token}`)
  expect((await logIn(email)).statusCode).toBe(401)
  expect((await logIn(email, 'a longer password')).statusCode).toBe(200)
})

test('logging out ends the session and takes the cookie away', async () => {
  const { email } = await user()
  const token = await tokenOf(email)

  const answer = await world.app.inject({
    method: 'POST',
    url: '/api/auth/logout',
    headers: { authorization: `Bearer ${token}` },
  })

  expect([answer.statusCode, answer.json()]).toEqual([200, { ended: true }])
  expect(String(answer.headers['set-cookie'])).toMatch(/trunkline_session=;.*Expires=Thu, 01 Jan 1970/)
  expect(await me(token)).toBe(401)
})

test.each([
  ['past its thirty days', 'expires_at', `1 second`],
  ['unused for a week', 'last_active_at', `${sessionRule.idleSeconds + 1} seconds`],
])('a session %s is over', async (_, column, ago) => {
  const { email, id } = await user()
  const token = await tokenOf(email)

  await world.owner`
    update active_sessions set ${world.owner(column)} = now() - ${ago}::interval where user_id = ${id}`

  expect(await me(token)).toBe(401)
})

test('using a session keeps it alive, but never beyond its thirty days', async () => {
  const { email, id } = await user()
  const token = await tokenOf(email)
  const [before] = await world.owner`select expires_at from active_sessions where user_id = ${id}`
  await world.owner`update active_sessions set last_active_at = now() - interval '6 days' where user_id = ${id}`

  expect(await me(token)).toBe(200)

  const [after] = await world.owner`
    select expires_at, last_active_at > now() - interval '1 minute' as fresh from active_sessions where user_id = ${id}`
  expect(after).toEqual({ ...before, fresh: true })
})

test('a made-up token is nobody', async () => {
  for (const token of ['', 'x', 'tls_', `tls_${'A'.repeat(43)}`, 'tls_%00']) {
    const { statusCode } = await world.app.inject({
      url: '/api/auth/me',
      headers: { authorization: `Bearer ${token}` },
    })
    expect(statusCode).toBe(401)
  }
})

describe('guessing', () => {
  let networks = 0
  /** An address that nobody else in these tests has. */
  const elsewhere = () => `10.${Math.floor(++networks / 250)}.${networks % 250}.1`
  const statusesOf = async (answers: Promise<{ statusCode: number }>[]) =>
    (await Promise.all(answers)).map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)
  const times = <Result>(count: number, work: (index: number) => Result) =>
    Array.from({ length: count }, (_, i) => work(i))
  /** So many attempts of a kind were made already. */
  const made = (scope: AttemptScope, subject: string, taken: number) => world.owner`
    insert into attempt_counters (scope, subject, taken, resets_at)
    values (${scope}, sha256(${subject}::bytea), ${taken}, now() + interval '15 minutes')
    on conflict (scope, subject) do update set taken = excluded.taken`
  const refusalsOf = async (id: string) => {
    const rows = await world.owner`
      select count(*)::int as rows from audit_log where action = 'sessions.login_refused' and subject = ${toWireId('user', id)}`
    return rows[0]?.rows as number
  }

  test('of a hundred guesses at once from one address, twenty are looked at; the rest hear when to come back', async () => {
    const { email } = await user()
    const from = elsewhere()

    const statuses = await statusesOf(times(100, (i) => logInFrom(from, email, `guess number ${i}`)))

    expect(statuses).toEqual([...times(20, () => 401), ...times(80, () => 429)])
    const refused = await logInFrom(from, email)
    expect(refused.statusCode).toBe(429)
    expect(refused.json().error).toEqual({
      code: 'limit_exceeded',
      message: expect.stringMatching(/^Too many attempts. Try again in \d+ minutes?$/),
    })
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(60)
    const rpc = await world.app.inject({
      method: 'POST',
      url: '/trpc/sessions.login',
      payload: { email, password },
      remoteAddress: from,
    })
    expect([rpc.statusCode, rpc.json().error.data.refusal]).toEqual([429, 'limit_exceeded'])
    expect(Number(rpc.headers['retry-after'])).toBeGreaterThan(60)
  })

  test('an unknown user is limited like a known one', async () => {
    const from = elsewhere()
    const statuses = await statusesOf(times(30, () => logInFrom(from, 'nobody-at-all@trunkline.example', 'a guess')))
    expect(statuses).toEqual([...times(20, () => 401), ...times(10, () => 429)])
  })

  test('one address cannot try one password on everybody', async () => {
    const from = elsewhere()
    await made('address', from, 50)
    const statuses = await statusesOf(times(30, (i) => logInFrom(from, `spray-${i}@trunkline.example`, 'Summer2026!!')))
    expect(statuses).toEqual([...times(10, () => 401), ...times(20, () => 429)])
  })

  test('a network of IPv6 counts as one address', async () => {
    const { email } = await user()
    const statuses = await statusesOf(times(25, (i) => logInFrom(`2001:db8:7:7::${i + 1}`, email, 'a guess')))
    expect(statuses.filter((status) => status === 429)).toHaveLength(5)
    expect((await logInFrom('2001:db8:7:8::1', email)).statusCode).toBe(200)
  })

  test('whoever attacks an account from everywhere does not lock its owner out: not where he was before, nor his browser', async () => {
    const { email } = await user()
    const [home, hotel, stranger] = [elsewhere(), elsewhere(), elsewhere()]
    const first = await logInFrom(home, email)
    const cookies = [first.headers['set-cookie']].flat().map((line) => String(line).split(';')[0] ?? '')
    const device = cookies.find((cookie) => cookie.startsWith('trunkline_device='))
    await made('account', email, 97)
    await Promise.all(times(6, () => logInFrom(elsewhere(), email, 'a guess')))

    expect((await logInFrom(stranger, email)).statusCode).toBe(429)
    expect((await logInFrom(home, email)).statusCode).toBe(200)
    expect((await logInFrom(hotel, email, password, { cookie: device ?? '' })).statusCode).toBe(200)
    // a stolen device may guess no more than others
    const statuses = await statusesOf(times(30, () => logInFrom(hotel, email, 'a guess', { cookie: device ?? '' })))
    expect(statuses.filter((status) => status === 401)).toHaveLength(20)
  })

  test('signing in costs nothing of what may be guessed', async () => {
    const { email } = await user()
    const from = elsewhere()
    await made('account_at_place', `${email} ${from}`, 17)
    for (let round = 0; round < 5; round++) expect((await logInFrom(from, email)).statusCode).toBe(200)
  })

  test('a request holds one sign-in', async () => {
    const { email, id } = await user()
    const answer = await world.app.inject({
      method: 'POST',
      url: '/trpc/sessions.login,sessions.login?batch=1',
      payload: { 0: { email, password }, 1: { email, password: 'a guess' } },
      remoteAddress: elsewhere(),
    })

    expect(answer.json().map(({ error }: { error: { data: { refusal: string } } }) => error.data.refusal)).toEqual([
      'invalid',
      'invalid',
    ])
    expect(await refusalsOf(id)).toBe(0)
    const many = await world.app.inject({ url: `/trpc/${times(21, () => 'sessions.me').join(',')}?batch=1` })
    expect(many.statusCode).toBe(400)
  })

  test('the audit keeps a few refusals of an account, not as many as somebody cares to make', async () => {
    const { email, id } = await user()
    await Promise.all(times(15, () => logInFrom(elsewhere(), email, 'a guess')))
    expect(await refusalsOf(id)).toBe(10)
  })

  test('a new window begins when the old one is over', async () => {
    const { email } = await user()
    const from = elsewhere()
    await made('account_at_place', `${email} ${from}`, 20)
    expect((await logInFrom(from, email)).statusCode).toBe(429)
    await world.owner`update attempt_counters set resets_at = now() - interval '1 second'`

    expect((await logInFrom(from, email)).statusCode).toBe(200)
  })
})

/** Something else holds the user's row while a request waits for it; then it commits. */
async function whileHeld(userId: string, request: () => Promise<{ statusCode: number }>, change: string) {
  const holder = await world.owner.reserve()
  await holder`begin`
  await holder`select 1 from users where id = ${userId} for update`
  const answer = request()
  await untilWaitedFor(holder)
  await holder.unsafe(change)
  await holder`commit`
  holder.release()
  return (await answer).statusCode
}

test('whoever signs in with the old password while it is changed does not get in', async () => {
  const { email, id } = await user()
  const other = await hashPassword('another horse 1')

  const status = await whileHeld(
    id,
    () => logIn(email),
    `update users set password_hash = '${other}' where id = '${id}'; update active_sessions set revoked_at = now() where user_id = '${id}'`,
  )

  expect(status).toBe(401)
  const [alive] = await world.owner`
    select count(*)::int as rows from active_sessions where user_id = ${id} and revoked_at is null`
  expect(alive).toEqual({ rows: 0 })
})

test('whoever signs in while he is disabled does not get in', async () => {
  const { email, id } = await user()

  expect(await whileHeld(id, () => logIn(email), `update users set is_active = false where id = '${id}'`)).toBe(401)
})

test('of two changes of one password at once, one wins', async () => {
  const { email } = await user()
  const [here, there] = [await tokenOf(email), await tokenOf(email)]
  const change = (token: string, newPassword: string) =>
    world.rest('POST', '/api/change-password', { token, body: { currentPassword: password, newPassword } })

  const answers = await Promise.all([change(here, 'the first new one'), change(there, 'the second new one')])

  expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, expect.toBeOneOf([400, 401])])
})

describe('a live stream', () => {
  async function watch(token: string) {
    const ending = new AbortController()
    const answer = await world.app.inject({
      url: '/trpc/live.watch',
      headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
      payloadAsStream: true,
      signal: ending.signal,
    })
    const stream = answer.stream()
    let heard = ''
    stream.on('data', (chunk: Buffer) => {
      heard += chunk.toString()
    })
    const closed = new Promise<string>((resolve) => stream.on('close', () => resolve(heard)))
    await expect.poll(() => heard).toContain('topics')
    return { closed, heard: () => heard, end: () => ending.abort() }
  }

  test('ends with an error when its session is revoked, and others go on', async () => {
    const { email } = await user()
    const [here, there] = [await tokenOf(email), await tokenOf(email)]
    const [own, revoked] = [await watch(here), await watch(there)]

    await world.rest('DELETE', '/api/sessions', { token: here })

    expect(await revoked.closed).toContain('UNAUTHORIZED')
    await announce(world.ctx(), ['customers'])
    await expect.poll(() => own.heard()).toContain('"customers"')
    own.end()
  })

  test('is looked at again now and then, whether or not anybody announced it', async () => {
    const { email, id } = await user()
    const stream = await watch(await tokenOf(email))
    await world.owner`update users set is_active = false where id = ${id}`

    world.live.hint([])

    expect(await stream.closed).toContain('UNAUTHORIZED')
  })

  test('ends when its reader may no longer see it', async () => {
    const { email, id } = await user()
    const { id: customerId } = await world.customer()
    const stream = await watch(await tokenOf(email))
    await world.owner`update users set role = 'owner', customer_id = ${customerId} where id = ${id}`

    world.live.hint([])

    expect(await stream.closed).toContain('FORBIDDEN')
  })

  test('does not keep an unused session alive', async () => {
    const { email, id } = await user()
    const stream = await watch(await tokenOf(email))
    await world.owner`
      update active_sessions set last_active_at = now() - interval '8 days' where user_id = ${id}`

    world.live.hint([])

    expect(await stream.closed).toContain('UNAUTHORIZED')
  })
})
