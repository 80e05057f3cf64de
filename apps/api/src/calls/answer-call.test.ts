import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { rowsReadBy } from '../testing/rows-read.ts'
import { openWorld, type World } from '../testing/world.ts'
import { answerAgentCall } from './answer-call.ts'
import { findLine, openMemory } from './find-line.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('calls that ring together read their own lines and counters, not those of everybody', async () => {
  const ringing = await Promise.all(Array.from({ length: 20 }, () => world.customer()))
  await addStrangers(1000)
  const memory = openMemory()

  const rows = await rowsReadBy(world.ctx(), ['agents', 'customers', 'usage_limits'], async (ctx) => {
    const answers = await Promise.all(
      ringing.map(({ phoneNumber }) => answerAgentCall(ctx, memory, { phoneNumber, from: '+15005550001' })),
    )
    expect(answers.filter((answer) => answer.allowed && answer.holdId !== null)).toHaveLength(20)
  })

  // a line, its customer, the same for what refers to it, and the counter to lock it and to move it
  expect(rows).toBeLessThan(20 * 8)
})

test('of a line that was given back nothing is known: while nobody can look it is not answered as whose it was', async () => {
  const { id, phoneNumber } = await world.customer({ agentId: 'agent_of_before' })
  const memory = openMemory()
  const known = async (isSilent: boolean) => (await findLine(world.ctx(), memory, { phoneNumber, isSilent })).line
  expect(await known(false)).toMatchObject({ agentId: 'agent_of_before' })
  await world.owner`update agents set phone_number = null, status = 'configured' where customer_id = ${id}`

  expect([await known(false), await known(true)]).toEqual(['unknown', 'unsure'])
})

test('maintenance that has an end is over by then, also while nobody can look', async () => {
  const { phoneNumber } = await world.customer()
  const memory = openMemory()
  const known = async (isSilent: boolean) =>
    (await findLine(world.ctx(), memory, { phoneNumber, isSilent })).isInMaintenance
  await world.owner`
    insert into answering_switch (name, is_on, reason, until, updated_at, updated_by)
    values ('maintenance', true, 'New carrier', now() + interval '1 hour', now(), 'test')`
  try {
    expect([await known(false), await known(true)]).toEqual([true, true])
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_700_000 })
    expect(await known(true)).toBe(false)
  } finally {
    vi.useRealTimers()
    await world.owner`delete from answering_switch`
  }
})

/** Customers with a line and a counter as the first has. */
async function addStrangers(count: number): Promise<void> {
  await world.owner`
    with model as materialized (
      select customers, agents, usage_limits from customers join agents on agents.customer_id = customers.id
      join usage_limits on usage_limits.customer_id = customers.id limit 1
    ), stranger as materialized (
      select gen_random_uuid() as id, '+1212' || lpad(n::text, 7, '0') as phone_number from generate_series(1, ${count}::int) as n
    ), added as (
      insert into customers select (jsonb_populate_record(customers, jsonb_build_object('id', id, 'contact_phone', null))).* from model, stranger
    ), reachable as (
      insert into agents select (jsonb_populate_record(agents, jsonb_build_object('id', gen_random_uuid(), 'customer_id', id,
        'phone_number', phone_number, 'user_id', null))).* from model, stranger
    )
    insert into usage_limits select (jsonb_populate_record(usage_limits, jsonb_build_object('customer_id', id))).* from model, stranger`
  await world.owner`analyze customers, agents, usage_limits`
}
