import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openPool } from '@trunkline/db/connect'
import { emptyDatabase } from '@trunkline/db/testing/postgres'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorld, retellCall, type World } from '../testing/world.ts'
import { assertDatabase } from './assert-database.ts'

const architecture = fileURLToPath(new URL('../../../../ARCHITECTURE.md', import.meta.url))

let world: World
beforeAll(async () => {
  world = await openWorld()
  const { phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 8000 }).ended)
  await world.process()
})
afterAll(() => world.close())

describe('the application’s role', () => {
  test.each(['usage_entries', 'usage_crossings', 'audit_log', 'webhook_attempts', 'tier_snapshots'])(
    'may add to %s, and may neither change nor take away what stands there (C-4)',
    async (table) => {
      const app = openPool(world.url, { max: 1, name: 'test' })
      try {
        const [before] = await world.owner`select count(*)::int as rows from ${world.owner(table)}`
        for (const statement of [
          `update ${table} set id = id`,
          `delete from ${table}`,
          `truncate ${table}`,
          `drop table ${table}`,
          `alter table ${table} add column more text`,
          `alter table ${table} disable trigger all`,
        ])
          await expect(app.unsafe(statement)).rejects.toMatchObject({ code: '42501' })
        expect(await world.owner`select count(*)::int as rows from ${world.owner(table)}`).toEqual([before])
      } finally {
        await app.end()
      }
    },
  )

  test('may not touch the ledger through its views', async () => {
    const app = openPool(world.url, { max: 1, name: 'test' })
    try {
      expect((await app`select seconds from usage_calls`).length).toBeGreaterThan(0)
      for (const view of ['usage_calls', 'usage_sms'])
        for (const statement of [`update ${view} set id = id`, `delete from ${view}`])
          await expect(app.unsafe(statement)).rejects.toMatchObject({ code: '42501' })
    } finally {
      await app.end()
    }
  })

  test('cannot become anybody else, nor make anything of its own in the public schema', async () => {
    const app = openPool(world.url, { max: 1, name: 'test' })
    try {
      for (const statement of [
        'create table mine (id int)',
        'create role somebody',
        'create function f() returns int language sql as $$ select 1 $$',
      ])
        await expect(app.unsafe(statement)).rejects.toMatchObject({ code: expect.stringMatching(/^42501$|^42P17$/) })
    } finally {
      await app.end()
    }
  })
})

describe('the start refuses', () => {
  test('nothing where all is well', async () => {
    const app = openPool(world.url, { max: 1, name: 'test' })
    try {
      await expect(assertDatabase(app)).resolves.toBeUndefined()
    } finally {
      await app.end()
    }
  })

  test('nor the login that ARCHITECTURE.md makes for a pooler', async () => {
    const [, setUp = ''] =
      /```sql\n(create role trunkline_login[\s\S]+?)```/.exec(readFileSync(architecture, 'utf8')) ?? []
    const login = `login_${process.pid}_${Date.now()}`
    await world.owner.unsafe(setUp.replaceAll('trunkline_login', login))
    const url = new URL(world.url)
    url.username = login
    url.password = 'of your choice'
    const pooled = openPool(url.href, { max: 1, name: 'test', pooled: true })
    try {
      await expect(assertDatabase(pooled)).resolves.toBeUndefined()
      expect(await pooled`select current_setting('statement_timeout') as after, current_user as login`).toEqual([
        { after: '30s', login },
      ])
    } finally {
      await pooled.end()
      await world.owner.unsafe(`drop role ${login}`)
    }
  })

  test('a superuser and the owner of the tables', async () => {
    const owner = postgres(world.url, { max: 1, onnotice: () => undefined })
    try {
      await expect(assertDatabase(owner)).rejects.toThrow('must not run as a superuser or as the owner of its tables')
    } finally {
      await owner.end()
    }
  })

  test('an owner who is no superuser', async () => {
    const { url, drop } = await emptyDatabase()
    const admin = postgres(url, { max: 1, onnotice: () => undefined })
    const role = `owner_${process.pid}_${Date.now()}`
    try {
      await admin.unsafe(`create role ${role} nologin`)
      await admin.unsafe(`create table kept (id int); alter table kept owner to ${role}`)
      await admin.unsafe(`set role ${role}`)
      await expect(assertDatabase(admin)).rejects.toThrow('owner of its tables')
    } finally {
      await admin.end()
      await drop()
      const cluster = postgres(world.url, { max: 1, onnotice: () => undefined })
      await cluster.unsafe(`drop role ${role}`)
      await cluster.end()
    }
  })

  test('a login that row-level security does not bind, and one that is no member of the application', async () => {
    const admin = postgres(world.url, { max: 1, onnotice: () => undefined })
    const role = `login_${process.pid}_${Date.now()}`
    try {
      await admin.unsafe(`create role ${role} nologin; grant trunkline_app to ${role}; set role ${role}`)
      await expect(assertDatabase(admin)).resolves.toBeUndefined()
      await admin.unsafe(`reset role; alter role ${role} bypassrls; set role ${role}`)
      await expect(assertDatabase(admin)).rejects.toThrow('must not bypass row-level security')
      await admin.unsafe(
        `reset role; alter role ${role} nobypassrls; revoke trunkline_app from ${role}; set role ${role}`,
      )
      await expect(assertDatabase(admin)).rejects.toThrow('member of the role trunkline_app')
    } finally {
      await admin.unsafe(`reset role; drop role ${role}`)
      await admin.end()
    }
  })

  test('a table with rows of a customer that nobody guards', async () => {
    const app = openPool(world.url, { max: 1, name: 'test' })
    await world.owner`create table kept (id int, customer_id uuid)`
    try {
      await expect(assertDatabase(app)).rejects.toThrow('must not bypass row-level security')
    } finally {
      await world.owner`drop table kept`
      await app.end()
    }
  })

  test.each(['off', 'local', 'remote_write'])('commits that are not durable (%s)', async (level) => {
    const app = openPool(world.url, { max: 1, name: 'test' })
    try {
      await app.unsafe(`set synchronous_commit = ${level}`)
      await expect(assertDatabase(app)).rejects.toThrow('does not commit durably')
    } finally {
      await app.end()
    }
  })
})
