import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../testing/world.ts'
import { maintainPartitions } from './maintain-partitions.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('partitions are made by the job, and what keeps one from being made is told once', async () => {
  const nextMonth = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() + 2, 15))
  const stray = `${nextMonth.getTime().toString(16).padStart(12, '0').replace(/^.{8}/, '$&-')}-7000-8000-000000000000`
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    values (${stray}, 'retell', 'events', 'x', 'x', '[]', 'x', 'utf8', 1, '\\x00', 'verified', 'processed', now())`

  await maintainPartitions(world.ctx())
  await maintainPartitions(world.ctx())

  const made = await world.owner`
    select inhparent::regclass::text as table, count(*)::int as partitions from pg_inherits join pg_class on pg_class.oid = inhparent
    where relkind = 'p' and relnamespace = 'public'::regnamespace group by 1 order by 1`
  expect(made).toEqual([
    { table: 'call_events', partitions: 5 },
    { table: 'sms_events', partitions: 5 },
    { table: 'usage_entries', partitions: 5 },
    { table: 'webhook_queue', partitions: 4 },
  ])
  const alerts = await world.owner`select title, message, severity from ops_alerts where alert_type = 'partition_fault'`
  expect(alerts).toContainEqual({
    title: 'The table webhook_queue needs a look',
    message: expect.stringMatching(
      /^webhook_queue: DEFAULT holds rows of webhook_queue_\d{4}_\d{2}, which could not be made\.$/,
    ),
    severity: 'high',
  })
  expect(new Set(alerts.map(({ message }) => message)).size).toBe(alerts.length)
})

test('where somebody holds a table locked the rest is done and told, and the job comes again', async () => {
  await world.owner`
    insert into webhook_queue (id, provider, door, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    values ('018e0000-0000-7000-8000-000000000000', 'retell', 'events', 'x', 'x', '[]', 'x', 'utf8', 1, '\\x00', 'verified', 'dead', now())`

  const run = world.owner.begin(async (locking) => {
    await locking`lock table call_events in access exclusive mode`
    await maintainPartitions(world.ctx())
  })

  await expect(run).rejects.toMatchObject({
    refusal: 'unavailable',
    message: expect.stringContaining('on call_events'),
  })
  const told = await world.owner`select message from ops_alerts where alert_type = 'partition_fault'`
  expect(told).toContainEqual({
    message: 'webhook_queue: DEFAULT holds rows that have had their time and are not done.',
  })
})
