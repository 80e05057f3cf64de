import { randomUUID } from 'node:crypto'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TestDatabase, testDatabase } from './testing/postgres.ts'

let database: TestDatabase
let sql: postgres.Sql
const [customer, other] = [randomUUID(), randomUUID()]
beforeAll(async () => {
  database = await testDatabase()
  sql = postgres(database.url, { max: 1, onnotice: () => undefined })
  for (const id of [customer, other]) {
    await sql`insert into customers (id, business_name, tier, timezone, country, updated_at) values (${id}, 'Harbor Plumbing', 'core', 'UTC', 'US', now())`
    await sql`
      insert into usage_limits (customer_id, tier_snapshot_id, period_start, period_end, call_cap_seconds, grace_seconds, sms_cap, updated_at)
      select ${id}, id, now(), now() + interval '1 month', call_cap_seconds, call_grace_seconds, sms_cap_segments, now() from tier_snapshots where tier = 'core'`
  }
  await sql`insert into agents (id, customer_id, phone_number, provider, updated_at) values (${randomUUID()}, ${customer}, '+13125550101', 'retell', now())`
  await sql`insert into unknown_phone (id, phone_number, event_types, first_seen_at, last_seen_at) values (${randomUUID()}, '+13125550102', '{}', now(), now())`
  await sql`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    values (${randomUUID()}, 'retell', 'events', 'x', 'x', '[]', 'x', 'utf8', 1, '\\x00', 'signature_invalid', 'quarantined', now())`
  await sql`insert into ops_alerts (id, alert_type, dedup_key, severity, title, message, metadata) values (${randomUUID()}, 'x', 'once', 'low', 'x', 'x', '{}')`
  await sql`
    insert into usage_crossings (id, customer_id, meter, period_start, limit_revision, level, before, after, base, at)
    values (${randomUUID()}, ${customer}, 'call_seconds', '2026-01-01Z', 1, 80, 0, 1, 1, now())`
})
afterAll(async () => {
  await sql.end()
  await database.drop()
})

const entry = (meter: string, kind: string, quantity: number) =>
  `insert into usage_entries (id, customer_id, meter, idem_key, kind, quantity, occurred_at, period_start, event_id)
   values (gen_random_uuid(), '${customer}', '${meter}', 'k', '${kind}', ${quantity}, now(), now(), gen_random_uuid())`
const user = (role: string, of: string | null) =>
  `insert into users (id, email, role, customer_id, password_hash) values (gen_random_uuid(), gen_random_uuid()::text, '${role}', ${of === null ? 'null' : `'${of}'`}, 'x')`

test.each<[string, string, string]>([
  ['a ledger entry of nothing', entry('call_seconds', 'usage', 0), 'usage_entries_change_something'],
  ['an unknown meter', entry('minutes', 'usage', 1), 'usage_entries_meter_is_known'],
  ['an unknown kind of entry', entry('call_seconds', 'gift', 1), 'usage_entries_kind_is_known'],
  [
    'reserved below nothing',
    'update usage_limits set call_reserved_seconds = -1',
    'usage_limits_call_reserved_is_not_negative',
  ],
  [
    'reserved texts below nothing',
    'update usage_limits set sms_reserved = -1',
    'usage_limits_sms_reserved_is_not_negative',
  ],
  [
    'a period that ends before it begins',
    'update usage_limits set period_end = period_start',
    'usage_limits_period_runs_forward',
  ],
  [
    'an empty hold',
    `insert into usage_holds (id, customer_id, meter, quantity, expires_at) values (gen_random_uuid(), '${customer}', 'call_seconds', 0, now())`,
    'usage_holds_quantity_is_positive',
  ],
  ['an unknown tier', `update customers set tier = 'gold'`, 'customers_tier_is_known'],
  ['an owner of nothing', user('owner', null), 'users_owner_has_a_customer'],
  ['one of ours with a customer', user('operator', customer), 'users_owner_has_a_customer'],
  ['a role that nobody knows', user('boss', null), 'users_role_is_known'],
  ...(['received', 'failed', 'processed', 'dead'] as const).map((state): [string, string, string] => [
    `a forged delivery that is ${state}, even by the application itself (K-8)`,
    `set local role trunkline_app; update webhook_queue set state = '${state}'`,
    'webhook_queue_only_the_verified_leave_quarantine',
  ]),
  [
    'one number on two lines (C-6, J-11)',
    `insert into agents (id, customer_id, phone_number, provider, updated_at) values (gen_random_uuid(), '${other}', '+13125550101', 'retell', now())`,
    'agents_phone_number_belongs_to_one',
  ],
  [
    'one unknown number open twice',
    `insert into unknown_phone (id, phone_number, event_types, first_seen_at, last_seen_at) values (gen_random_uuid(), '+13125550102', '{}', now(), now())`,
    'unknown_phone_open_once',
  ],
  [
    'a match without its customer',
    `update unknown_phone set resolution = 'matched'`,
    'unknown_phone_matched_names_its_customer',
  ],
  [
    'spam with a customer',
    `update unknown_phone set resolution = 'spam', customer_id = '${customer}'`,
    'unknown_phone_matched_names_its_customer',
  ],
  [
    'one alert twice (K-23)',
    `insert into ops_alerts (id, alert_type, dedup_key, severity, title, message, metadata) values (gen_random_uuid(), 'x', 'once', 'low', 'x', 'x', '{}')`,
    'ops_alerts_raised_once',
  ],
  ['a severity of another scale', `update ops_alerts set severity = 'warning'`, 'ops_alerts_severity_is_known'],
  [
    'one level announced twice',
    `insert into usage_crossings (id, customer_id, meter, period_start, limit_revision, level, before, after, base, at)
     values (gen_random_uuid(), '${customer}', 'call_seconds', '2026-01-01Z', 1, 80, 0, 1, 1, now())`,
    'usage_crossings_announced_once',
  ],
  [
    'a second version one of a tier',
    `insert into tier_snapshots select gen_random_uuid(), tier, version, rank, monthly_price_cents, call_cap_seconds, sms_cap_segments, call_grace_seconds, effective_from from tier_snapshots limit 1`,
    'tier_snapshots_version_stands_once',
  ],
])('the database refuses %s', async (_, statement, constraint) => {
  await expect(sql.unsafe(statement)).rejects.toMatchObject({
    code: expect.stringMatching(/^235(05|14)$/),
    constraint_name: expect.stringContaining(constraint),
  })
})
