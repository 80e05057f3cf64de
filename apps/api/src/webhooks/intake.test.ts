import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openDrizzle, openPool } from '@trunkline/db/connect'
import { openLine } from '@trunkline/db/testing/line'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buildApp } from '../app.ts'
import { openHealth } from '../monitors/health.ts'
import { newId } from '../platform/id.ts'
import { arrivalFor } from '../testing/arrival.ts'
import { openWorld, randomNumber, retellCall, type World } from '../testing/world.ts'
import { faultOf } from './fault.ts'
import { openIntake } from './intake.ts'
import { openSpool } from './spool.ts'
import { storeArrivals, storeSpooled } from './store.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

const rowsOf = (callId: string) => world.owner`select state from webhook_queue where body like ${`%${callId}%`}`

/** Holds a table, as a person or a migration may, until it is released. */
async function locked(table: string): Promise<{ release: () => Promise<void> }> {
  const connection = await world.owner.reserve()
  await connection.unsafe(`begin; lock table ${table} in access exclusive mode`)
  return {
    async release() {
      await connection`rollback`
      connection.release()
    },
  }
}

test.each([
  ['data', ['22021', '22P05', '23514', '54000']],
  ['busy', ['55P03', '57014', '40001', '40P01']],
  ['away', ['ECONNREFUSED', 'ENETUNREACH', 'ENETDOWN', 'EHOSTDOWN', 'EADDRNOTAVAIL', 'EMFILE', 'ENOTFOUND', 'SILENT']],
  [
    'away',
    ['28P01', '3D000', '42P01', '42501', '53100', '53300', '57P01', '57P03', 'XX000', '58030', '25006', '08006'],
  ],
  ['away', ['CONNECTION_CLOSED', 'CONNECTION_DESTROYED', 'CONNECTION_ENDED', 'CONNECT_TIMEOUT', 'EAI_AGAIN', 'EPIPE']],
  [
    'away',
    ['CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'ERR_TLS_CERT_ALTNAME_INVALID', 'ERR_SSL_WRONG_VERSION'],
  ],
  ['bug', ['', 'UNDEFINED_VALUE', 'UNSAFE_TRANSACTION', 'MAX_PARAMETERS_EXCEEDED', 'ERR_INVALID_ARG_TYPE']],
  ['bug', ['ERR_OUT_OF_RANGE', 'ERR_STRING_TOO_LONG', 'MESSAGE_NOT_SUPPORTED']],
])(
  'the data’s fault is what the database says of it, away is the way to it or what it says of itself, the rest is ours: %s, %j',
  (fault, codes) => {
    expect(codes.map((code) => faultOf(Object.assign(new Error(code), { code })))).toEqual(codes.map(() => fault))
  },
)

test('whatever keeps the database from storing, a webhook is acknowledged, rests in the spool and is stored afterwards', async () => {
  const call = retellCall({ to: randomNumber(), seconds: 60 })
  await world.owner`revoke insert on webhook_queue from trunkline_app`
  expect(await world.retell(call.ended)).toMatchObject({ status: 200 })
  expect(await rowsOf(call.id)).toEqual([])
  expect(world.spool.state()).toMatchObject({ waiting: 1, isRefusing: false })
  const drain = () => world.spool.drain((arrivals) => storeSpooled(world.intakePool, arrivals))
  await expect(drain()).rejects.toThrow('permission denied')

  await world.owner`grant insert on webhook_queue to trunkline_app`
  expect(await drain()).toBe(1)
  expect(await rowsOf(call.id)).toMatchObject([{ state: 'received' }])
})

test('a webhook over which our own code fails is acknowledged and kept, told of as a bug, and holds up none that waits with it', async () => {
  const { log } = world.ctx()
  const asides: [string, string | undefined][] = []
  const tell = (error: unknown, webhookId: string | undefined) => void asides.push([String(error), webhookId])
  const spool = await openSpool({ folder: join(world.folder, 'bug'), maxBytes: 1_000_000, log, onAside: tell })
  const intake = openIntake({ sql: world.intakePool, spool, log, onStored: () => undefined })
  const [before, broken, after] = [newId(), newId(), newId()]
  // what is said of a text without its words: what reads it finds nothing where it expects something
  const said = { kind: 'stop' } as NonNullable<Parameters<typeof arrivalFor>[1]>['said']
  const receivedAt = new Date().toISOString()
  const arrivals = [before, broken, after].map((id) =>
    arrivalFor(id, id === broken ? { receivedAt, said } : { receivedAt }),
  )
  await Promise.all(arrivals.map((arrival) => intake.store(arrival)))
  expect(spool.state()).toMatchObject({ waiting: 3, isRefusing: false })

  expect(await spool.drain((batch) => storeSpooled(world.intakePool, batch))).toBe(2)
  const stored = await world.owner`select id from webhook_queue where id in ${world.owner([before, broken, after])}`
  expect(new Set(stored.map(({ id }) => id))).toEqual(new Set([before, after]))
  expect(asides).toEqual([[expect.stringContaining('UNDEFINED_VALUE'), broken]])
  const [kept = '', ...others] = readdirSync(join(world.folder, 'bug')).filter((name) => !name.endsWith('.owner'))
  expect([kept, others]).toEqual([expect.stringMatching(/\.damaged$/), []])
  expect(readFileSync(join(world.folder, 'bug', kept), 'utf8')).toContain(broken)
  expect(spool.state()).toMatchObject({ waiting: 0, bytes: 0 })
  await spool.close()
})

test('what came while this machine’s clock ran ahead of the database’s is due at once', async () => {
  const id = newId()
  const inAnHour = new Date(Date.now() + 3_600_000).toISOString()
  await storeArrivals(world.intakePool, [arrivalFor(id, { receivedAt: inAnHour })])
  // the column keeps milliseconds: a rounded now may lie ahead of the next look
  expect(
    await world.owner`select next_attempt_at <= now() + interval '1 millisecond' as due, received_at from webhook_queue where id = ${id}`,
  ).toEqual([{ due: true, received_at: new Date(inAnHour) }])
})

test('of a database that fell silent only the first wait; who comes after them is answered without asking it', async () => {
  const { log } = world.ctx()
  const line = await openLine(world.url)
  const sql = openPool(line.url, { max: 2, name: 'silent' })
  await sql`select 1`
  const spool = await openSpool({ folder: join(world.folder, 'silent'), maxBytes: 10_000_000, log })
  const intake = openIntake({ sql, spool, log, onStored: () => undefined, silenceMs: 100, leftAloneMs: 3_600_000 })
  line.silence()

  await intake.store(arrivalFor('first'))
  const asked = line.swallowed()
  expect(asked).toBeGreaterThan(0)
  await Promise.all(Array.from({ length: 1000 }, (_, index) => intake.store(arrivalFor(`a${index}`))))

  expect(line.swallowed()).toBe(asked)
  expect(spool.state()).toMatchObject({ waiting: 1001 })
  await spool.close()
  await line.close()
  await sql.end({ timeout: 0 })
})

test('while somebody holds a table locked a call that rings is answered and what is told is kept', async () => {
  const { phoneNumber } = await world.customer()
  const name = newId().replaceAll('-', '')
  const sid = `CA${name}`
  const form = { CallSid: sid, Direction: 'inbound', From: '+14155550123', To: phoneNumber }
  const call = retellCall({ to: phoneNumber, seconds: 60 })
  const { release } = await locked('idempotency_keys')
  try {
    const [voice, help] = await Promise.all([
      world.twilio('voice', { ...form, CallStatus: 'ringing' }),
      world.twilio('sms', { MessageSid: `SM${name}`, From: '+14155550123', To: phoneNumber, Body: 'HELP' }),
      world.retell(call.ended),
    ])
    const ended = await world.twilio('status', { ...form, CallStatus: 'completed', CallDuration: '61' })

    expect([voice.status, help.status, ended.status]).toEqual([200, 200, 200])
    expect(voice.body).toContain('<Response><Say>')
    expect(help.body).toContain('<Message>')
    expect(world.spool.state().waiting).toBe(4)
  } finally {
    await release()
  }
  expect(await world.spool.drain((arrivals) => storeSpooled(world.intakePool, arrivals))).toBe(4)
  expect(await rowsOf(sid)).toMatchObject([{ state: 'received' }, { state: 'received' }])
})

test('one that meets a lock alone is kept as well, without a second try', async () => {
  const { log } = world.ctx()
  const spool = await openSpool({ folder: join(world.folder, 'alone'), maxBytes: 1_000_000, log })
  const sql = openPool(world.url, { max: 1, name: 'alone' })
  await sql`set lock_timeout = '50ms'`
  const intake = openIntake({ sql, spool, log, onStored: () => undefined })
  const { release } = await locked('webhook_queue')
  try {
    expect(await intake.store(arrivalFor(newId()))).toMatchObject({ duplicate: false, wasSilent: true })
  } finally {
    await release()
  }
  expect(spool.state()).toMatchObject({ waiting: 1 })
  await sql.end({ timeout: 1 })
  await spool.close()
})

test('while the database is away a stranger gets no room in the spool, though he comes with somebody who does', async () => {
  const { log } = world.ctx()
  const spool = await openSpool({ folder: join(world.folder, 'strangers'), maxBytes: 1_000_000, log })
  const sql = openPool('postgres://nobody@127.0.0.1:1/away', { max: 1, name: 'away' })
  const intake = openIntake({ sql, spool, log, onStored: () => undefined })
  const [genuine, stranger] = await Promise.allSettled([
    intake.store(arrivalFor('genuine')),
    intake.store(arrivalFor('stranger', { verdict: 'signature_invalid', state: 'quarantined' })),
  ])

  expect(genuine).toMatchObject({ status: 'fulfilled' })
  expect(stranger).toMatchObject({ status: 'rejected', reason: { refusal: 'unavailable' } })
  const rested: string[] = []
  await spool.drain(async (arrivals) => void rested.push(...arrivals.map(({ id }) => id)))
  expect(rested).toEqual(['genuine'])
  await sql.end({ timeout: 1 })
  await spool.close()
})

test('what has no name and was stored after all, when the database fell silent over its commit, is drained once and laid aside by nobody', async () => {
  const { log } = world.ctx()
  const asides: string[] = []
  const onAside = (_: unknown, webhookId: string) => void asides.push(webhookId)
  const spool = await openSpool({ folder: join(world.folder, 'committed'), maxBytes: 1_000_000, log, onAside })
  const receivedAt = new Date().toISOString()
  const [stored, left] = [arrivalFor(newId(), { receivedAt }), arrivalFor(newId(), { receivedAt })]
  await storeArrivals(world.intakePool, [stored])
  await spool.append([stored, left])

  expect(await spool.drain((arrivals) => storeSpooled(world.intakePool, arrivals))).toBe(2)

  expect(asides).toEqual([])
  const rows =
    await world.owner`select id from webhook_queue where id in ${world.owner([stored.id, left.id])} order by id`
  expect(rows.map(({ id }) => id)).toEqual([stored.id, left.id].sort())
  await spool.close()
})

test('while the database is away health says degraded, and down when the spool takes no more', async () => {
  const { db, pool } = openDrizzle('postgres://nobody@127.0.0.1:1/away', { max: 1, name: 'away' })
  const spool = await openSpool({ folder: join(world.folder, 'small'), maxBytes: 2000, log: world.ctx().log })
  const ctx = () => world.ctx({ db })
  const { app } = await buildApp({ ...world, log: world.ctx().log, ctx, spool })
  const health = async () => {
    const answer = await app.inject('/api/health')
    return { status: answer.statusCode, ...answer.json<{ checks: object }>().checks }
  }
  expect(await health()).toEqual({ status: 200, database: 'down', spool: 'ok' })

  await spool.append([arrivalFor('a')])
  expect(await health()).toEqual({ status: 200, database: 'down', spool: 'degraded' })

  await expect(spool.append([arrivalFor('b', { body: 'b'.repeat(2000) })])).rejects.toThrow('full')
  expect(await health()).toEqual({ status: 503, database: 'down', spool: 'down' })
  const healthy = openHealth({ ctx: () => world.ctx(), spool })
  expect(await healthy()).toMatchObject({ status: 'degraded', checks: { database: { status: 'ok' } } })

  await spool.drain(async () => undefined)
  expect(await health()).toEqual({ status: 200, database: 'down', spool: 'ok' })
  await app.close()
  await spool.close()
  await pool.end({ timeout: 1 })
})

test('however many ask how it is, the database is asked once, and a silent one is not asked again', async () => {
  const line = await openLine(world.url)
  const { db, pool } = openDrizzle(line.url, { max: 2, name: 'health' })
  await pool`select 1`
  let asked = 0
  const ctx = () => {
    asked++
    return world.ctx({ db })
  }
  const ask = (times: number, health = openHealth({ ctx, spool: world.spool })) =>
    Promise.all(Array.from({ length: times }, () => health()))
  expect((await ask(50)).map(({ status }) => status)).toEqual(Array(50).fill('ok'))
  expect(asked).toBe(1)

  line.silence()
  const health = openHealth({ ctx, spool: world.spool })
  for (let turn = 0; turn < 2; turn++) {
    const answers = await ask(50, health)
    expect(answers.map(({ status }) => status)).toEqual(Array(50).fill('degraded'))
    expect(answers[0]?.checks.database).toEqual({ status: 'down', reachable: false })
  }
  expect(asked).toBe(2)
  await line.close()
  await pool.end({ timeout: 0 })
})

test('what waits for its commit is bounded: who comes beyond it is told to come again, and nobody else loses anything', async () => {
  const { log } = world.ctx()
  const spool = await openSpool({ folder: join(world.folder, 'bounded'), maxBytes: 10_000_000, log })
  const sql = openPool(world.url, { max: 2, name: 'bounded' })
  const intake = openIntake({
    sql,
    spool,
    log,
    onStored: () => undefined,
    mostWaiting: { rows: 100, bytes: 1_000_000 },
  })

  const answers = await Promise.allSettled(Array.from({ length: 250 }, () => intake.store(arrivalFor(newId()))))
  const refused = answers.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason] : []))
  const heavy = await Promise.allSettled(
    [600_000, 600_000].map((bytes) => intake.store({ ...arrivalFor(newId()), body: 'x'.repeat(bytes) })),
  )

  expect(refused).toHaveLength(150)
  for (const reason of refused) expect(reason).toMatchObject({ refusal: 'unavailable' })
  expect(heavy.map(({ status }) => status)).toEqual(['fulfilled', 'rejected'])
  await expect(intake.store(arrivalFor(newId()))).resolves.toMatchObject({ duplicate: false })
  await sql.end({ timeout: 1 })
  await spool.close()
})
