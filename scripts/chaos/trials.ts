import { setTimeout as pause } from 'node:timers/promises'
import { isRunning } from '../../packages/db/src/local/process.ts'
import { until } from '../../test/process/open-stage.ts'
import { planCalls } from '../../test/process/provider.ts'
import { type Counted, countLosses } from './count.ts'
import { mountSmallDisk } from './disk.ts'
import { randomOf, tellUntilTaken } from './load.ts'
import { openSlowSenders, sendHalf } from './sockets.ts'
import { openWorld, type Place, startPostgresIn, type World } from './world.ts'

const receiving = ['receive.verified', 'intake.storing', 'intake.committed'] as const
const spooling = 'intake.spooled'
const processing = ['process.claimed', 'process.written', 'process.committed'] as const
const betweenKillsMs = 250
const hourMs = 3_600_000

export type Row = { what: string; how: string; times: number } & Counted
export type Trial = { what: string; how: string; run(world: World): Promise<{ times: number } & Counted> }

/** Every named step of receive and process × every process that can die there, then what else befalls a service. */
export function trials(options: { kills: number }): Trial[] {
  const killed = (step: string, victim: Place | 'postgres'): Trial => ({
    what: step,
    how: `kill -9 ${victim === 'postgres' ? 'Postgres' : victim}`,
    run: (world) => world.tryUnderLoad(() => killAgain(world, { step, victim, kills: options.kills })),
  })
  return [
    ...[...receiving, ...processing].flatMap((step) =>
      (['api', 'worker', 'postgres'] as const).map((victim) => killed(step, victim)),
    ),
    // while Postgres is away: it cannot die once more
    killed(spooling, 'api'),
    killed(spooling, 'worker'),
    { what: 'database', how: 'orderly restart', run: (world) => world.tryUnderLoad(() => restartDatabase(world)) },
    { what: 'connections', how: 'cut for 700 ms', run: (world) => world.tryUnderLoad(() => cutLine(world)) },
    { what: 'clock', how: 'an hour ahead, and back', run: (world) => world.tryUnderLoad(() => jump(world, hourMs)) },
    { what: 'clock', how: 'an hour behind, and back', run: (world) => world.tryUnderLoad(() => jump(world, -hourMs)) },
    { what: 'race', how: '64 at once, kill -9 api', run: (world) => race(world) },
    { what: 'slow loris', how: '300 slow senders', run: (world) => slowSenders(world) },
    { what: 'half bodies', how: 'sender is gone', run: (world) => halfBodies(world) },
  ]
}

async function killAgain(
  { processes, server, line, restart }: World,
  { step, victim, kills }: { step: string; victim: Place | 'postgres'; kills: number },
): Promise<number> {
  const observer: Place = step.startsWith('process.') ? 'worker' : 'api'
  for (let kill = 0; kill < kills; kill++) {
    await pause(betweenKillsMs)
    const pid = victim === 'postgres' ? server.pid : processes[victim].pid
    await processes[observer].killAt(step, victim === observer ? 'self' : pid)
    if (step === spooling) await line.cut()
    await until(`${victim} dies at ${step}`, async () => !isRunning(pid))
    if (step === spooling) await line.mend()
    if (victim === 'postgres') await server.restart()
    else await restart(victim)
  }
  return kills
}

async function restartDatabase({ server }: World): Promise<number> {
  const times = 3
  for (let nth = 0; nth < times; nth++) {
    await pause(betweenKillsMs)
    await server.halt()
    await pause(300)
    await server.restart()
  }
  return times
}

async function cutLine({ line }: World): Promise<number> {
  const times = 5
  for (let nth = 0; nth < times; nth++) {
    await pause(betweenKillsMs)
    await line.cut()
    await pause(700)
    await line.mend()
  }
  return times
}

async function jump(world: World, byMs: number): Promise<number> {
  await world.jump(byMs)
  await pause(3000)
  await world.jump(0)
  await pause(1000)
  return 2
}

/** Each of many events 64 times at once at both doors, while one of these dies. */
async function race(world: World) {
  const events = 40
  return await world.tryUnderLoad(async ({ phoneNumber }, tellings) => {
    const telling = planCalls(events, phoneNumber).flatMap((call) =>
      Array.from({ length: 64 }, (_, nth) =>
        tellUntilTaken(world.telling, tellings, { call, event: 'call_ended' }, nth),
      ),
    )
    await pause(100)
    await world.processes.api.kill()
    await world.restart('api')
    await Promise.all(telling)
    return events
  })
}

/** None of them ends what it sends: nothing of it may be kept, and the others must not notice. */
async function slowSenders(world: World) {
  const senders = 300
  return await world.tryUnderLoad(async ({ phoneNumber }) => {
    const slow = await openSlowSenders(world.telling, planCalls(senders, phoneNumber))
    const left = await slow.hungUp(45_000)
    if (left > 0) throw new Error(`${left} of ${senders} slow senders still hold their connection after 45 s`)
    return senders
  })
}

async function halfBodies(world: World) {
  const calls = 200
  return await world.tryUnderLoad(async ({ phoneNumber }, tellings) => {
    const planned = planCalls(calls, phoneNumber)
    await Promise.all(planned.map((call, nth) => sendHalf(world.telling, call, nth)))
    await pause(500)
    const ids = planned.map(({ id }) => id)
    const [kept] = await world.stage.sql<[{ rows: number }]>`
      select count(*)::int as rows from webhook_queue
      where phone_number = ${phoneNumber} and body::jsonb #>> '{call,call_id}' = any (${ids})`
    if (kept.rows > 0) throw new Error(`${kept.rows} halves were kept`)
    const told = planned.map((call) => ({ call, event: 'call_ended' as const }))
    await Promise.all(told.map((one, nth) => tellUntilTaken(world.telling, tellings, one, nth)))
    return calls
  })
}

/** A count that sees nothing would always say nothing: it must see one webhook that is gone and one ledger entry too many. */
export async function assertCountSees(world: World): Promise<void> {
  const { sql } = world.stage
  const told = Promise.withResolvers<Parameters<Parameters<World['tryUnderLoad']>[0]>>()
  await world.tryUnderLoad(async (...of) => {
    told.resolve(of)
    await pause(betweenKillsMs)
    return 1
  })
  const [line, tellings] = await told.promise
  await sql`delete from webhook_queue where id = (select id from webhook_queue where phone_number = ${line.phoneNumber} limit 1)`
  await sql`
    insert into usage_entries (id, customer_id, meter, idem_key, kind, quantity, occurred_at, period_start, event_id)
    select gen_random_uuid(), customer_id, meter, idem_key, kind, quantity, occurred_at, period_start, event_id from usage_entries
    where customer_id = ${line.id} limit 1`
  const { lost, doubled } = await countLosses(world.stage, line, tellings)
  // the doubled entry shows in its call and in the sum
  if (lost.length !== 1 || doubled.length !== 2)
    throw new Error(`The count is blind: of what was planted it sees ${JSON.stringify({ lost, doubled })}`)
}

/** On disks so small that they can be filled. Answers undefined where this user may not mount one. */
export async function fillDisks(options: { seed: number }): Promise<Row[] | undefined> {
  const [files, data] = [mountSmallDisk(320), mountSmallDisk(8)]
  try {
    if (files === undefined || data === undefined) return undefined
    const server = await startPostgresIn(`${files.path}/postgres`)
    const world = await openWorld({ random: randomOf(options.seed), server, data: data.path })
    try {
      const database = await world.tryUnderLoad(async () => {
        await pause(betweenKillsMs)
        files.fill()
        await until('the spool has to answer', async () => world.spooled() > 0)
        await pause(3000)
        files.empty()
        // without room for its log it ends by itself
        if (!isRunning(server.pid)) await server.restart()
        return 1
      })
      const spool = await world.tryUnderLoad(async (_, tellings) => {
        await pause(betweenKillsMs)
        data.fill()
        await world.line.cut()
        await until('somebody is told to come again', async () => tellings.again > 0)
        await pause(2000)
        data.empty()
        await pause(1000)
        await world.line.mend()
        return 1
      })
      return [
        { what: 'full disk', how: 'of Postgres', ...database },
        { what: 'full disk', how: 'of the spool, database cut', ...spool },
      ]
    } finally {
      await world.close()
    }
  } finally {
    files?.unmount()
    data?.unmount()
  }
}
