import { randomUUID } from 'node:crypto'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { type Permission, permissions, roles } from '@trunkline/core/sessions/permission'
import { fitsOneCustomer, type Scope, scopeNames } from '@trunkline/core/sessions/scope'
import { openPool } from '@trunkline/db/connect'
import { guardedTables, plantCanaries } from '@trunkline/db/testing/canaries'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { asApplication, withinCustomer } from './platform/customer-reach.ts'
import type { ApiMeta } from './platform/trpc.ts'
import { appRouter } from './router.ts'
import { tableOf } from './testing/procedures.ts'
import { openWorld, type World } from './testing/world.ts'
import { checkUsage } from './usage/check.ts'
import { loadUsageStatus } from './usage/load-status.ts'
import { settleHold } from './usage/settle.ts'

/** Two customers, each with a row in every table that can hold one. Nothing of B may reach whoever belongs to A. */
const a = { customerId: randomUUID(), mark: 'canary-of-a' }
const b = { customerId: randomUUID(), mark: 'canary-of-b' }

let world: World
let tables: { name: string; own: string }[]
let idsOfB: ReadonlyMap<string, string>
beforeAll(async () => {
  world = await openWorld()
  tables = await guardedTables(world.owner)
  // what staff plan over many customers at once belongs to none of them
  const also = ['webhook_replays']
  await plantCanaries(world.owner, { ...a, also })
  idsOfB = await plantCanaries(world.owner, { ...b, also })
})
afterAll(() => world.close())

describe('the database', () => {
  test('every table with rows of a customer or of a user guards them; partitions are nobody’s door (V-10)', async () => {
    const guards = await world.owner`
      select relname as name, relrowsecurity as guarded, coalesce(jsonb_object_agg(polroles[1]::regrole::text, pg_get_expr(polqual, polrelid))
        filter (where polname is not null), '{}') as policies
      from pg_class left join pg_policy on polrelid = pg_class.oid
      where relname in ${world.owner(tables.map(({ name }) => name))} and relnamespace = 'public'::regnamespace
      group by relname, relrowsecurity order by relname`
    for (const { name, guarded, policies } of guards) {
      const { own } = tables.find((table) => table.name === name) ?? {}
      const setting = own === 'user_id' ? 'user_id' : 'customer_id'
      const { trunkline_app, trunkline_owner, ...others } = policies
      expect([name, guarded, trunkline_app, others]).toEqual([name, true, 'true', {}])
      // a table without a policy for owners is closed to them
      if (trunkline_owner !== undefined)
        expect([name, trunkline_owner]).toEqual([
          name,
          `(${own} = (NULLIF(current_setting('trunkline.${setting}'::text, true), ''::text))::uuid)`,
        ])
    }
    expect(guards.length).toBe(tables.length)
    expect(
      await world.owner`
        select relname, grantee::regrole::text from pg_class, aclexplode(relacl)
        where relnamespace = 'public'::regnamespace and relispartition and relkind in ('r', 'p') and grantee::regrole::text like 'trunkline%'`,
    ).toEqual([])
    expect(
      await world.owner`
        select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'v'
          and not coalesce('security_invoker=true' = any (reloptions), false)`,
    ).toEqual([])
    const [{ may } = {}] = await world.owner`
      select bool_or(rolsuper or rolbypassrls or rolcanlogin or rolcreaterole) as may from pg_roles where rolname like 'trunkline_%' and rolname in ('trunkline_app', 'trunkline_owner')`
    expect(may).toBe(false)
  })

  test('an owner’s role may read what his procedures need, and write nothing', async () => {
    const granted = await world.owner`
      select relname as on, privilege_type as may from pg_class, aclexplode(relacl)
      where grantee = 'trunkline_owner'::regrole order by relname`
    expect(granted.map(({ on, may }) => `${may} ${on}`)).toEqual([
      'SELECT billing_accounts',
      'SELECT billing_deadlines',
      'SELECT billing_invoices',
      'SELECT billing_line_items',
      'SELECT billing_payments',
      'SELECT billing_rates',
      'SELECT billing_requests',
      'SELECT customers',
      'SELECT notice_preferences',
      'SELECT owner_notices',
      'SELECT tier_snapshots',
      'SELECT usage_burns',
      'SELECT usage_credits',
      'SELECT usage_crossings',
      'SELECT usage_entries',
      'SELECT usage_holds',
      'SELECT usage_hours',
      'SELECT usage_limits',
      'SELECT usage_pauses',
      'SELECT usage_periods',
      'SELECT usage_tier_changes',
      'SELECT usage_topups',
      'SELECT usage_withdrawals',
    ])
  })

  test('what has no customer’s name on it tells no owner of another: he may read no such table but the price list', async () => {
    const rows = await world.owner<{ name: string }[]>`
      select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        and has_table_privilege('trunkline_owner', oid, 'select')`
    const guarded = new Set(tables.map(({ name }) => name))
    const nameless = rows.map(({ name }) => name).filter((name) => !guarded.has(name))

    expect(nameless.filter((name) => !['tier_snapshots', 'usage_topups', 'billing_rates'].includes(name))).toEqual([])
    for (const table of ['alert_logs', 'error_groups', 'error_hours', 'webhook_attempts'])
      await expect(
        world.owner.begin(async (sql) => {
          await sql.unsafe('set local role trunkline_owner')
          await sql.unsafe(`select 1 from ${table}`)
        }),
      ).rejects.toMatchObject({ code: '42501' })
  })

  test('a statement without any condition shows an owner his own rows, whatever he may read and write', async () => {
    const app = openPool(world.url, { max: 1, name: 'test' })
    const readable = await world.owner`
      select relname as on from pg_class, aclexplode(relacl) where grantee = 'trunkline_owner'::regrole`
    await world.owner`grant select, insert, update, delete on all tables in schema public to trunkline_owner`
    try {
      const seen = await app.begin(async (owner) => {
        const [user] = await world.owner`select id from users where customer_id = ${a.customerId}`
        await owner`select set_config('trunkline.customer_id', ${a.customerId}, true), set_config('trunkline.user_id', ${user?.id}, true),
          set_config('role', 'trunkline_owner', true)`
        const found = new Map<string, number>()
        for (const { name } of [...tables, { name: 'usage_calls' }, { name: 'usage_sms' }]) {
          const rows = await owner`select row_to_json(t)::text as row from ${owner(name)} as t`
          expect(rows.filter(({ row }) => row.includes(b.mark) || row.includes(b.customerId))).toEqual([])
          found.set(name, rows.length)
        }
        return found
      })
      const blind = [...seen].filter(([, rows]) => rows === 0).map(([name]) => name)
      expect(blind.filter((name) => !['invitations', 'customer_views', 'usage_sms'].includes(name))).toEqual([])

      const nobody = await app.begin(async (owner) => {
        await owner`select set_config('role', 'trunkline_owner', true)`
        return await Promise.all(tables.map(({ name }) => owner`select 1 from ${owner(name)}`))
      })
      expect(nobody.flat()).toEqual([])

      const ofB = `'${b.customerId}'`
      for (const statement of [
        `update usage_limits set force_pause = true, customer_id = ${ofB}`,
        `insert into usage_holds (id, customer_id, meter, quantity, expires_at) values (gen_random_uuid(), ${ofB}, 'call_seconds', 1, now())`,
      ])
        await expect(
          app.begin(async (owner) => {
            await owner`select set_config('trunkline.customer_id', ${a.customerId}, true), set_config('role', 'trunkline_owner', true)`
            await owner.unsafe(statement)
          }),
        ).rejects.toMatchObject({ code: '42501' })
      const deleted = await app.begin(async (owner) => {
        await owner`select set_config('trunkline.customer_id', ${a.customerId}, true), set_config('role', 'trunkline_owner', true)`
        return (await owner`delete from usage_holds where customer_id = ${b.customerId}`).count
      })
      expect(deleted).toBe(0)
    } finally {
      await world.owner`revoke all on all tables in schema public from trunkline_owner`
      for (const { on } of readable) await world.owner`grant select on ${world.owner(on)} to trunkline_owner`
      await app.end()
    }
  })

  test('guarding costs the application nothing: no condition is added to what it asks', async () => {
    const app = openPool(world.url, { max: 1, name: 'test' })
    try {
      for (const { name } of tables) {
        const plan = await app.unsafe(`explain select * from ${name}`)
        expect([name, plan.map((line) => line['QUERY PLAN']).filter((line) => line.includes('Filter'))]).toEqual([
          name,
          [],
        ])
      }
    } finally {
      await app.end()
    }
  })
})

type Procedure = { _def: { type: 'query' | 'mutation' | 'subscription'; meta?: ApiMeta; inputs: z.ZodType[] } }
const procedures = Object.entries(appRouter._def.procedures as unknown as Record<string, Procedure>).map(
  ([path, { _def }]) => ({ path, ..._def, permission: _def.meta?.permission ?? 'staff', openapi: _def.meta?.openapi }),
)

/** An input that fits the schema and names, wherever it can, what is B's. */
function attack(schema: z.ZodType): unknown {
  const { def } = (schema as unknown as { _zod: { def: Def } })._zod
  switch (def.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(def.shape)
          .filter(([name]) => name !== 'cursor')
          .map(([name, inner]) => [name, attack(inner)]),
      )
    case 'pipe':
      return attack(def.in)
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
      return attack(def.innerType)
    case 'array':
      return [attack(def.element)]
    case 'union':
      return attack(def.options[0] as z.ZodType)
    case 'enum':
      return Object.values(def.entries)[0]
    case 'literal':
      return def.values[0]
    case 'number':
      return 1
    case 'boolean':
      return true
    case 'string':
      return attackText(def)
    default:
      return {}
  }
}
type Def =
  | { type: 'object'; shape: Record<string, z.ZodType> }
  | { type: 'pipe'; in: z.ZodType }
  | { type: 'optional' | 'nullable' | 'default' | 'prefault'; innerType: z.ZodType }
  | { type: 'array'; element: z.ZodType }
  | { type: 'union'; options: z.ZodType[] }
  | { type: 'enum'; entries: Record<string, string> }
  | { type: 'literal'; values: unknown[] }
  | { type: 'number' | 'boolean' | 'record' | 'unknown' }
  | StringDef
type StringDef = { type: 'string'; format?: string; checks?: { _zod: { def: { pattern?: RegExp } } }[] }

function attackText(def: StringDef): string {
  const patterns = (def.checks ?? []).map(({ _zod }) => String(_zod.def.pattern))
  const prefix = patterns
    .map((text) => /^\/\^([a-z]{3})_\[0-9a-f\]/.exec(text)?.[1])
    .find((found) => found !== undefined)
  if (prefix !== undefined) {
    const id = idsOfB.get(tableOf[prefix] ?? '')
    if (id === undefined) throw new Error(`say in tableOf what an id of kind ${prefix} names`)
    return `${prefix}_${id.replaceAll('-', '')}`
  }
  if (def.format === 'datetime') return new Date().toISOString()
  if (def.format === 'email') return `${b.mark}@trunkline.example`
  return b.mark
}

const inputOf = ({ inputs }: { inputs: z.ZodType[] }) =>
  Object.assign({}, ...inputs.map((schema) => attack(schema) as object))

/** The id of each of B's rows, as each kind of id: whatever a door takes, one of them names what is B's. */
const wireIdsOfB = (): string[] =>
  Object.entries(tableOf).map(([prefix, table]) => `${prefix}_${(idsOfB.get(table) ?? '').replaceAll('-', '')}`)

/** What B's rows are at this moment, in every table. */
async function stateOfB(): Promise<Record<string, string>> {
  const userId = idsOfB.get('users') ?? ''
  const states = tables.map(
    ({ name, own }) =>
      `select '${name}' as name, md5(string_agg(t::text, '' order by t::text)) as state from ${name} as t
       where ${own} = '${own === 'user_id' ? userId : b.customerId}'`,
  )
  const rows = await world.owner.unsafe(states.join(' union all '))
  return Object.fromEntries(rows.map(({ name, state }) => [name, state]))
}

/** What an answer holds of B beyond what was asked with. */
function leaked(body: string, asked: object): RegExpMatchArray | null {
  const ids = [b.customerId, ...idsOfB.values()].flatMap((id) => [id, id.replaceAll('-', '')])
  const said = JSON.stringify(asked)
  const news = [`${b.mark} [a-z]`, ...ids.filter((id) => !said.includes(id))]
  return new RegExp(`.{0,40}(?:${news.join('|')}).{0,40}`).exec(body)
}

async function ask(token: string, procedure: (typeof procedures)[number], input: object) {
  const query = procedure.type === 'query'
  return await world.app.inject({
    method: query ? 'GET' : 'POST',
    url: `/trpc/${procedure.path}${query ? `?input=${encodeURIComponent(JSON.stringify(input))}` : ''}`,
    headers: { authorization: `Bearer ${token}` },
    ...(query ? {} : { payload: input }),
  })
}

/** The same procedure at its REST path. */
async function askRest(token: string, procedure: (typeof procedures)[number], input: Record<string, unknown>) {
  const { method = 'GET', path = '' } = procedure.openapi ?? {}
  const inPath = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(input[name])))
  const search = new URLSearchParams(
    Object.entries(input).map(([name, value]): [string, string] => [name, String(value)]),
  )
  return await world.app.inject({
    method,
    url: `/api${inPath}${method === 'GET' || method === 'DELETE' ? `?${search}` : ''}`,
    headers: { authorization: `Bearer ${token}` },
    ...(method === 'GET' || method === 'DELETE' ? {} : { payload: input }),
  })
}

/** A key as an admin makes it. */
async function keyOf(scopes: readonly Scope[], customerId?: string): Promise<string> {
  const { body } = await world.rest('POST', '/api/admin/api-keys', {
    token: await world.signIn('admin'),
    body: {
      name: 'canary',
      scopes,
      ...(customerId === undefined ? {} : { customerId: toWireId('customer', customerId) }),
    },
  })
  return body.key
}

describe('whoever belongs to A', () => {
  const mayOwner = (permission: Permission | 'public') =>
    permission === 'public' || (permissions[permission] as readonly string[]).includes('owner')
  const own = procedures.filter(({ permission, type }) => mayOwner(permission) && type !== 'subscription')
  let key: string
  beforeAll(async () => {
    key = await keyOf(scopeNames.filter(fitsOneCustomer), a.customerId)
  })

  test.each(own)('gets nothing of B and changes nothing of B by $path', async (procedure) => {
    const before = await stateOfB()
    const input = inputOf(procedure)
    for (const send of [ask, askRest]) {
      // a fresh session each: some procedures end it
      for (const token of [await world.signIn('owner', a.customerId), key]) {
        const answer = await send(token, procedure, input)
        expect(answer.statusCode).not.toBe(500)
        expect(leaked(answer.body, input)).toBeNull()
      }
    }
    expect(await stateOfB()).toEqual(before)
  })

  test('asks inside his customer’s transaction; what does not is public, about his own account, or named here', () => {
    const outside = own.filter(({ meta }) => meta?.reach !== 'customer').map(({ path }) => path)
    expect(outside.filter((path) => !/^(?:sessions|onboarding|views)\./.test(path)).sort()).toEqual([
      'errors.report',
      'owners.invite',
    ])
  })

  test('reads his own', async () => {
    for (const token of [await world.signIn('owner', a.customerId), key]) {
      const { body } = await world.rest('GET', '/api/usage/status', { token })
      expect(body).toMatchObject({ customerId: toWireId('customer', a.customerId) })
    }
  })

  test('finds nothing of B though the verb forgets to ask whose it is', async () => {
    const ctx = world.ctx()
    const caller = { kind: 'key', keyId: '', prefix: '', role: 'owner', scopes: [], customerId: a.customerId } as const
    const seen = (customerId: string) =>
      withinCustomer(ctx, caller, (db) => loadUsageStatus({ ...ctx, db, actor: caller }, { customerId }))

    await expect(seen(a.customerId)).resolves.toMatchObject({ customerId: toWireId('customer', a.customerId) })
    await expect(seen(b.customerId)).rejects.toMatchObject({ refusal: 'not_found' })
    await expect(
      withinCustomer(ctx, caller, (db) =>
        settleHold({ ...ctx, db, actor: caller }, { holdId: idsOfB.get('usage_holds') ?? '', ownedBy: null }),
      ),
    ).rejects.toMatchObject({ refusal: 'not_found' })
  })

  test('leaves nothing behind where the request fails, and no role on the connection', async () => {
    const ctx = world.ctx()
    const caller = { kind: 'key', keyId: '', prefix: '', role: 'owner', scopes: [], customerId: a.customerId } as const
    const [before] = await world.owner`select count(*)::int as holds from usage_holds`
    await expect(
      withinCustomer(ctx, caller, async (db) => {
        const owned = { ...ctx, db, actor: caller }
        await checkUsage(owned, { customerId: a.customerId, kind: 'sms', quantity: 1 })
        await asApplication(owned, async () => Promise.reject(new Error('half way')))
      }),
    ).rejects.toThrow('half way')
    expect(await world.owner`select count(*)::int as holds from usage_holds`).toEqual([before])
    const roles = await Promise.all(
      Array.from({ length: 12 }, () =>
        ctx.db.execute(sql`select current_user, current_setting('trunkline.customer_id', true) as customer`),
      ),
    )
    expect(new Set(roles.flatMap(([row]) => [row?.current_user, row?.customer ?? '']))).toEqual(
      new Set(['trunkline_app', '']),
    )
  })

  test('hears nothing by any other door: files, live streams, pages', async () => {
    const rest = new Set(procedures.map(({ openapi }) => `/api${openapi?.path.replaceAll(/\{(\w+)\}/g, ':$1')}`))
    const doors = routesOf(world.app.printRoutes({ commonPrefix: false })).filter(({ path }) => !rest.has(path))
    expect(doors.length).toBeGreaterThan(30)
    for (const token of [await world.signIn('owner', a.customerId), key]) {
      const authorization = `Bearer ${token}`
      for (const { path, methods } of doors) {
        for (const name of /:\w+/.test(path) ? [b.mark, ...wireIdsOfB()] : [b.mark]) {
          const url = `${path.replaceAll(/:\w+|\*/g, name)}?customerId=${toWireId('customer', b.customerId)}`
          for (const method of methods) {
            const payload = method === 'GET' ? {} : { payload: { customerId: toWireId('customer', b.customerId) } }
            const answer = await world.app.inject({ method, url, headers: { authorization }, ...payload })
            expect([url, leaked(answer.body, [url])]).toEqual([url, null])
          }
        }
      }
      for (const { path } of procedures.filter(({ type }) => type === 'subscription')) {
        const answer = await world.app.inject({
          url: `/trpc/${path}`,
          headers: { authorization, accept: 'text/event-stream' },
        })
        expect(answer.body).toMatch(/FORBIDDEN/)
      }
    }
  })
})

test.each([...roles.filter((role) => role !== 'owner'), 'key' as const])(
  'a %s reads what was said only where that is his work',
  async (role) => {
    const scopes = scopeNames.filter((scope) => scope !== 'webhooks:read')
    const token = role === 'key' ? await keyOf(scopes) : await world.signIn(role)
    let said = 0
    for (const procedure of procedures.filter(({ type }) => type === 'query')) {
      for (const input of [inputOf(procedure), onlyNeeded(procedure)]) {
        const { body, statusCode } = await ask(token, procedure, input)
        expect([procedure.path, statusCode]).not.toEqual([procedure.path, 500])
        if (body.includes('said:')) said++
      }
    }
    expect(said > 0).toBe(role === 'admin' || role === 'operator')
  },
)

/** The input that asks for as much as it can: no filter but what must be said. */
function onlyNeeded(procedure: (typeof procedures)[number]): object {
  const isNeeded = (name: string) =>
    !procedure.inputs.some((schema) => schema.safeParse(leaving(procedure, name)).success)
  return Object.fromEntries(Object.entries(inputOf(procedure)).filter(([name]) => isNeeded(name)))
}
const leaving = (procedure: (typeof procedures)[number], name: string) => {
  const { [name]: _left, ...others } = inputOf(procedure)
  return others
}

/** The routes as the framework prints them: a tree whose branches are four characters wide. */
function routesOf(tree: string): { path: string; methods: ('GET' | 'POST')[] }[] {
  const above: string[] = []
  return tree.split('\n').flatMap((line) => {
    const [, indent, part, methods] = /^([│ ]*)[├└]── (\S*) \(([^)]*)\)/.exec(line) ?? []
    if (indent === undefined || part === undefined) return []
    const depth = indent.length / 4
    above.length = depth
    above[depth] = part
    const known = (methods ?? '').split(', ')
    const path = above.join('').replace(/^\/\//, '/')
    return [{ path, methods: (['GET', 'POST'] as const).filter((method) => known.includes(method)) }]
  })
}
