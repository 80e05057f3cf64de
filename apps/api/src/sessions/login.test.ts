import { toWireId } from '@trunkline/core/platform/wire-id'
import { sessionRule } from '@trunkline/core/sessions/session'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newId } from '../platform/id.ts'
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
const tokenOf = async (email: string) => (await logIn(email)).json().token as string
const me = async (token: string) => (await world.rest('GET', '/api/auth/me', { token })).status
const sessionsOf = async (token: string) => (await world.rest('GET', '/api/sessions', { token })).body.items

test('whoever knows the password gets a token, a cookie and his own name', async () => {
  const { email, id } = await user()

  const answer = await logIn(email.toUpperCase(), password, { 'user-agent': 'Mozilla/5.0 (iPhone) Mobile' })

  expect(answer.statusCode).toBe(200)
  expect(answer.json()).toEqual({
    token: expect.stringMatching(/^tls_[\w-]{43}$/),
    user: { id: toWireId('user', id), email, name: null, role: 'operator', customerId: null },
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
  expect(await change(password, 'a longer password')).toMatchObject({ status: 200, body: { revoked: 1 } })
  expect([await me(here), await me(there)]).toEqual([200, 401])
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
