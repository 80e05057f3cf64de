import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import { callerNumber, planCall, planCalls, retellEvent, secondsOf } from './provider.ts'
import { type Process, test, until } from './stage.ts'

const calls = 1200
const dayMs = 86_400_000

type Run = { id: string; state: string; sources: { provider: string; kind: string; pages: number; listed: number }[] }

test.concurrent('killed at each step of a run and of healing, it goes on at the page where it was, charges each call once and corrects a cost once (K-26)', async ({
  stage,
}) => {
  const phone = await stage.openPhone()
  const env = { ...phone.env, RETELL_BASE_URL: phone.sim.url }
  let api = await stage.start({ env, port: phone.port })
  const { id, phoneNumber } = await stage.customer(api)
  const endedAt = Date.now() - dayMs
  // three pages that nobody was told of
  for (let nth = 0; nth < calls; nth++)
    phone.sim.world.retellCalls.set(`call_gap${nth}`, {
      call_id: `call_gap${nth}`,
      agent_id: 'agent_process',
      direction: 'inbound',
      from_number: callerNumber,
      to_number: phoneNumber,
      call_status: 'ended',
      start_timestamp: endedAt - 10_000 - nth,
      end_timestamp: endedAt - nth,
      duration_ms: 10_000,
    })
  // one that it was told of, on a line that is closed before its price is known
  const told = { ...planCall(phoneNumber, 90), endedAt }
  const event = retellEvent('call_ended', told)
  await stage.provider.insist([api], event)
  await stage.settled()
  await stage.sql`update schedules set next_due_at = now() where name = 'billing.rate'`
  const lines = () => stage.sql`
    select quantity::int, provider_cost_micros::int as cost, unpriced::int, corrects_line_id is not null as corrects
    from billing_line_items where customer_id = ${id} and kind = 'usage' order by id`
  await until('the call is on a line', async () => (await lines()).length === 1)
  await stage.sql`update billing_line_items set state = 'closed', closed_at = now() where customer_id = ${id} and kind = 'usage'`
  expect(await lines()).toEqual([{ quantity: 90, cost: 0, unpriced: 1, corrects: false }])
  phone.sim.world.retellCalls.set(told.id, {
    ...event.payload.call,
    call_cost: { product_costs: [], combined_cost: 12.5 },
  })

  /** The dead process held the lease and the job: both run out, here as soon as the next death is ordered. */
  const takeUp = async (job: string, dies: Process, step?: string): Promise<Process> => {
    expect(await dies.exited, step ?? job).toBe('SIGKILL')
    await stage.sql`update reconciliation_runs set lease_until = null`
    await stage.sql`
      update pgboss.job set state = 'retry', start_after = now() + interval '1 hour' where name = ${job} and state = 'active'`
    const next = await dies.restart()
    if (step !== undefined) await next.killAt(step)
    await stage.sql`update pgboss.job set start_after = now() where name = ${job} and state = 'retry'`
    return next
  }

  await api.killAt('reconciliation.ledger_compared')
  const { id: runId } = await stage.call<Run>(api, 'POST', '/api/admin/reconciliation-runs/trigger', {})
  for (const step of ['page_read', 'page_kept', 'listing_committed', 'chunk_compared'])
    api = await takeUp('reconciliation.carryOut', api, `reconciliation.${step}`)
  api = await takeUp('reconciliation.carryOut', api)
  const find = () => stage.call<Run>(api, 'GET', `/api/admin/reconciliation-runs/${runId}`)
  await until('the run has ended', async () => (await find()).state !== 'running')

  const run = await find()
  // the one that it was told of came a day late
  expect(run).toMatchObject({ state: 'differences', differences: calls + 1, missingHere: calls })
  expect(run.sources[0]).toMatchObject({ provider: 'retell', pages: 3, listed: calls + 1 })
  expect(await lines()).toEqual([
    { quantity: 90, cost: 0, unpriced: 1, corrects: false },
    { quantity: 0, cost: 125_000, unpriced: -1, corrects: true },
  ])
  const [found] = await stage.sql`
    select count(*)::int as rows, count(distinct provider_id)::int as ids, sum(theirs)::int as seconds from reconciliation_differences
    where class <> 'late'`
  expect(found).toEqual({ rows: calls, ids: calls, seconds: calls * 10 })

  const path = `/api/admin/reconciliation-runs/${runId}/heal`
  const preview = await stage.call<{ hash: string; count: number; isPartial: boolean }>(api, 'GET', path)
  expect(preview).toMatchObject({ count: 500, isPartial: true })
  await api.killAt('webhooks.fetched_stored')
  await stage.call(api, 'POST', path, { hash: preview.hash })
  api = await takeUp('webhooks.admitFetched', api)
  await until('all that was asked for is charged', async () => (await stage.figures(id)).ledger === 5090)
  await pause(500)
  expect(await stage.figures(id)).toMatchObject({ calls: 501, entries: 501, ledger: 5090, counter: 5090 })
})

test.concurrent('killed after a provider has answered for what never came, or as it is taken in, it asks again and charges each call once', async ({
  stage,
}) => {
  const phone = await stage.openPhone()
  const env = { ...phone.env, RETELL_BASE_URL: phone.sim.url }
  let api = await stage.start({ env, port: phone.port })
  const { id, phoneNumber } = await stage.customer(api)
  const told = planCalls(4, phoneNumber)
  for (const call of told) {
    await stage.provider.insist([api], retellEvent('call_started', call))
    phone.sim.world.retellCalls.set(call.id, retellEvent('call_ended', call).payload.call)
  }
  await stage.settled()
  // that of the start has run, and the next one is ten minutes off
  await until('the first round is over', async () => {
    const [due] = await stage.sql`select from webhook_backfills where state = 'done'`
    return due !== undefined
  })
  await stage.sql`update call_events set updated_at = now() - interval '3 hours'`

  await api.killAt('webhooks.gap_asked')
  await stage.call(api, 'POST', '/api/admin/webhook-gaps/backfill', {})
  for (const step of ['webhooks.gap_filled', undefined]) {
    expect(await api.exited, step ?? 'webhooks.gap_filled').toBe('SIGKILL')
    expect(await stage.figures(id)).toMatchObject({ ledger: 0 })
    // the dead process held the gaps and the job
    await stage.sql`update webhook_gaps set next_ask_at = now() where next_ask_at is not null`
    await stage.sql`
      update pgboss.job set state = 'retry', start_after = now() + interval '1 hour' where name = 'webhooks.backfillGaps' and state = 'active'`
    api = await api.restart()
    if (step !== undefined) await api.killAt(step)
    await stage.sql`update pgboss.job set state = 'retry', retry_limit = 9, start_after = now() where name = 'webhooks.backfillGaps' and state in ('retry', 'failed')`
  }
  await until('all of them are charged', async () => (await stage.figures(id)).ledger === secondsOf(told))

  const entries = await stage.sql`select body from webhook_queue where remote_address = 'back-fill'`
  expect(entries).toHaveLength(told.length)
  for (const call of told) await stage.provider.insist([api], retellEvent('call_ended', call))
  await stage.settled()
  expect(await stage.figures(id)).toMatchObject({
    inbox: { processed: 3 * told.length },
    calls: told.length,
    entries: told.length,
    ledger: secondsOf(told),
    counter: secondsOf(told),
  })
})
