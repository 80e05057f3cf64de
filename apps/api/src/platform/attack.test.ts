import { createHook } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { type AddressInfo, connect } from 'node:net'
import { idPrefixes, toWireId } from '@trunkline/core/platform/wire-id'
import { may } from '@trunkline/core/sessions/permission'
import { plantCanaries } from '@trunkline/db/testing/canaries'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { describeApi } from '../openapi.ts'
import { hashPassword } from '../sessions/password.ts'
import { hostile, nested } from '../testing/hostile.ts'
import { inputArbitrary } from '../testing/input-arbitrary.ts'
import { passkeyDevice } from '../testing/passkey-device.ts'
import { type Procedure, procedures, tableOf } from '../testing/procedures.ts'
import { openWorld, type World } from '../testing/world.ts'

/** So many tries at each procedure; the same ones each time, unless ATTACK_SEED says otherwise. */
const numRuns = Number(process.env.ATTACK_RUNS ?? 12)
const seed = Number(process.env.ATTACK_SEED ?? 20_261_121)

const formula = `=cmd|' /c calc'!a0`
const customerId = '0190b6e2-8c4a-7d3f-9a1b-2c3d4e5f6071'

let world: World
let words: string[]
let origin: string
beforeAll(async () => {
  // without a mail server some doors are shut before they look at anything
  world = await openWorld()
  const ids = await plantCanaries(world.owner, { customerId, mark: formula })
  words = [
    ...Object.values(idPrefixes).map(
      (prefix) => `${prefix}_${(ids.get(tableOf[prefix] ?? '') ?? customerId).replaceAll('-', '')}`,
    ),
    ...['ada@attack.example', 'new@attack.example', '+13125550101', '(312) 555-0102', '2026-03-01T10:00:00Z', 'UTC'],
    ...[
      'Europe/Berlin',
      'US',
      'high',
      '0'.repeat(16),
      '0'.repeat(64),
      'a'.repeat(64),
      '123456',
      'correct horse battery',
    ],
  ]
  await world.owner`update usage_limits set call_reserved_seconds = 100, sms_reserved = 100`
  await world.app.listen({ port: 0, host: '127.0.0.1' })
  origin = `http://127.0.0.1:${(world.app.server.address() as AddressInfo).port}`
})
afterAll(() => world.close())

/** What keeps count of tries and faults, and so grows by what is refused. */
const logs = ['attempt_counters', 'webhook_attempts', 'audit_log', 'job_runs', 'schedules']

/** Every table's rows, as a figure each. */
async function figures(): Promise<Record<string, string>> {
  tables ??= (
    await world.owner<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
        and not relispartition order by relname`
  ).flatMap(({ name }) => (logs.includes(name) ? [] : [name]))
  const each = tables.map(
    (name) =>
      `select '${name}' as name, count(*) || ':' || coalesce(sum(hashtext((to_jsonb(t) - 'last_active_at')::text)), 0) as figure from ${name} as t`,
  )
  const rows = await world.owner.unsafe<{ name: string; figure: string }[]>(each.join(' union all '))
  return Object.fromEntries(rows.map(({ name, figure }) => [name, figure]))
}
let tables: string[] | undefined
/** After the last try, where it was refused: the next one starts from there. */
let refused: Record<string, string> | undefined
const changedSince = (before: Record<string, string>, now: Record<string, string>) =>
  Object.keys(now).filter((name) => now[name] !== before[name])

const tokens = new Map<string, string>()
/** Who may call it: an admin where he may, else nobody who is signed in. */
async function headersFor({ permission }: Procedure): Promise<Record<string, string>> {
  if (permission === 'public' || !may('admin', permission)) return {}
  const token = tokens.get('admin') ?? (await world.signIn('admin'))
  tokens.set('admin', token)
  return { authorization: `Bearer ${token}` }
}

let requests = 0
/** Limits are for one address: each request has another. */
const remoteAddress = () => `10.${(++requests >> 16) & 255}.${(requests >> 8) & 255}.${requests & 255}`

type Sent = {
  path: string
  door: 'rpc' | 'rest'
  payload: string
  url: string
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
}

function requestOf(procedure: Procedure, door: 'rpc' | 'rest', input: unknown): Sent {
  const { path, type, openapi } = procedure
  const payload = JSON.stringify(input) ?? ''
  if (door === 'rpc' || openapi === undefined) {
    const isRead = type === 'query'
    const url = `/trpc/${path}${isRead ? `?input=${encode(payload)}` : ''}`
    return { path, door: 'rpc', url, method: isRead ? 'GET' : 'POST', payload: isRead ? '' : payload }
  }
  const given = Object.entries(typeof input === 'object' && input !== null ? input : {})
  const inPath = openapi.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    const value = given.find(([key]) => key === name)?.[1]
    return encode(asText(value)) || 'none'
  })
  const isRead = openapi.method === 'GET' || openapi.method === 'DELETE'
  const search = given.map(([name, value]) => `${encode(name)}=${encode(asText(value))}`).join('&')
  const url = `/api${inPath}${isRead ? `?${search}` : ''}`
  return { path, door, url, method: openapi.method, payload: isRead ? '' : payload }
}

const asText = (value: unknown): string => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''))
/** Halves of surrogate pairs cannot stand in an address. */
const encode = (text: string): string => encodeURIComponent(text.toWellFormed())

async function send(procedure: Procedure, request: Sent) {
  const { url, method, payload } = request
  const answer = await world.app.inject({
    method,
    url,
    remoteAddress: remoteAddress(),
    headers: { ...(await headersFor(procedure)), ...(payload === '' ? {} : { 'content-type': 'application/json' }) },
    ...(payload === '' ? {} : { payload }),
  })
  return { status: answer.statusCode, body: answer.body, type: String(answer.headers['content-type'] ?? '') }
}

const telling =
  /\bat .{1,200}\.[cm]?[jt]s:\d+|node_modules|Failed query|\bselect .{1,200} from |insert into |relation "|syntax error at or near|violates|PostgresError|DrizzleQueryError|ZodError/i

/** What is refused before anybody knows the fields. */
const isOfTheParser = /JSON|forbidden prototype property/

/** A success, or a refusal that says what is wrong and nothing about the machine. */
function expectClean({ status, body, type }: { status: number; body: string; type: string }, isObject: boolean): void {
  const shown = `${status} ${body.slice(0, 500)} ${status < 500 ? '' : world.logged.findLast((line) => line.includes('"error"'))}`
  // what this server is not set up for is refused before anybody looks at the input
  const isUnavailable = status === 503 && /"(?:refusal|code)":"unavailable"/.test(body)
  expect(isUnavailable || (status >= 200 && status < 500), shown).toBe(true)
  expect(type, shown).toMatch(/^(?:application\/json|text\/event-stream)/)
  if (status < 400) return
  expect(body.slice(0, 2000)).not.toMatch(telling)
  const { error } = JSON.parse(body)
  const code = error.data?.refusal ?? error.code
  expect(code, shown).toBeTypeOf('string')
  expect(code, shown).toMatch(/^[a-z_]+$/)
  expect(String(error.message).length).toBeGreaterThan(3)
  expect(body.length).toBeLessThan(20_000)
  const fields = error.data?.fields ?? error.fields
  if (status === 400 && isObject && !isOfTheParser.test(error.message)) expect(fields, shown).toBeTypeOf('object')
}

const ownOfObject = JSON.stringify(Reflect.ownKeys(Object.prototype).map(String))
const expectUnpolluted = () => {
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  expect(JSON.stringify(Reflect.ownKeys(Object.prototype).map(String))).toBe(ownOfObject)
}

const endsSessions = /^(?:sessions|views|staff)\./
const attacked = procedures.filter(({ type }) => type !== 'subscription')

describe('whatever is sent to it', () => {
  test.each(attacked)('$path answers or refuses cleanly, and what it refuses changes nothing', async (procedure) => {
    const fitting = fc.tuple(...procedure.inputs.map((schema) => inputArbitrary(schema, words))).map(merged)
    const attack = fc.record({
      input: fitting,
      door: fc.constantFrom('rpc' as const, 'rest' as const),
      place: fc.oneof(
        { weight: 5, arbitrary: fc.nat(30).map(String) },
        fc.constantFrom('everywhere', 'nowhere', 'all of it', 'a key'),
      ),
      weapon: fc.constantFrom(...Object.keys(hostile)),
    })
    await fc.assert(
      fc.asyncProperty(attack, async ({ input, door, place, weapon }) => {
        const armed = armedWith(procedure, input, place, hostile[weapon])
        const signedIn = tokens.size
        await headersFor(procedure)
        const before = signedIn === tokens.size && refused !== undefined ? refused : await figures()
        refused = undefined
        const answer = await send(procedure, requestOf(procedure, door, armed))
        expectClean(answer, isRecord(armed))
        expectUnpolluted()
        if (answer.status >= 400) {
          refused = await figures()
          expect(changedSince(before, refused), `${answer.status} ${answer.body}`).toEqual([])
        } else if (endsSessions.test(procedure.path)) tokens.clear()
      }),
      { numRuns, seed, endOnFailure: true, includeErrorInReport: true },
    )
  })
})

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const merged = (inputs: unknown[]) => Object.assign({}, ...inputs.filter(isRecord)) as Record<string, unknown>

/** The input with something hostile in one of its fields, in all, as another field, or in its stead. */
function armedWith(procedure: Procedure, input: Record<string, unknown>, place: string, weapon: unknown): unknown {
  const names = procedure.inputs.flatMap((schema) => Object.keys((schema as { shape?: object }).shape ?? {}))
  if (place === 'nowhere') return input
  if (place === 'all of it') return weapon
  if (place === 'a key') return { ...input, [asText(weapon).slice(0, 500)]: weapon }
  if (place === 'everywhere') return Object.fromEntries(names.map((name) => [name, weapon]))
  const name = names[Number(place) % Math.max(1, names.length)]
  return name === undefined ? input : { ...input, [name]: weapon }
}

test('bodies ten thousand levels deep, and keys that name an object’s origin, are answered by every door like any other', async () => {
  const bodies = [
    nested(10_000),
    '{"a":{"__proto__":{"polluted":true}}}',
    ...(numRuns <= 12
      ? []
      : ['['.repeat(10_000) + ']'.repeat(10_000), '{"constructor":{"prototype":{"polluted":true}}}']),
    ...(numRuns <= 12 ? [] : ['{"__proto__":{"polluted":true}}', '{"id":"x","id":"y"', '\0', '"']),
  ]
  for (const procedure of attacked) {
    const headers = { ...(await headersFor(procedure)), 'content-type': 'application/json' }
    for (const body of bodies) {
      const doors = [requestOf(procedure, 'rpc', {}), requestOf(procedure, 'rest', {})]
      for (const { url, method, door, path } of doors) {
        const isRead = method === 'GET' || method === 'DELETE'
        const address = !isRead
          ? url
          : door === 'rpc'
            ? `/trpc/${path}?input=${encode(body.slice(0, 8000))}`
            : `${url}&__proto__[polluted]=true&constructor.prototype.polluted=1`
        const answer = await fetch(origin + address, { method, headers, ...(isRead ? {} : { body }) })
        const text = await answer.text()
        expectClean({ status: answer.status, body: text, type: answer.headers.get('content-type') ?? '' }, false)
        if (endsSessions.test(path)) tokens.clear()
      }
    }
  }
  expectUnpolluted()
})

test('what stands in a table as a formula stands in no file of cells as one', async () => {
  const files = Object.entries(describeApi().paths).flatMap(([path, operations]) =>
    'get' in operations && path.endsWith('.csv') ? [path] : [],
  )
  expect(files).toContain('/api/admin/audit-log.csv')
  await world.owner`insert into audit_log (id, actor, request_id, action, subject) values (gen_random_uuid(), ${formula}, ${'@x'}, 'attack.csv', ${'-1+1'})`
  for (const file of files) {
    const addresses = /\{\w+\}/.test(file)
      ? words.filter((word) => /^\w{3}_/.test(word)).map((id) => file.replace(/\{\w+\}/, id))
      : [file, ...words.filter((word) => word.startsWith('cus_')).map((id) => `${file}?customerId=${id}`)]
    const tried = await Promise.all(
      addresses.map(async (url) =>
        world.app.inject({ url, headers: { authorization: `Bearer ${await world.signIn('admin')}` } }),
      ),
    )
    const opened = tried.filter(({ statusCode }) => statusCode === 200)
    expect([file, opened.length]).toEqual([file, expect.toSatisfy((count: number) => count > 0)])
    for (const { body } of opened) {
      const cells = [...body.matchAll(/(?:^|,|\r\n)(?:"((?:[^"]|"")*)"|([^",\r\n]*))/g)].map(
        ([, quoted, plain]) => quoted ?? plain ?? '',
      )
      expect(cells.filter((cell) => /^[=+@\t\r]|^-(?![\d.]+$)/.test(cell))).toEqual([])
    }
  }
})

describe('a session', () => {
  const whoAmI = async (headers: Record<string, string>, url = '/api/auth/me') =>
    (await world.app.inject({ url, headers })).statusCode
  const swapped = (text: string) =>
    text.replaceAll(/[a-z]/gi, (letter) => (letter < 'a' ? letter.toLowerCase() : letter.toUpperCase()))

  test('is opened by its token alone: not by one made up, cut, altered, hashed, of another kind, over, ended, or somebody’s who is out', async () => {
    const token = await world.signIn('operator')
    const dead = async (change: string) => {
      const one = await world.signIn('operator')
      const of = `token_hash = decode('${createHash('sha256').update(one).digest('hex')}', 'hex')`
      await world.owner.unsafe(change.replace('$of', of))
      return one
    }
    const hash = createHash('sha256').update(token)
    const forged = [
      `tls_${'A'.repeat(43)}`,
      token.slice(0, -1),
      `${token}A`,
      `${token}=`,
      token.slice(4),
      swapped(token),
      `tls_${swapped(token.slice(4))}`,
      hash.copy().digest('hex'),
      hash.copy().digest('base64url'),
      `tls_${hash.digest('base64url')}`,
      token.replace('tls_', 'tld_'),
      token.replace('tls_', 'tk_'),
      `${token},${token}`,
      `' or '1'='1`,
      'null',
      'undefined',
      '[object Object]',
      await dead(`update active_sessions set expires_at = now() where $of`),
      await dead(`update active_sessions set last_active_at = now() - interval '8 days' where $of`),
      await dead(`update active_sessions set revoked_at = now() where $of`),
      await dead(`update users set is_active = false where id = (select user_id from active_sessions where $of)`),
      await dead(`delete from active_sessions where $of`),
    ]
    expect(await whoAmI({ authorization: `Bearer ${token}` })).toBe(200)
    expect(await whoAmI({ cookie: `trunkline_session=${token}` })).toBe(200)

    for (const one of forged) {
      const shown = one.replace(token, '<token>')
      expect([shown, await whoAmI({ authorization: `Bearer ${one}` })]).toEqual([shown, 401])
      expect([shown, await whoAmI({ cookie: `trunkline_session=${encodeURIComponent(one)}` })]).toEqual([shown, 401])
    }
    for (const name of ['token', 'access_token', 'authorization', 'session', 'trunkline_session', 'api_key', 'key'])
      expect([name, await whoAmI({}, `/api/auth/me?${name}=${token}`)]).toEqual([name, 401])
    for (const name of ['x-auth-token', 'x-session', 'x-api-key', 'token', 'proxy-authorization', 'x-authorization'])
      expect([name, await whoAmI({ [name]: `Bearer ${token}` })]).toEqual([name, 401])
    expect(await whoAmI({ authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` })).toBe(401)
    expect(await whoAmI({ cookie: `trunkline_session_=${token}; Trunkline_Session=${token}` })).toBe(401)
  })

  test('that was planted before signing in never becomes the one that was signed in', async () => {
    const email = 'fixed@attack.example'
    const password = 'correct horse battery'
    const register = { email, password, firstName: 'A', lastName: 'B', businessName: 'Fixed' }
    await world.app.inject({
      method: 'POST',
      url: '/api/auth/register',
      payload: register,
      remoteAddress: remoteAddress(),
    })
    const attackers = await world.signIn('viewer')
    for (const planted of [`tls_${'B'.repeat(43)}`, attackers]) {
      const before = await whoAmI({ cookie: `trunkline_session=${planted}` })
      const answer = await world.app.inject({
        method: 'POST',
        url: '/api/auth/login',
        remoteAddress: remoteAddress(),
        headers: {
          cookie: `trunkline_session=${planted}; trunkline_device=${planted}`,
          origin: 'https://hooks.trunkline.example',
        },
        payload: { email, password },
      })
      const { token } = answer.json()
      expect(answer.statusCode).toBe(200)
      expect(token).not.toBe(planted)
      expect(String(answer.headers['set-cookie'])).toContain(`trunkline_session=${token}`)
      expect(String(answer.headers['set-cookie'])).not.toContain(planted)
      expect(await whoAmI({ cookie: `trunkline_session=${planted}` })).toBe(before)
      const me = await world.app.inject({ url: '/api/auth/me', headers: { cookie: `trunkline_session=${planted}` } })
      expect(me.body).not.toContain(email)
    }
  })

  test('in a cookie changes nothing without saying where it comes from, or from elsewhere', async () => {
    const change = async (headers: Record<string, string>) => {
      const token = await world.signIn('operator')
      const cookie = `trunkline_session=${token}`
      const answer = await world.app.inject({
        method: 'POST',
        url: '/api/auth/logout',
        headers: { ...headers, cookie },
        payload: {},
      })
      return [answer.statusCode, await whoAmI({ cookie })]
    }
    const refused = [403, 200]

    expect(await change({})).toEqual(refused)
    expect(await change({ origin: 'null' })).toEqual(refused)
    expect(await change({ origin: 'https://evil.example' })).toEqual(refused)
    expect(await change({ origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' })).toEqual(refused)
    expect(await change({ 'sec-fetch-site': 'cross-site' })).toEqual(refused)
    expect(await change({ 'sec-fetch-site': 'none' })).toEqual(refused)
    expect(await change({ origin: 'https://hooks.trunkline.example' })).toEqual([200, 401])
    expect(await change({ 'sec-fetch-site': 'same-origin' })).toEqual([200, 401])
  })
})

describe('somebody unknown costs what somebody known does', () => {
  /** How often a password is computed or a signature verified, and what the database is asked, while this runs. */
  async function workOf(act: () => Promise<unknown>) {
    const counted = { passwords: 0, signatures: 0 }
    const statements: string[] = []
    const count = (type: string) => {
      if (type === 'ARGON2REQUEST') counted.passwords++
      if (type === 'SIGNREQUEST') counted.signatures++
    }
    const hook = createHook({ init: (_id, type) => count(type) }).enable()
    const { options } = (world.db as unknown as { $client: { options: { debug?: unknown } } }).$client
    options.debug = (_connection: number, text: string) =>
      void statements.push(text.replaceAll(/\s+/g, ' ').slice(0, 60))
    try {
      await act()
    } finally {
      hook.disable()
      options.debug = undefined
    }
    return { ...counted, statements }
  }
  const post = (path: string, payload: object) => () =>
    world.app.inject({ method: 'POST', url: `/trpc/${path}`, remoteAddress: remoteAddress(), payload })

  test.each([
    ['sessions.login', { password: 'a wrong password' }, 1],
    ['sessions.requestReset', {}, 0],
  ] as const)('%s', async (path, rest, passwords) => {
    const known = 'fixed@attack.example'
    await world.owner`delete from attempt_counters`
    const works = []
    for (const email of [known, 'nobody@attack.example', known, 'nobody@attack.example', 'stranger@attack.example'])
      works.push(await workOf(post(path, { email, ...rest })))

    expect(works.map((work) => work.passwords)).toEqual(works.map(() => passwords))
    const [, ...others] = works.map(({ statements }) => statements)
    for (const statements of others) expect(statements.join('\n')).toBe(others[0]?.join('\n'))
    expect(others[0]?.length).toBeGreaterThan(1)
  })

  test('sessions.passkeys.signIn', async () => {
    const { id } = await world.customer()
    const token = await world.signIn('owner', id)
    await world.owner`
      update users set password_hash = ${await hashPassword('correct horse battery')} where customer_id = ${id}`
    const asHimself = async (path: string, payload: object) =>
      (
        await world.app.inject({
          method: 'POST',
          url: `/trpc/${path}`,
          headers: { authorization: `Bearer ${token}` },
          remoteAddress: remoteAddress(),
          payload,
        })
      ).json().result.data
    const known = passkeyDevice()
    const options = await asHimself('sessions.passkeys.begin', { password: 'correct horse battery' })
    await asHimself('sessions.passkeys.add', { name: 'Laptop', registration: known.create(options) })
    const handle = options.user.id
    const brought = [
      { credential: known.id, userHandle: handle },
      { credential: passkeyDevice().id, userHandle: handle },
      { credential: known.id, userHandle: Buffer.alloc(16).toString('base64url') },
      { credential: passkeyDevice().id, userHandle: Buffer.alloc(16, 7).toString('base64url') },
    ]
    await world.owner`delete from attempt_counters`
    const works = []
    for (const { credential, userHandle } of [...brought, ...brought]) {
      const begun = (await post('sessions.passkeys.beginSignIn', {})()).json().result.data
      const assertion = { ...passkeyDevice().get(begun, { userHandle }), id: credential, rawId: credential }
      works.push(await workOf(post('sessions.passkeys.signIn', assertion)))
    }

    // the first also loads what verifies
    const [, ...others] = works
    expect(others.map(({ signatures }) => signatures)).toEqual(others.map(() => 1))
    for (const { statements } of others) expect(statements.join('\n')).toBe(others[0]?.statements.join('\n'))
    expect(others[0]?.statements.length).toBeGreaterThan(1)
  })
})

describe('what is no clean HTTP request', () => {
  const say = (request: string) =>
    new Promise<string>((resolve, reject) => {
      let heard = ''
      const socket = connect(Number(new URL(origin).port), '127.0.0.1')
      socket
        .setEncoding('latin1')
        .on('data', (text) => {
          heard += text
          // a second answer would come after the first
          if (heard.split('HTTP/1.1 ').length > 2) socket.destroy()
        })
        .once('close', () => resolve(heard))
        .once('error', reject)
      socket.end(request, 'latin1')
    })
  const smuggled = 'GET /api/health HTTP/1.1\r\nHost: a\r\n\r\n'
  const post = (headers: string, body: string) => `POST /webhooks/retell HTTP/1.1\r\nHost: a\r\n${headers}\r\n${body}`

  test.each([
    ['a length and chunks', post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', `0\r\n\r\n${smuggled}`)],
    ['two lengths', post('Content-Length: 0\r\nContent-Length: 44\r\n', smuggled)],
    ['a list of lengths', post('Content-Length: 0, 44\r\n', smuggled)],
    ['a length with a sign', post('Content-Length: +0\r\n', smuggled)],
    ['chunks that are not', post('Transfer-Encoding: xchunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['chunks not last', post('Transfer-Encoding: chunked, identity\r\n', `0\r\n\r\n${smuggled}`)],
    ['a blank before the colon', post('Transfer-Encoding : chunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['a folded header', post('Transfer-Encoding:\r\n chunked\r\n', `0\r\n\r\n${smuggled}`)],
    ['bare line feeds', `POST /webhooks/retell HTTP/1.1\nHost: a\nContent-Length: 0\n\n${smuggled}`],
    ['a bare carriage return', post('X: a\rContent-Length: 0\r\n', smuggled)],
    ['a NUL in a header', post('X: a\0b\r\n', smuggled)],
    ['a chunk of a size there is not', post('Transfer-Encoding: chunked\r\n', `fffffffffffffffff\r\n${smuggled}`)],
    ['no host', `GET /api/health HTTP/1.1\r\n\r\n${smuggled}`],
    ['another protocol', `PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n${smuggled}`],
  ])('%s is refused, and nothing behind it is answered', async (_name, request) => {
    const heard = await say(request)

    expect(heard).toMatch(/^HTTP\/1\.1 (?:400|431|501|505) /)
    expect(heard.split('HTTP/1.1 ').length).toBe(2)
    expect(heard).not.toContain('"status"')
  })

  test('no change is made by reading, and none by a method that its path does not say', async () => {
    const before = await figures()
    for (const procedure of attacked.filter(({ type }) => type === 'mutation')) {
      const { path, openapi } = procedure
      const headers = await headersFor(procedure)
      const url = `/api${openapi?.path.replaceAll(/\{\w+\}/g, 'x')}`
      const others = (['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const).filter(
        (method) => method !== openapi?.method,
      )
      const isThere = (method: string) =>
        procedures.some(({ openapi: other }) => other?.path === openapi?.path && other?.method === method)
      const tried = [
        ...(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'] as const).map((method) => ({
          method,
          url: `/trpc/${path}?input=%7B%7D`,
        })),
        // HEAD reads what GET does
        ...others.filter((method) => !isThere(method === 'HEAD' ? 'GET' : method)).map((method) => ({ method, url })),
      ]
      for (const { method, url } of tried) {
        const { statusCode } = await world.app.inject({ method, url, headers, remoteAddress: remoteAddress() })
        // tRPC answers HEAD without a look at the procedure
        expect([400, 404, 405, 415, ...(method === 'HEAD' ? [204] : [])], `${method} ${url} ${statusCode}`).toContain(
          statusCode,
        )
      }
    }
    expect(changedSince(before, await figures())).toEqual([])
  })
})

test('every door of a program refuses a customer who has left, and says so', async () => {
  const { id } = await world.customer()
  const wire = toWireId('customer', id)
  const token = await world.signIn('admin')
  const made = await world.rest('POST', '/api/admin/api-keys', {
    token,
    body: { name: 'Dialler', scopes: ['usage:ask', 'usage:read'] },
  })
  const own = await world.rest('POST', '/api/admin/api-keys', {
    token,
    body: { name: 'Own', scopes: ['usage:ask', 'usage:read'], customerId: wire },
  })
  const owner = await world.signIn('owner', id)
  const ask = (asker: string) =>
    world.rest('POST', '/api/usage/check', { token: asker, body: { customerId: wire, kind: 'sms', quantity: 1 } })
  const open = [(await ask(made.body.key)).body, (await ask(own.body.key)).body]
  const plan = await world.rest('GET', `/api/admin/customers/${wire}/deletion`, { token })
  const { hash, businessName } = plan.body
  await world.rest('POST', `/api/admin/customers/${wire}/deletion`, { token, body: { hash, businessName } })

  expect(open).toMatchObject([{ allowed: true }, { allowed: true }])
  expect((await ask(made.body.key)).body).toMatchObject({ allowed: false, reason: 'closed', holdId: null })
  for (const gone of [own.body.key, owner]) {
    expect((await ask(gone)).status).toBe(401)
    expect((await world.rest('GET', '/api/usage/status', { token: gone })).status).toBe(401)
  }
  // what was used before is still told, and ends its hold
  const settled = await world.rest('POST', `/api/usage/holds/${open[0].holdId}/settle`, {
    token: made.body.key,
    body: {},
  })
  expect(settled.body).toMatchObject({ settled: true })
  for (const [path, body] of [
    ['/api/admin/agents', { customerId: wire, phoneNumber: '+13125550777', provider: 'retell' }],
    ['/api/owners', { customerId: wire, email: 'late@attack.example', name: 'Late' }],
    ['/api/admin/api-keys', { customerId: wire, name: 'Late', scopes: ['usage:ask'] }],
  ] as const) {
    const { status, body: refused } = await world.rest('POST', path, { token, body })
    expect([path, status, refused]).toEqual([path, expect.toBeOneOf([400, 404, 409]), { error: expect.any(Object) }])
  }
})

test('headers that say what another would have sent change nothing where no proxy was declared', async () => {
  const token = await world.signIn('viewer')
  const spoofed = {
    authorization: `Bearer ${token}`,
    host: 'evil.example',
    'x-forwarded-for': '203.0.113.1',
    'x-real-ip': '203.0.113.1',
    forwarded: 'for=203.0.113.1;host=evil.example;proto=https',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    'x-original-url': '/api/admin/api-keys',
    'x-rewrite-url': '/api/admin/api-keys',
    'x-http-method-override': 'DELETE',
    'x-http-method': 'DELETE',
    'x-method-override': 'DELETE',
    'x-user-id': '1',
    'x-role': 'admin',
  }
  const overridden = await world.app.inject({ url: '/api/sessions?_method=DELETE', headers: spoofed })
  expect(overridden.statusCode).toBe(400)
  const sessions = await world.app.inject({ url: '/api/sessions', headers: spoofed })
  const keys = await world.app.inject({ url: '/api/admin/api-keys', headers: spoofed })
  expect([sessions.statusCode, sessions.json().items.length, keys.statusCode]).toEqual([200, 1, 403])

  const email = 'host@attack.example'
  const register = { email, password: 'correct horse battery', firstName: 'A', lastName: 'B', businessName: 'Hosted' }
  await world.app.inject({
    method: 'POST',
    url: '/api/auth/register',
    payload: register,
    remoteAddress: remoteAddress(),
  })
  const { authorization: _none, ...headers } = spoofed
  const asked = await world.app.inject({
    method: 'POST',
    url: '/trpc/sessions.requestReset',
    headers,
    payload: { email },
  })
  await world.drainJobs()
  expect(asked.statusCode).toBe(200)
  const mail = world.mails.findLast(({ to }) => to === email)
  expect(mail?.text).toContain('https://hooks.trunkline.example/')
  expect(JSON.stringify(mail)).not.toContain('evil.example')
  // guesses are counted by the address they come from, whatever they say of it
  const guess = (nth: number) =>
    world.app.inject({
      method: 'POST',
      url: '/api/auth/login',
      remoteAddress: '192.0.2.77',
      headers: {
        'x-forwarded-for': `198.51.100.${nth}`,
        'x-real-ip': `198.51.100.${nth}`,
        forwarded: `for=198.51.100.${nth}`,
      },
      payload: { email, password: 'a guess' },
    })
  const statuses = []
  for (let nth = 0; nth < 21; nth++) statuses.push((await guess(nth)).statusCode)
  expect(statuses.filter((status) => status === 429)).toEqual([429])
})

test('afterwards the process is healthy, and no fault of ours was met', async () => {
  await world.faults.flush()
  expect(
    await world.owner`select title, culprit from error_groups where source = 'api' and alert_id is not null`,
  ).toEqual([])
  const { status, body } = await world.rest('GET', '/api/health')
  expect([status, body.status]).toEqual([200, expect.toBeOneOf(['ok', 'degraded'])])
})
