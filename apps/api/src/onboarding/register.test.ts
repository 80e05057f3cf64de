import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

let people = 0
/** Somebody who has not registered yet. */
function somebody() {
  const nth = ++people
  return {
    email: `ada${nth}@harbor.example`,
    password: 'correct horse battery',
    firstName: 'Ada',
    lastName: 'Byron',
    businessName: `Harbor Plumbing ${nth}`,
    businessType: 'HVAC',
    phone: `(415) 555-${String(1000 + nth)}`,
  }
}

let networks = 0
/** From a network of its own, unless it is said which. */
async function register(body: object, { path = '/api/auth/register', from = `10.${++networks}.0.1` } = {}) {
  const answer = await world.app.inject({ method: 'POST', url: path, payload: body, remoteAddress: from })
  return { status: answer.statusCode, body: answer.json(), cookies: answer.cookies, headers: answer.headers }
}

const tables = [
  'customers',
  'users',
  'agents',
  'usage_limits',
  'active_sessions',
  'audit_log',
  'known_places',
  'pgboss.job',
]
async function rowsOf(): Promise<Record<string, number>> {
  const counts = tables.map(async (table) => {
    const [row] = await world.owner.unsafe(`select count(*)::int as rows from ${table}`)
    return [table, row?.rows] as const
  })
  return Object.fromEntries(await Promise.all(counts))
}

test('whoever registers has a customer, an agent that waits for its number, a first period and a session', async () => {
  const person = somebody()

  const { status, body, cookies } = await register({ ...person, email: ' Ada.B@Harbor.Example ' })

  expect([status, body]).toEqual([
    201,
    {
      token: expect.stringMatching(/^tls_/),
      user: {
        id: expect.stringMatching(/^usr_/),
        email: 'ada.b@harbor.example',
        name: 'Ada Byron',
        role: 'owner',
        customerId: body.customer.id,
        needsSecondFactor: false,
      },
      customer: expect.objectContaining({
        businessName: person.businessName,
        businessType: 'hvac',
        contactPhone: `+1${person.phone.replaceAll(/\D/g, '')}`,
        tier: 'core',
        status: 'active',
      }),
    },
  ])
  expect(cookies.map(({ name }) => name)).toContain('trunkline_session')
  const usage = await world.rest('GET', '/api/usage/status', { token: body.token })
  expect(usage.body).toMatchObject({
    customerId: body.customer.id,
    tier: 'core',
    calls: { capSeconds: 9000, usedSeconds: 0 },
  })
  const operator = await world.signIn('operator')
  const { agents, numbers } = (await world.rest('GET', `/api/admin/customers/${body.customer.id}`, { token: operator }))
    .body
  expect(numbers).toEqual([])
  expect(agents).toEqual([
    {
      id: expect.any(String),
      customerId: body.customer.id,
      userId: body.user.id,
      phoneNumber: null,
      agentId: null,
      providerNumberId: null,
      deployRequestId: null,
      nickname: null,
      status: 'configured',
      isActive: false,
      provider: 'retell',
      provisionedBy: 'system:registration',
      createdAt: expect.any(String),
      updatedAt: expect.any(String),
    },
  ])

  const line = await world.rest('POST', '/api/admin/agents', {
    token: operator,
    body: { customerId: body.customer.id, phoneNumber: '+14155550001', provider: 'retell' },
  })
  expect(line.body).toMatchObject({ id: agents[0].id, status: 'deployed', isActive: true, phoneNumber: '+14155550001' })
})

test('who registered is not one of ours (C-1)', async () => {
  const { body } = await register(somebody())

  const refused = await world.rest('GET', '/api/admin/customers', { token: body.token })

  expect(refused.status).toBe(403)
})

test('the path of the first customers answers the same', async () => {
  const { status, body } = await register(somebody(), { path: '/api/auth/register-simple' })

  expect([status, body.user.role]).toEqual([201, 'owner'])
})

test('each field that is wrong is named, and nothing is written', async () => {
  const before = await rowsOf()

  const { status, body } = await register({ email: 'no address', password: 'short', firstName: ' ', phone: '12' })

  expect([status, body.error.code]).toEqual([400, 'invalid'])
  expect(Object.keys(body.error.fields).sort()).toEqual([
    'businessName',
    'email',
    'firstName',
    'lastName',
    'password',
    'phone',
  ])
  expect(JSON.stringify(body)).not.toContain('short')
  expect(await rowsOf()).toEqual(before)
})

test('an address or a number that is taken is refused by its field, however it is written', async () => {
  const person = somebody()
  await register(person)

  const sameAddress = await register({ ...somebody(), email: person.email.toUpperCase() })
  const sameNumber = await register({ ...somebody(), phone: `+1 ${person.phone.replaceAll(/\D/g, '-')}` })

  expect([sameAddress.status, sameAddress.body.error]).toEqual([
    409,
    {
      code: 'conflict',
      message: 'This e-mail address already has an account',
      fields: { email: 'already has an account' },
    },
  ])
  expect([sameNumber.status, sameNumber.body.error.fields]).toEqual([409, { phone: 'belongs to another customer' }])
})

test('of thirty-two who register the same at once one is taken in and the others are told', async () => {
  const person = somebody()
  const before = await rowsOf()

  const answers = await Promise.all(Array.from({ length: 32 }, () => register(person)))

  const statuses = answers.map(({ status }) => status).toSorted((a, b) => a - b)
  expect(statuses).toEqual([201, ...Array.from({ length: 31 }, () => 409)])
  const after = await rowsOf()
  expect([after.customers, after.users, after.agents, after.usage_limits]).toEqual(
    [before.customers, before.users, before.agents, before.usage_limits].map((rows = 0) => rows + 1),
  )
})

test.each(['customers', 'users', 'usage_limits', 'agents', 'active_sessions', 'known_places', 'audit_log'])(
  'where %s cannot be written nothing of a registration stays (C-15)',
  async (table) => {
    const before = await rowsOf()
    await world.owner.unsafe(`
      create or replace function break_registration() returns trigger language plpgsql as $$ begin raise exception 'broken here'; end $$;
      create trigger break_registration before insert on ${table} for each row execute function break_registration()`)
    const person = somebody()
    const { status, body } = await register(person)
    await world.owner.unsafe(`drop trigger break_registration on ${table}`)

    expect(status).toBe(500)
    expect(JSON.stringify(body)).not.toContain('broken here')
    expect(await rowsOf()).toEqual(before)
    expect((await register(person)).status).toBe(201)
  },
)

test('from one network only so many register in a quarter of an hour', async () => {
  const statuses: number[] = []
  for (let nth = 0; nth < 11; nth++) statuses.push((await register(somebody(), { from: '192.0.2.7' })).status)

  expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 429])
  expect((await register(somebody())).status).toBe(201)
})

test('the owner of a customer that staff creates chooses his password by the link of his mail, once', async () => {
  const operator = await world.signIn('operator')
  const created = await world.rest('POST', '/api/admin/customers', {
    token: operator,
    body: { businessName: 'Bright Smile Dental', tier: 'pro', ownerEmail: 'Grace@bright.example' },
  })
  expect(created.status).toBe(200)
  const again = await world.rest('POST', '/api/admin/customers', {
    token: operator,
    body: { businessName: 'Another Dental', tier: 'pro', ownerEmail: 'grace@bright.example' },
  })
  expect([again.status, again.body.error.fields]).toEqual([409, { ownerEmail: 'already has an account' }])
  await world.drainJobs()
  const mail = world.mails.findLast(({ to }) => to === 'grace@bright.example')
  const token = /#(\S+)/.exec(mail?.text ?? '')?.[1] ?? ''
  const accept = () =>
    world.rest('POST', '/api/auth/accept-invitation', { body: { token, newPassword: 'a password of hers' } })

  expect((await accept()).body).toEqual({ accepted: true })
  expect([(await accept()).status, (await world.owner`select token_hash from invitations`).length > 0]).toEqual([
    400,
    true,
  ])
  const login = await world.rest('POST', '/api/auth/login', {
    body: { email: 'grace@bright.example', password: 'a password of hers' },
  })
  expect(login.body.user).toMatchObject({ role: 'owner', customerId: created.body.id })
  expect(world.logged.join('\n')).not.toContain(token)
})

test('an owner invites a colleague to his customer and to no other', async () => {
  const mine = (await register(somebody())).body
  const other = (await register(somebody())).body
  const invite = (body: object) => world.rest('POST', '/api/owners', { token: mine.token, body })

  const elsewhere = await invite({ customerId: other.customer.id, email: 'eve@harbor.example', name: 'Eve' })
  const invited = await invite({ email: 'joan@harbor.example', name: 'Joan Clarke' })
  const twice = await invite({ email: 'Joan@harbor.example', name: 'Joan Clarke' })

  expect([elsewhere.status, invited.status, twice.status]).toEqual([404, 200, 409])
  const { body } = await world.rest('GET', '/api/owners', { token: mine.token })
  expect(body.items).toMatchObject([
    { email: mine.user.email, state: 'active' },
    { email: 'joan@harbor.example', state: 'invited', lastSignInAt: null },
  ])
  expect((await world.rest('GET', `/api/owners?customerId=${other.customer.id}`, { token: mine.token })).status).toBe(
    404,
  )
})

test('staff send the welcome or a reset link again, which is written down; a new link replaces the old one', async () => {
  const mine = (await register(somebody())).body
  await world.rest('POST', '/api/owners', { token: mine.token, body: { email: 'mary@harbor.example', name: 'Mary' } })
  await world.drainJobs()
  const operator = await world.signIn('operator')
  const { items } = (await world.rest('GET', `/api/owners?customerId=${mine.customer.id}`, { token: operator })).body
  const linksOf = (address: string) =>
    world.mails.filter(({ to }) => to === address).map(({ text }) => /#(\S+)/.exec(text)?.[1] ?? '')

  const [welcome, reset] = [
    await world.rest('POST', `/api/admin/owners/${items[1].id}/mail`, { token: operator, body: { mail: 'welcome' } }),
    await world.rest('POST', `/api/admin/owners/${items[0].id}/mail`, { token: operator, body: { mail: 'reset' } }),
  ]
  await world.drainJobs()

  expect([welcome.status, reset.status]).toEqual([200, 200])
  const [first, second] = linksOf('mary@harbor.example')
  expect(first).not.toBe(second)
  const accept = (token = '') =>
    world.rest('POST', '/api/auth/accept-invitation', { body: { token, newPassword: 'a password of hers' } })
  expect([(await accept(first)).status, (await accept(second)).status]).toEqual([400, 200])
  expect(linksOf(mine.user.email).at(-1)).toMatch(/^tlr_/)
  const audited = await world.owner`
    select after from audit_log where action = 'sessions.mail_owner' and customer_id is not null order by id`
  expect(audited.map(({ after }) => after)).toEqual([{ mail: 'welcome' }, { mail: 'reset' }])
})

test('no link is made where the mail server does not take it a second time: a repetition makes another', async () => {
  const mine = (await register(somebody())).body
  await world.rest('POST', '/api/owners', { token: mine.token, body: { email: 'dora@harbor.example', name: 'Dora' } })
  let refusals = 0
  world.network.deliver = async ({ to }) => {
    if (to === 'dora@harbor.example' && refusals++ === 0) throw new Error('the mail server is away')
  }
  await world.drainJobs()
  await expect.poll(() => world.mails.some(({ to }) => to === 'dora@harbor.example'), { timeout: 20_000 }).toBe(true)
  world.network.deliver = async () => undefined

  expect(refusals).toBe(2)
})
