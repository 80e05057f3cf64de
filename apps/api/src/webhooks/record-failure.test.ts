import { maxAttempts, maxTransientAttempts } from '@trunkline/core/webhooks/retry'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, retellCall, type World } from '../testing/world.ts'
import { listCauses } from './causes.ts'
import { processBatch } from './process.ts'
import { recordFailure } from './record-failure.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('a technical fault while a forged delivery is replayed does not release it: nothing is charged', async () => {
  const { phoneNumber, id } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 3600 }).ended, { key: 'key_of_a_stranger_0123456789' })
  const [forged] = await world.owner`select id, state from webhook_queue where state = 'quarantined'`

  await recordFailure(world.ctx(), forged?.id, Object.assign(new Error('gone'), { code: '57P01' }))
  await world.owner`update webhook_queue set next_attempt_at = now() - interval '1 second'`
  await world.process()

  const [after] = await world.owner`select state from webhook_queue where id = ${forged?.id}`
  expect(after?.state).toBe('quarantined')
  const [limits] = await world.owner`select call_used_seconds::int as used from usage_limits where customer_id = ${id}`
  expect(limits?.used).toBe(0)
})

test('what only the database’s own trouble befalls is tried for a day and is then dead, with its cause and what is to be done', async () => {
  const { phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 30 }).ended)
  const [waiting] = await world.owner`select id from webhook_queue where state = 'received'`
  const error = Object.assign(new Error('canceling statement due to statement timeout'), { code: '57014' })
  const fail = () => recordFailure(world.ctx(), waiting?.id, error)
  await world.owner`update webhook_queue set attempts = ${maxAttempts} where id = ${waiting?.id}`
  expect(await fail()).toBe('failed')
  await world.owner`update webhook_queue set attempts = ${maxTransientAttempts - 1} where id = ${waiting?.id}`
  expect(await fail()).toBe('dead')

  const { items } = await listCauses(world.ctx())
  expect(items.find(({ class: of }) => of === 'transient')).toMatchObject({
    states: { dead: 1 },
    next: expect.stringContaining('replay what died'),
  })
})

test('one that has failed twice is tried apart: whoever is claimed with it is written once, and not again for its sake', async () => {
  const { id, phoneNumber } = await world.customer()
  const bad = retellCall({ to: phoneNumber, seconds: 10 })
  const good = Array.from({ length: 5 }, () => retellCall({ to: phoneNumber, seconds: 10 }))
  for (const call of [bad, ...good]) await world.retell(call.ended)
  await world.owner.unsafe(`
    create sequence tries; grant usage on tries to public;
    create function refuse() returns trigger language plpgsql as $$ begin
      perform nextval('tries');
      if new.retell_call_id = '${bad.id}' then raise exception 'our own fault'; end if;
      return new;
    end $$;
    create trigger refuse before insert on call_events for each row execute function refuse()`)
  await world.owner`update webhook_queue set state = 'failed', attempts = 2 where body like ${`%${bad.id}%`}`

  await world.process()

  const [tried] = await world.owner`select last_value::int as times from tries`
  await world.owner.unsafe('drop trigger refuse on call_events; drop function refuse; drop sequence tries')
  expect(tried).toEqual({ times: 6 })
  const rows = await world.owner`
    select state, attempts, count(*)::int as webhooks from webhook_queue where phone_number = ${phoneNumber} group by 1, 2 order by 1`
  expect(rows).toEqual([
    { state: 'failed', attempts: 3, webhooks: 1 },
    { state: 'processed', attempts: 1, webhooks: 5 },
  ])
  const [limits] = await world.owner`select call_used_seconds::int as used from usage_limits where customer_id = ${id}`
  expect(limits?.used).toBe(50)
})

test('two that meet one hopeless webhook at once count one attempt of it', async () => {
  const { phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 30 }).ended)
  const [waiting] = await world.owner`select id, attempts from webhook_queue where state = 'received'`
  const error = Object.assign(new Error('violates check constraint'), { code: '23514' })
  const saw = { attempts: Number(waiting?.attempts) }

  const states = await Promise.all([1, 2, 3].map(() => recordFailure(world.ctx(), waiting?.id, error, saw)))

  expect(states).toEqual(['dead', 'dead', 'dead'])
  const [after] = await world.owner`select state, attempts from webhook_queue where id = ${waiting?.id}`
  expect(after).toMatchObject({ state: 'dead', attempts: 1 })
  const kept = await world.owner`select outcome from webhook_attempts where webhook_id = ${waiting?.id}`
  expect(kept).toHaveLength(1)
})

test('a commit that was carried out and answered by nobody is no failed attempt of what it has processed', async () => {
  const { id: customerId, phoneNumber } = await world.customer()
  await world.retell(retellCall({ to: phoneNumber, seconds: 30 }).ended)
  // one that has failed before is tried apart
  await world.owner`update webhook_queue set state = 'failed', attempts = 2 where phone_number = ${phoneNumber}`
  let commits = 0
  const db = new Proxy(world.db, {
    get: (target, name) =>
      name === 'transaction'
        ? async (work: Parameters<typeof world.db.transaction>[0]) => {
            const done = await target.transaction(work)
            commits++
            if (commits === 2) throw Object.assign(new Error('write CONNECTION_CLOSED'), { code: 'CONNECTION_CLOSED' })
            return done
          }
        : Reflect.get(target, name),
  })

  await processBatch(world.ctx({ db }), { limit: 10 })

  const [row] = await world.owner`
    select state, attempts, (select count(*)::int from webhook_attempts where webhook_id = webhook_queue.id) as told,
      (select call_used_seconds::int from usage_limits where customer_id = ${customerId}) as used
    from webhook_queue where phone_number = ${phoneNumber}`
  expect(row).toEqual({ state: 'processed', attempts: 3, told: 0, used: 30 })
})
