import { hash } from 'node:crypto'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { passkeyRule } from '@trunkline/core/sessions/passkey'
import { sessionRule } from '@trunkline/core/sessions/session'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newId } from '../../platform/id.ts'
import { codeShown } from '../../testing/authenticator.ts'
import { passkeyDevice } from '../../testing/passkey-device.ts'
import { openWorld, type World } from '../../testing/world.ts'
import { forgetAttempts } from '../forget.ts'
import { hashPassword } from '../password.ts'
import { hashToken, newToken } from '../token.ts'

let world: World
let passwordHash: string
const password = 'correct horse battery'
beforeAll(async () => {
  world = await openWorld()
  passwordHash = await hashPassword(password)
})
afterAll(() => world.close())

type Device = ReturnType<typeof passkeyDevice>
type Quirks = NonNullable<Parameters<Device['get']>[1]>

let networks = 0
const elsewhere = () => `10.8.${Math.floor(++networks / 250)}.${networks % 250}`
const post = (url: string, payload: object, more: { token?: string; from?: string } = {}) =>
  world.app.inject({
    method: 'POST',
    url,
    payload,
    remoteAddress: more.from ?? elsewhere(),
    headers: more.token === undefined ? {} : { authorization: `Bearer ${more.token}` },
  })
const me = async (token: string) => (await world.rest('GET', '/api/auth/me', { token })).status
const list = async (token: string) => (await world.rest('GET', '/api/passkeys', { token })).body.items

/** Somebody with a password and a session. */
async function person(role = 'operator') {
  const id = newId()
  const email = `${role}-${id.slice(-12)}@trunkline.example`
  await world.owner`insert into users (id, email, role, password_hash) values (${id}, ${email}, ${role}, ${passwordHash})`
  const token = newToken()
  await world.owner`
    insert into active_sessions (id, user_id, token_hash, device, ip, user_agent, last_active_at, expires_at)
    values (${newId()}, ${id}, ${hashToken(token)}, 'desktop', '127.0.0.1', 'test', now(), now() + interval '1 day')`
  return { id, email, token }
}
const logIn = async (email: string) =>
  (await post('/api/auth/login', { email, password })).json<{ token: string }>().token

const begin = (token: string, proof: object = { password }) => post('/api/passkeys/challenge', proof, { token })
const add = (token: string, registration: object, name = 'Laptop') =>
  post('/api/passkeys', { name, registration }, { token })
const challenge = async (from?: string) => (await post('/api/auth/passkey/challenge', {}, from ? { from } : {})).json()
const signInBy = async (device: Device, quirks: Quirks = {}) =>
  post('/api/auth/passkey', device.get(await challenge(), quirks))

/** Somebody with a passkey, and the session in which it was added. */
async function withPasskey(role?: string) {
  const someone = await person(role)
  const device = passkeyDevice()
  const added = await add(someone.token, device.create((await begin(someone.token)).json()))
  const { token, passkey, revoked } = added.json()
  return { ...someone, before: someone.token, device, token, passkey, revoked, added } as typeof someone & {
    before: string
    device: Device
    passkey: { id: string }
    revoked: number
    added: typeof added
  }
}

const refusal = { code: 'unauthenticated', message: expect.stringContaining('opens no account here') }
const auditOf = (id: string) =>
  world.owner`select actor, action, after from audit_log where subject = ${toWireId('user', id)} order by id`

describe('a passkey', () => {
  test('is added for the password, signs in without address, password or code, and says when it was used', async () => {
    const { id, email, device, token, before, added } = await withPasskey()

    expect(String(added.headers['set-cookie'])).toContain(token)
    expect([await me(token), await me(before)]).toEqual([200, 401])
    expect(await list(token)).toEqual([
      {
        id: expect.stringMatching(/^psk_/),
        name: 'Laptop',
        createdAt: expect.any(String),
        lastUsedAt: null,
      },
    ])

    const options = await challenge()
    expect(options).toEqual({
      rpId: 'hooks.trunkline.example',
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      timeout: 300_000,
      userVerification: 'required',
    })
    const signedIn = await post('/api/auth/passkey', device.get(options))

    expect([signedIn.statusCode, signedIn.json()]).toMatchObject([200, { user: { email, needsSecondFactor: false } }])
    expect(String(signedIn.headers['set-cookie'])).toMatch(/trunkline_session=tls_.*trunkline_device=tld_/s)
    expect(await me(signedIn.json().token)).toBe(200)
    expect((await list(token))[0].lastUsedAt).toEqual(expect.any(String))
    expect(await auditOf(id)).toMatchObject([
      { actor: `user:${email}`, action: 'sessions.add_passkey', after: { revoked: 0 } },
      { action: 'sessions.login', after: { secondFactor: 'passkey' } },
    ])
  })

  test('ends what was open elsewhere when it is added and when it is removed, and opens nothing from then on', async () => {
    const someone = await person()
    const [there, device] = [await logIn(someone.email), passkeyDevice()]
    const added = (await add(someone.token, device.create((await begin(someone.token)).json()))).json()
    expect([added.revoked, await me(there), await me(added.token)]).toEqual([1, 401, 200])
    const opened = (await signInBy(device)).json().token

    const removal = await post(`/api/passkeys/${added.passkey.id}/remove`, { password }, { token: added.token })

    expect(removal.json()).toMatchObject({ revoked: 1 })
    expect([await me(opened), await me(added.token), await me(removal.json().token)]).toEqual([401, 401, 200])
    await world.drainJobs()
    expect(
      world.mails
        .filter(({ to }) => to === someone.email)
        .map(({ subject }) => subject)
        .toSorted(),
    ).toEqual(['A passkey was added to your account', 'A passkey was removed from your account'])
    const refused = await signInBy(device)
    expect([refused.statusCode, refused.json().error]).toEqual([401, refusal])
    expect((await auditOf(someone.id)).slice(-2)).toMatchObject([
      { action: 'sessions.login', after: { secondFactor: 'passkey' } },
      { action: 'sessions.remove_passkey', after: { passkey: added.passkey.id, revoked: 1 } },
    ])
  })

  test('asks for the password, and for a code instead where there is a second factor', async () => {
    const { token } = await person()
    const statuses = [await begin(token, {}), await begin(token, { password: 'not the password' })]
    expect(statuses.map((answer) => [answer.statusCode, answer.json().error.fields])).toEqual([
      [400, { password: 'is required' }],
      [400, { password: 'is wrong' }],
    ])

    const { key } = (await post('/api/second-factor', { password }, { token })).json()
    const on = (await post('/api/second-factor/confirm', { code: codeShown(key) }, { token })).json()
    const asked = [await begin(on.token, { password }), await begin(on.token, { code: '000000' })]
    expect(asked.map((answer) => [answer.statusCode, answer.json().error.fields])).toEqual([
      [400, { code: 'is required' }],
      [400, { code: 'is wrong' }],
    ])
    expect((await begin(on.token, { code: codeShown(key, 1) })).statusCode).toBe(200)
    // a code is used once
    expect((await begin(on.token, { code: codeShown(key, 1) })).statusCode).toBe(400)
  })

  test('is renamed and removed by its owner alone, and its credential stands once', async () => {
    const [one, two] = [await withPasskey(), await withPasskey()]
    const url = `/api/passkeys/${one.passkey.id}`
    const rename = (token: string) => world.rest('PATCH', url, { token, body: { name: 'Blue key' } })

    expect((await rename(two.token)).status).toBe(404)
    expect((await post(`${url}/remove`, { password }, { token: two.token })).statusCode).toBe(404)
    expect((await rename(one.token)).body).toMatchObject({ name: 'Blue key' })
    expect((await list(one.token)).map(({ name }: { name: string }) => name)).toEqual(['Blue key'])

    const options = (await begin(two.token)).json()
    expect(options.excludeCredentials).toEqual([{ type: 'public-key', id: two.device.id, transports: ['internal'] }])
    const again = await add(two.token, one.device.create(options))
    expect([again.statusCode, again.json().error.code]).toEqual([409, 'conflict'])
    expect(await me(two.token)).toBe(200)
  })

  test('is one of at most so many', async () => {
    const { id, token } = await withPasskey()
    const waiting = (await begin(token)).json()
    await world.owner`
      insert into passkeys (id, user_id, name, credential_id, public_key, transports, rp_id)
      select gen_random_uuid(), user_id, name, credential_id || int4send(n), public_key, transports, rp_id
      from passkeys, generate_series(2, ${passkeyRule.atMost}) as n where user_id = ${id}`

    expect((await begin(token)).statusCode).toBe(409)
    expect((await add(token, passkeyDevice().create(waiting))).statusCode).toBe(409)
  })

  test('is whole or was never there', async () => {
    const { token } = await person()
    const device = passkeyDevice()
    const registration = device.create((await begin(token)).json())
    await world.owner`alter table audit_log rename to away`
    try {
      expect((await add(token, registration)).statusCode).toBe(500)
    } finally {
      await world.owner`alter table away rename to audit_log`
    }

    expect([await me(token), await list(token)]).toEqual([200, []])
    expect((await signInBy(device)).statusCode).toBe(401)
  })

  test('leaves with its user, and its challenge with the old password', async () => {
    const { id, device, token } = await withPasskey()
    const registration = passkeyDevice().create((await begin(token)).json())
    const changed = await post(
      '/api/change-password',
      { currentPassword: password, newPassword: 'another horse 1' },
      { token },
    )
    expect((await add(changed.json().token, registration)).statusCode).toBe(400)

    for (const table of ['active_sessions', 'known_places', 'users'])
      await world.owner`delete from ${world.owner(table)} where ${world.owner(table === 'users' ? 'id' : 'user_id')} = ${id}`
    expect((await signInBy(device)).statusCode).toBe(401)
    expect(await world.owner`select id from passkeys where user_id = ${id}`).toEqual([])
  })
})

describe('what was made is refused', () => {
  let token: string
  beforeAll(async () => {
    ;({ token } = await person())
  })

  test.each<[string, Quirks]>([
    ['for another address', { origin: 'https://hooks.trunkline.example.evil.example' }],
    ['for localhost, while the request came to the public address', { origin: 'http://localhost:3000' }],
    ['for another name', { rpId: 'evil.example' }],
    ['by somebody the authenticator did not verify', { isVerified: false }],
    ['inside a frame of another site', { isFramed: true }],
    ['as something else', { type: 'webauthn.get' }],
    ['with a certificate that nobody asked for', { attestation: new Map([['x5c', [new Uint8Array(3)]]]) }],
    ['with an attestation that is wrong', { attestation: new Map([['sig', new Uint8Array(3)]]) }],
  ])('%s', async (_, quirks) => {
    const answer = await add(token, passkeyDevice().create((await begin(token)).json(), quirks))

    expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'invalid'])
    expect([await list(token), await me(token)]).toEqual([[], 200])
  })

  test('for somebody else, for a sign-in, too late, or a second time', async () => {
    const [one, two, device] = [await person(), await person(), passkeyDevice()]
    const ofTwo = (await begin(two.token)).json()
    const late = (await begin(one.token)).json()
    await world.owner`
      update passkey_challenges set expires_at = now() where challenge_hash = ${hash('sha256', late.challenge, 'buffer')}`
    const forSignIn = { ...late, ...(await challenge()) }

    for (const options of [ofTwo, late, forSignIn])
      expect((await add(one.token, device.create(options))).statusCode).toBe(400)
    expect(await list(one.token)).toEqual([])

    const registration = device.create((await begin(one.token)).json())
    const added = (await add(one.token, registration)).json()
    expect((await add(added.token, registration)).statusCode).toBe(400)
    expect(await list(added.token)).toHaveLength(1)
  })
})

describe('a sign-in is refused', () => {
  let ours: Device
  beforeAll(async () => {
    ;({ device: ours } = await withPasskey())
  })

  test.each<[string, Quirks]>([
    ['from another address', { origin: 'https://hooks.trunkline.example.evil.example' }],
    ['from localhost, while the request came to the public address', { origin: 'http://localhost:3000' }],
    ['for another name', { rpId: 'evil.example' }],
    ['of somebody the authenticator did not verify', { isVerified: false }],
    ['inside a frame of another site', { isFramed: true }],
    ['by something else', { type: 'webauthn.create' }],
    ['under the handle of somebody else', { userHandle: Buffer.alloc(16).toString('base64url') }],
  ])('%s, in the same words as an unknown passkey', async (_, quirks) => {
    const [refused, unknown] = [await signInBy(ours, quirks), await signInBy(passkeyDevice())]

    expect([refused.statusCode, refused.json().error]).toEqual([401, refusal])
    expect([unknown.statusCode, unknown.json()]).toEqual([401, refused.json()])
    expect(refused.headers['set-cookie']).toBeUndefined()
    expect((await signInBy(ours)).statusCode).toBe(200)
  })

  test('with a signature of another key', async () => {
    const [one, two] = [await withPasskey(), await withPasskey()]
    const options = await challenge()
    const [mine, theirs] = [one.device.get(options), two.device.get(options)]

    const forged = { ...mine, response: { ...mine.response, signature: theirs.response.signature } }

    expect((await post('/api/auth/passkey', forged)).statusCode).toBe(401)
  })

  test('a second time, too late, with a challenge for adding one, or with none of ours', async () => {
    const { device, token } = await withPasskey()
    const assertion = device.get(await challenge())
    const late = await challenge()
    await world.owner`
      update passkey_challenges set expires_at = now() where challenge_hash = ${hash('sha256', late.challenge, 'buffer')}`
    const { challenge: forAdding } = (await begin(token)).json()
    const foreign = Buffer.alloc(32).toString('base64url')

    expect((await post('/api/auth/passkey', assertion)).statusCode).toBe(200)
    for (const again of [
      assertion,
      device.get(late),
      device.get({ ...late, challenge: forAdding }),
      device.get({ ...late, challenge: foreign }),
    ])
      expect((await post('/api/auth/passkey', again)).statusCode).toBe(401)
    // none of them has used up what was made for something else
    expect(
      (await add(token, passkeyDevice().create({ ...(await begin(token)).json(), challenge: forAdding }))).statusCode,
    ).toBe(200)
  })

  test('where the authenticator has not counted on: it is a copy, and that is written down', async () => {
    const { id, device } = await withPasskey()
    expect((await signInBy(device, { counter: 9 })).statusCode).toBe(200)

    for (const counter of [9, 3, 0]) {
      const refused = await signInBy(device, { counter })
      expect([refused.statusCode, refused.json().error]).toEqual([401, refusal])
    }

    const rows = (await auditOf(id)).filter(({ action }) => action === 'sessions.refuse_copied_passkey')
    expect(rows.map(({ after }) => [after.last, after.shown])).toEqual([
      [9, 9],
      [9, 3],
      [9, 0],
    ])
    expect((await signInBy(device, { counter: 10 })).statusCode).toBe(200)
  })

  test('to a disabled user like to everybody', async () => {
    const { id, device, token } = await withPasskey()
    await world.owner`update users set is_active = false where id = ${id}`

    const refused = await signInBy(device)

    expect([refused.statusCode, refused.json().error, await me(token)]).toEqual([401, refusal, 401])
  })

  test('after sixty tries from one address, which what was no guess gets back', async () => {
    const [from, { device }] = [elsewhere(), await withPasskey()]
    const attempt = async (by: Device) => post('/api/auth/passkey', by.get(await challenge(from)), { from })
    for (let round = 0; round < 3; round++) expect((await attempt(device)).statusCode).toBe(200)
    for (let round = 0; round < 29; round++) expect((await attempt(passkeyDevice())).statusCode).toBe(401)
    expect((await attempt(device)).statusCode).toBe(200)
    for (let round = 0; round < 2; round++) await challenge(from)

    const refused = await post('/api/auth/passkey/challenge', {}, { from })

    expect([refused.statusCode, Number(refused.headers['retry-after'])]).toEqual([429, expect.any(Number)])
    // the same counter stands before passwords, and another address is not concerned
    expect((await post('/api/auth/login', { email: 'a@b.example', password }, { from })).statusCode).toBe(429)
    expect((await signInBy(device)).statusCode).toBe(200)
  })
})

test('of many who bring the same signature at the same moment one gets in', async () => {
  const { id, device } = await withPasskey()
  const assertion = device.get(await challenge(), { counter: 0 })
  await world.owner`update passkeys set counter = 0 where user_id = ${id}`

  const answers = await Promise.all(Array.from({ length: 8 }, () => post('/api/auth/passkey', assertion)))

  expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, ...Array(7).fill(401)])
})

test('of many who add what was made at the same moment one does', async () => {
  const { token } = await person()
  const registration = passkeyDevice().create((await begin(token)).json())

  const answers = await Promise.all(Array.from({ length: 6 }, () => add(token, registration)))

  const done = answers.filter(({ statusCode }) => statusCode === 200)
  expect(done).toHaveLength(1)
  expect(await list(done[0]?.json().token)).toHaveLength(1)
})

test('two copies that count alike, at the same moment, are one sign-in', async () => {
  const { device } = await withPasskey()
  const [one, two] = [await challenge(), await challenge()]

  const answers = await Promise.all(
    [one, two].map((options) => post('/api/auth/passkey', device.get(options, { counter: 50 }))),
  )

  expect(answers.map(({ statusCode }) => statusCode).toSorted((a, b) => a - b)).toEqual([200, 401])
})

test('a passkey opens no more sessions than a password does', async () => {
  const { id, device } = await withPasskey()
  for (let round = 0; round < sessionRule.atMost + 1; round++) await signInBy(device)

  const [alive] = await world.owner`
    select count(*)::int as rows from active_sessions where user_id = ${id} and revoked_at is null`
  expect(alive?.rows).toBe(sessionRule.atMost)
})

test('a passkey is the second factor that administrators owe, and a password is not one beside it', async () => {
  const [admin, other] = [await withPasskey('admin'), await person('admin')]
  world.env.ADMIN_SECOND_FACTOR = 'required'
  try {
    const signedIn = (await signInBy(admin.device)).json()
    expect(signedIn.user.needsSecondFactor).toBe(false)
    const customers = (token: string) => world.rest('GET', '/api/admin/customers', { token })
    expect((await customers(signedIn.token)).status).toBe(200)
    const last = await post(`/api/passkeys/${admin.passkey.id}/remove`, { password }, { token: signedIn.token })
    expect([last.statusCode, (await list(signedIn.token)).length]).toEqual([403, 1])

    // the password alone opens nothing, and makes no second factor where a passkey stands
    const byPassword = await logIn(admin.email)
    expect((await customers(byPassword)).status).toBe(403)
    const made = [
      await post('/api/second-factor', { password }, { token: byPassword }),
      await post('/api/second-factor/confirm', { code: '000000' }, { token: byPassword }),
      await begin(byPassword),
    ]
    expect(made.map((answer) => [answer.statusCode, answer.json().error.message])).toEqual(
      Array(3).fill([403, 'This account has a passkey. Sign out, and sign in with it']),
    )

    // who has neither makes one in place of an app
    expect((await customers(other.token)).status).toBe(403)
    const device = passkeyDevice()
    const added = await add(other.token, device.create((await begin(other.token)).json()))
    expect((await customers(added.json().token)).status).toBe(200)
  } finally {
    world.env.ADMIN_SECOND_FACTOR = 'optional'
  }
})

test('nothing that was signed with reaches a log line or the database, and what is over is forgotten', async () => {
  const { device } = await withPasskey()
  const options = await challenge()
  await post('/api/auth/passkey', device.get({ ...options, challenge: options.challenge.slice(1) }))
  const stored = async () =>
    String((await world.owner`select string_agg(c::text, ' ') as text from passkey_challenges c`)[0]?.text)

  for (const text of [...world.logged, await stored()]) expect(text).not.toContain(options.challenge.slice(1))
  expect(await stored()).toContain(hash('sha256', options.challenge, 'hex'))
  await forgetAttempts(world.ctx())
  expect(await stored()).toContain(hash('sha256', options.challenge, 'hex'))
  await world.owner`update passkey_challenges set expires_at = now() - interval '1 second'`
  await forgetAttempts(world.ctx())
  expect(await stored()).toBe('null')
})

test('where browsers know no passkeys the answer says where they would', async () => {
  const { PUBLIC_URL } = world.env
  world.env.PUBLIC_URL = 'http://127.0.0.1:3000'
  try {
    const refused = await post('/api/auth/passkey/challenge', {})
    expect([refused.statusCode, refused.json().error.message]).toEqual([
      409,
      'Passkeys need a name and https. On this machine, open http://localhost:3000/admin/ instead',
    ])
  } finally {
    world.env.PUBLIC_URL = PUBLIC_URL
  }
})
