import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, retellCall, type World } from '../testing/world.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

const uuidOf = (wire: string) =>
  `${wire.slice(4, 12)}-${wire.slice(12, 16)}-${wire.slice(16, 20)}-${wire.slice(20, 24)}-${wire.slice(24)}`
const get = (path: string) => world.rest('GET', path, { token: operator })

/** A run from its beginning to its end; answers it with what it found. */
async function reconcile(window: { from?: string; to?: string } = {}) {
  const begun = await world.rest('POST', '/api/admin/reconciliation-runs/trigger', { token: operator, body: window })
  expect(begun).toMatchObject({ status: 200, body: { started: true } })
  await world.drainJobs()
  const { body: run } = await get(`/api/admin/reconciliation-runs/${begun.body.id}`)
  const { body: page } = await get(`/api/admin/reconciliation-differences?runId=${run.id}&limit=200`)
  return { run, differences: page.items }
}

test('a counter or a line that is not the sum of its ledger is found to the second, in either kind of period (K-26)', async () => {
  const { id, phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 100 }).ended)
  await world.process()
  const clean = await reconcile()
  expect(clean.run).toMatchObject({ state: 'matched', differences: 0, alertId: null })
  expect(clean.run.levels[0]).toMatchObject({
    level: 0,
    sums: [{ unit: 'seconds', ours: 100, theirs: 100, delta: 0 }, { unit: 'segments' }],
  })

  await world.owner`update usage_limits set call_used_seconds = call_used_seconds + 1 where customer_id = ${id}`
  const closed = '2026-01-01T00:00:00.000Z'
  await world.owner`
    insert into usage_periods (customer_id, period_start, period_end, tier_snapshot_id, call_used_seconds, sms_used)
    select customer_id, ${closed}, '2026-02-01Z', tier_snapshot_id, 0, 2 from usage_limits where customer_id = ${id}`
  await world.owner`
    insert into billing_line_items (id, customer_id, period_start, period_end, kind, meter, source_key, tier_snapshot_id, quantity, unit_price_micros, amount_cents, state, updated_at)
    select gen_random_uuid(), customer_id, period_start, period_end, 'usage', 'call_seconds', 'test', tier_snapshot_id, 7, 0, 0, 'open', now()
    from usage_limits where customer_id = ${id}`

  const { run, differences } = await reconcile()
  expect(run).toMatchObject({ state: 'differences', differences: 3, flagged: 3 })
  expect(differences).toMatchObject([
    { class: 'lines_differ', level: 0, ours: 0, theirs: 7, delta: -7, unit: 'seconds', flagged: true },
    {
      class: 'counter_differs',
      ours: 0,
      theirs: 2,
      unit: 'segments',
      periodStart: closed,
      customer: { businessName: 'Harbor Plumbing' },
    },
    { class: 'counter_differs', ours: 100, theirs: 101, unit: 'seconds' },
  ])
  const [alert] =
    await world.owner`select severity, acknowledged_at from ops_alerts where dedup_key = ${`reconciliation:${uuidOf(run.id)}`}`
  expect(alert).toMatchObject({ severity: 'critical', acknowledged_at: null })

  await world.owner`update usage_limits set call_used_seconds = call_used_seconds - 1 where customer_id = ${id}`
  await world.owner`delete from usage_periods where customer_id = ${id}`
  await world.owner`delete from billing_line_items where customer_id = ${id}`
  expect((await reconcile()).run.state).toBe('matched')
  const [after] =
    await world.owner`select acknowledged_by from ops_alerts where dedup_key = ${`reconciliation:${uuidOf(run.id)}`}`
  expect(after?.acknowledged_by).toMatch(/^reconciliation rcn_/)
})
