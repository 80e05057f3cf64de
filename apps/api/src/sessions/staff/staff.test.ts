import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, type World } from '../../testing/world.ts'

let world: World
let admin: string
beforeAll(async () => {
  world = await openWorld()
  admin = await world.signIn('admin')
})
afterAll(() => world.close())

const password = 'correct horse battery'
const invite = (body: object, token = admin) => world.rest('POST', '/api/admin/staff', { token, body })
const act = (id: string, verb: 'invite' | 'disable' | 'enable' | 'role', body: object = {}, token = admin) =>
  world.rest('POST', `/api/admin/staff/${id}/${verb}`, { token, body })
const linkIn = (text = '') => /#(tli_[\w-]+)/.exec(text)?.[1] ?? 'no link'
const accept = (token: string) =>
  world.rest('POST', '/api/auth/accept-invitation', { body: { token, newPassword: password } })
const signIn = (email: string) => world.rest('POST', '/api/auth/login', { body: { email, password } })
const alive = async (token: string) => (await world.rest('GET', '/api/auth/me', { token })).status
/** The user of a session that the world opened. */
async function whois(token: string): Promise<string> {
  return (await world.rest('GET', '/api/auth/me', { token })).body.id
}

/** Somebody who was invited and has come: his id and his session. */
async function member(role: string, email: string): Promise<{ id: string; token: string }> {
  const { body } = await invite({ email, name: 'Some One', role })
  await world.drainJobs()
  await accept(linkIn(world.mails.at(-1)?.text))
  return { id: body.id, token: (await signIn(email)).body.token }
}

test('who is invited gets a link by mail, chooses a password once, and has the role he was given', async () => {
  const { status, body } = await invite({ email: ' Ada@Trunkline.example', name: 'Ada', role: 'operator' })
  expect([status, body]).toEqual([
    200,
    expect.objectContaining({ email: 'ada@trunkline.example', state: 'invited', role: 'operator', link: null }),
  ])
  await world.drainJobs()
  const token = linkIn(world.mails.at(-1)?.text)
  expect(world.mails.at(-1)?.to).toBe('ada@trunkline.example')
  const kept =
    await world.owner`select row_to_json(i)::text as row from invitations i union all select row_to_json(a)::text from audit_log a`
  expect([...kept.map(({ row }) => row), ...world.logged].join('\n')).not.toContain(token.slice(4))
  expect((await signIn('ada@trunkline.example')).status).toBe(401)

  expect((await accept(token)).status).toBe(200)
  expect((await accept(token)).status).toBe(400)
  const { body: entered } = await signIn('ada@trunkline.example')
  expect(entered.user).toMatchObject({ role: 'operator', customerId: null })
  const { body: list } = await world.rest('GET', '/api/admin/staff?q=ada@', { token: admin })
  expect(list.items).toMatchObject([
    { state: 'active', sessions: 1, keys: 0, lastSignInAt: expect.any(String), you: false },
  ])
  expect((await act(body.id, 'invite')).status).toBe(409)
})

test('another invitation takes the first link back; a link ends after seven days', async () => {
  const { body } = await invite({ email: 'bo@trunkline.example', name: 'Bo', role: 'viewer' })
  await world.drainJobs()
  const first = linkIn(world.mails.at(-1)?.text)
  expect((await act(body.id, 'invite')).body).toMatchObject({ state: 'invited', link: null })
  await world.drainJobs()
  const second = linkIn(world.mails.at(-1)?.text)
  expect(second).not.toBe(first)
  expect((await accept(first)).status).toBe(400)
  const [{ days } = {}] =
    await world.owner`select round(extract(epoch from expires_at - now()) / 86400)::int as days from invitations where accepted_at is null and token_hash is not null order by id desc limit 1`
  expect(days).toBe(7)
  await world.owner`update invitations set expires_at = now() where accepted_at is null`
  expect((await accept(second)).status).toBe(400)
})

test('where no mail can be sent the link is shown once, to the admin who invites', async () => {
  const { MAIL_FROM } = world.env
  world.env.MAIL_FROM = undefined
  try {
    const { body } = await invite({ email: 'cy@trunkline.example', name: 'Cy', role: 'sales' })
    expect(body.link).toMatch(/^https:\/\/hooks\.trunkline\.example\/admin\/invitation#tli_/)
    expect((await accept(linkIn(body.link))).status).toBe(200)
  } finally {
    world.env.MAIL_FROM = MAIL_FROM
  }
})

test('an address that somebody has is refused, and only an admin decides', async () => {
  await invite({ email: 'dee@trunkline.example', name: 'Dee', role: 'viewer' })
  const again = await invite({ email: 'DEE@trunkline.example', name: 'Dee', role: 'admin' })
  expect([again.status, again.body.error.fields]).toEqual([409, { email: 'already has an account' }])
  expect((await invite({ email: 'x', name: '', role: 'owner' })).body.error.fields).toEqual({
    email: expect.any(String),
    name: expect.any(String),
    role: expect.any(String),
  })
  for (const role of ['operator', 'sales', 'viewer'] as const) {
    const token = await world.signIn(role)
    expect((await world.rest('GET', '/api/admin/staff', { token })).status).toBe(403)
    expect((await invite({ email: 'e@trunkline.example', name: 'E', role: 'admin' }, token)).status).toBe(403)
  }
  const { id } = await world.customer()
  const owner = await whois(await world.signIn('owner', id))
  expect((await act(owner, 'role', { role: 'admin' })).status).toBe(404)
  expect((await act(owner, 'disable', { reason: 'x' })).status).toBe(404)
})

test('who is disabled is out at once: sessions, keys, links and live streams; enabled again he signs in, his keys stay ended', async () => {
  const { id, token } = await member('admin', 'fay@trunkline.example')
  const { body: made } = await world.rest('POST', '/api/admin/api-keys', {
    token,
    body: { name: 'Hers', scopes: ['operations:read'] },
  })
  const customers = (bearer: string) => world.rest('GET', '/api/admin/customers', { token: bearer })
  expect((await customers(made.key)).status).toBe(200)
  const stream = await world.app.inject({
    url: '/trpc/live.watch',
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    payloadAsStream: true,
  })
  const heard: string[] = []
  for await (const chunk of stream.stream()) {
    heard.push(String(chunk))
    if (heard.length === 1)
      expect((await act(id, 'disable', { reason: 'left the company' })).body).toMatchObject({
        state: 'disabled',
        sessions: 0,
        keys: 0,
      })
  }
  expect(heard.join('')).toMatch(/UNAUTHORIZED/)
  expect([
    await alive(token),
    (await customers(made.key)).status,
    (await signIn('fay@trunkline.example')).status,
  ]).toEqual([401, 401, 401])
  const [entry] =
    await world.owner`select after from audit_log where action = 'sessions.disable_staff' order by id desc limit 1`
  expect(entry?.after).toEqual({ sessions: 1, keys: 1, reason: 'left the company' })
  expect((await act(id, 'disable', { reason: 'again' })).status).toBe(409)

  expect((await act(id, 'enable')).body.state).toBe('active')
  expect((await signIn('fay@trunkline.example')).status).toBe(200)
  expect([await alive(token), (await customers(made.key)).status]).toEqual([401, 401])
})

test('another role ends what was opened with the old one', async () => {
  const { id, token } = await member('operator', 'gus@trunkline.example')

  expect((await act(id, 'role', { role: 'viewer' })).body).toMatchObject({ role: 'viewer', sessions: 0 })

  expect(await alive(token)).toBe(401)
  const { body } = await signIn('gus@trunkline.example')
  expect((await world.rest('GET', '/api/admin/webhook-queue', { token: body.token })).status).toBe(403)
  const [entry] =
    await world.owner`select before, after from audit_log where action = 'sessions.change_role' order by id desc limit 1`
  expect([entry?.before, entry?.after]).toEqual([{ role: 'operator' }, { role: 'viewer', sessions: 1, keys: 0 }])
  expect((await act(id, 'role', { role: 'viewer' })).status).toBe(409)
})

describe('the last administrator', () => {
  test('stays, however many take each other’s role or account at the same moment', async () => {
    for (const verb of ['role', 'disable'] as const) {
      await world.owner`update users set role = 'viewer' where role = 'admin'`
      const tokens = await Promise.all(Array.from({ length: 4 }, () => world.signIn('admin')))
      const ids = await Promise.all(tokens.map(whois))
      const answers = await Promise.all(
        tokens.map((token, at) => act(ids[(at + 1) % 4] ?? '', verb, { role: 'operator', reason: 'a coup' }, token)),
      )

      expect(answers.filter(({ status }) => ![200, 401, 403, 409].includes(status))).toEqual([])
      const [{ left } = {}] =
        await world.owner`select count(*)::int as left from users where role = 'admin' and is_active`
      expect(left).toBeGreaterThan(0)
    }
  })

  test('is not replaced by one who was only invited, or whom a demoted one would name', async () => {
    await world.owner`update users set role = 'viewer' where role = 'admin'`
    const [first, second] = [await world.signIn('admin'), await world.signIn('admin')]
    const [firstId, secondId] = [await whois(first), await whois(second)]
    await invite({ email: 'hal@trunkline.example', name: 'Hal', role: 'admin' }, first)
    const answers = await Promise.all([
      act(secondId, 'role', { role: 'viewer' }, first),
      act(firstId, 'role', { role: 'viewer' }, second),
    ])
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  })

  test('and nobody changes himself', async () => {
    const token = await world.signIn('admin')
    const id = await whois(token)
    expect((await act(id, 'role', { role: 'viewer' }, token)).status).toBe(403)
    expect((await act(id, 'disable', { reason: 'x' }, token)).status).toBe(403)
  })
})
