import { setTimeout as wait } from 'node:timers/promises'
import { schedules } from '@trunkline/db/schema/platform'
import { openLine } from '@trunkline/db/testing/line'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openWorld, twilioToken, type World } from '../testing/world.ts'
import { inTransaction, type NetCtx } from './context.ts'
import { closeDeadRuns, enqueue, type Jobs, job, jobSpec, openJobs } from './job.ts'
import { leaveDueJobs, registerSchedules } from './schedule.ts'

const done: string[] = []
const faults = new Map<string, number>()
const noteSpec = jobSpec({ name: 'test.note', input: z.object({ text: z.string().max(20) }), attempts: 3 })
const note = job(noteSpec, async (_ctx: NetCtx, { text }) => {
  const left = faults.get(text) ?? 0
  faults.set(text, left - 1)
  if (left > 0) throw new Error(`not yet, call +13125550101 (${text})${text === 'secret' ? ` ${twilioToken}` : ''}`)
  done.push(text)
})
const tickSpec = jobSpec({ name: 'test.tick', input: z.object({}), attempts: 1 })
const tick = job(tickSpec, async () => void done.push('tick'))

let world: World
let jobs: Jobs
let ctx: () => NetCtx
beforeAll(async () => {
  world = await openWorld()
  jobs = await openJobs({ directUrl: world.url, jobs: [note, tick], log: world.ctx().log, isWorker: false })
  ctx = () => world.ctx({ queue: jobs.queue })
  await jobs.work(() => ctx())
})
afterAll(async () => {
  await jobs.close()
  await world.close()
})

const runsOf = (name: string) => world.owner`
  select attempt, outcome, error, finished_at is not null as finished from job_runs where name = ${name} order by id`
const waitingOf = async (name: string) => {
  const [row] = await world.owner`
    select count(*)::int as rows from pgboss.job where name = ${name} and state in ('created', 'retry', 'active')`
  return row?.rows
}
const soon = { timeout: 20_000, interval: 20 }

test('a job that is left in a transaction runs when it commits, once, and leaves a run row', async () => {
  await inTransaction(ctx(), (ctx) => enqueue(ctx, noteSpec, { text: 'committed' }))

  await expect.poll(() => done, soon).toContain('committed')
  await expect.poll(() => waitingOf('test.note'), soon).toBe(0)
  expect(done.filter((text) => text === 'committed')).toHaveLength(1)
  expect(await runsOf('test.note')).toMatchObject([{ attempt: 1, outcome: 'succeeded', error: null, finished: true }])
})

test('roll the transaction back and the job was never there (K-18, C-7)', async () => {
  const before = await runsOf('test.note')

  await expect(
    inTransaction(ctx(), async (ctx) => {
      await enqueue(ctx, noteSpec, { text: 'rolled back' })
      const inside = await ctx.db.execute(
        sql`select count(*)::int as rows from pgboss.job where name = 'test.note' and state = 'created'`,
      )
      expect(inside[0]).toEqual({ rows: 1 })
      throw new Error('after all not')
    }),
  ).rejects.toThrow('after all not')
  await wait(300)

  expect(await waitingOf('test.note')).toBe(0)
  expect(await runsOf('test.note')).toEqual(before)
  expect(done).not.toContain('rolled back')
})

test('a job that fails is tried again, then stays visible as failed; each try is a row with its reason, masked (K-7, K-24)', async () => {
  faults.set('twice', 2)
  faults.set('never', 99)
  const tries = async (text: string) => {
    const rows = await world.owner`
      select run.attempt, run.outcome, run.error, run.finished_at is not null as finished
      from job_runs as run join pgboss.job as job on job.id::text = run.job_id
      where job.data ->> 'text' = ${text} order by run.id`
    return [...rows]
  }

  await enqueue(ctx(), noteSpec, { text: 'twice' })
  await enqueue(ctx(), noteSpec, { text: 'never' })
  // the waits between the tries are not what is looked at here
  const hurry = setInterval(() => {
    void world.owner`update pgboss.job set start_after = now() where name = 'test.note' and state = 'retry'`.catch(
      () => undefined,
    )
  }, 50)
  await expect.poll(() => waitingOf('test.note'), soon).toBe(0)
  clearInterval(hurry)

  expect(await tries('twice')).toEqual([
    { attempt: 1, outcome: 'failed', error: 'not yet, call +13•••01 (twice)', finished: true },
    { attempt: 2, outcome: 'failed', error: 'not yet, call +13•••01 (twice)', finished: true },
    { attempt: 3, outcome: 'succeeded', error: null, finished: true },
  ])
  expect((await tries('never')).map(({ outcome }) => outcome)).toEqual(['failed', 'failed', 'failed'])
  const ended =
    await world.owner`select data ->> 'text' as text, state from pgboss.job where data ->> 'text' in ('twice', 'never') order by 1`
  expect([...ended]).toEqual([
    { text: 'never', state: 'failed' },
    { text: 'twice', state: 'completed' },
  ])
  expect(done).not.toContain('never')
})

test('a job whose end cannot be written down is not done a second time, and its row learns of it later', async () => {
  await world.owner`alter table job_runs add constraint no_end check (name <> 'test.note' or outcome <> 'succeeded') not valid`

  await enqueue(ctx(), noteSpec, { text: 'unwritten end' })
  await expect.poll(() => done, soon).toContain('unwritten end')
  await expect.poll(() => waitingOf('test.note'), soon).toBe(0)

  expect(done.filter((text) => text === 'unwritten end')).toHaveLength(1)
  expect((await runsOf('test.note')).at(-1)).toMatchObject({ attempt: 1, outcome: 'running' })
  expect(world.logged.some((line) => line.includes('job run not recorded') && line.includes('test.note'))).toBe(true)

  await world.owner`alter table job_runs drop constraint no_end`
  await closeDeadRuns(ctx())
  expect((await runsOf('test.note')).at(-1)).toMatchObject({ outcome: 'running' })
  await world.owner`update job_runs set started_at = started_at - interval '2 minutes' where outcome = 'running'`
  await closeDeadRuns(ctx())
  expect((await runsOf('test.note')).at(-1)).toMatchObject({ outcome: 'succeeded', finished: true })
})

test('a run whose beginning cannot be written down fails loudly, costs its neighbours nothing, and is tried again', async () => {
  const before = world.logged.length
  await world.owner`alter table job_runs add constraint no_start check (name <> 'test.note' or attempt <> 1) not valid`

  await enqueue(ctx(), noteSpec, { text: 'unwritten start' })
  await expect.poll(() => done, soon).toContain('unwritten start')
  await world.owner`alter table job_runs drop constraint no_start`

  const lines = world.logged.slice(before).filter((line) => line.includes('test.note failed'))
  expect(lines).toEqual([expect.stringContaining('no_start')])
  expect((await runsOf('test.note')).at(-1)).toMatchObject({ attempt: 2, outcome: 'succeeded' })
})

test('the run of a process that died is marked, one that goes on is not', async () => {
  const insert = (jobId: string, age: string) => world.owner`
    insert into job_runs (id, name, job_id, attempt, started_at, outcome)
    values (gen_random_uuid(), 'test.note', ${jobId}, 1, now() - ${age}::interval, 'running')`
  const outcomeOf = async (jobId: string) => {
    const [run] = await world.owner`select outcome, error from job_runs where job_id = ${jobId}`
    return run
  }
  const alive = '01890a5d-ac96-774b-bcce-b302099a8057'
  const dead = '01890a5d-ac96-774b-bcce-b302099a8058'
  await world.owner`
    insert into pgboss.job (id, name, data, state, retry_count) values (${alive}, 'test.note', '{"text":"x"}', 'active', 0)`
  await insert(alive, '50 minutes')
  await insert(dead, '2 minutes')

  await Promise.all([closeDeadRuns(ctx()), closeDeadRuns(ctx())])

  expect(await outcomeOf(alive)).toMatchObject({ outcome: 'running' })
  expect(await outcomeOf(dead)).toEqual({ outcome: 'failed', error: 'The process that ran it ended' })
  await world.owner`update pgboss.job set state = 'failed' where id = ${alive}`
})

test('what a job failed of is masked wherever it is kept, known secrets too (K-24)', async () => {
  faults.set('secret', 99)
  await enqueue(ctx(), noteSpec, { text: 'secret' })
  await expect
    .poll(async () => {
      const [job] = await world.owner`select state from pgboss.job where data ->> 'text' = 'secret'`
      return job?.state
    }, soon)
    .toBe('retry')
  const [job] =
    await world.owner`delete from pgboss.job where data ->> 'text' = 'secret' returning output::text as output`

  const rows = await world.owner`select error from job_runs where error like '%(secret)%'`
  for (const text of [job?.output, ...rows.map(({ error }) => error)]) {
    expect(text).not.toContain('+13125550101')
    expect(text).not.toContain(twilioToken)
    expect(text).toContain('•••')
  }
})

test('a network that swallows everything does not stop the queue for ever: it gives up, asks again, and goes on when it is mended', async () => {
  const line = await openLine(world.url)
  const done: string[] = []
  const spec = jobSpec({ name: 'test.far', input: z.object({ text: z.string() }), attempts: 3 })
  const far = job(spec, async (_ctx, { text }) => void done.push(text))
  const log = world.ctx().log
  const cut = await openJobs({ directUrl: line.url, jobs: [far], log, isWorker: false, silenceMs: 300 })
  await cut.work(() => ctx())
  await enqueue(ctx(), spec, { text: 'before' })
  await expect.poll(() => done, soon).toEqual(['before'])

  line.silence()
  await expect.poll(() => world.logged.some((text) => text.includes('Query read timeout')), soon).toBe(true)
  await enqueue(ctx(), spec, { text: 'meanwhile' })
  expect(done).toEqual(['before'])

  await line.mend()
  await expect.poll(() => done, soon).toContain('meanwhile')
  await cut.close()
  await line.close()
})

test('what waits for its time runs when it has come, though no notice tells of it', async () => {
  const later = { text: 'later' }
  const began = Date.now()
  await enqueue(ctx(), noteSpec, later, { afterSeconds: 1 })
  expect(done).not.toContain('later')

  // long before the queue's own look, which is for what everything else has missed
  await expect.poll(() => done, { timeout: 15_000, interval: 20 }).toContain('later')
  expect(Date.now() - began).toBeGreaterThanOrEqual(1000)
})

test('a start changes the queue of a job whose code changed, and writes nothing where all is as it was', async () => {
  const queueOf = async () => {
    const [row] = await world.owner`
      select retry_limit, heartbeat_seconds, notify, updated_on::text from pgboss.queue where name = 'test.changed'`
    return row
  }
  const start = async (attempts: number) => {
    const changed = job(jobSpec({ name: 'test.changed', input: z.object({}), attempts }), async () => undefined)
    await (await openJobs({ directUrl: world.url, jobs: [changed], log: world.ctx().log, isWorker: false })).close()
  }
  await start(3)
  const first = await queueOf()
  expect(first).toMatchObject({ retry_limit: 2, notify: true })

  await start(3)
  expect(await queueOf()).toEqual(first)

  await start(5)
  expect(await queueOf()).toMatchObject({ retry_limit: 4, notify: true })
})

test('a job carries what its input says, nothing else is left', async () => {
  await expect(enqueue(ctx(), noteSpec, { text: 'x'.repeat(21) })).rejects.toThrow()
  // @ts-expect-error a job without its input
  await expect(enqueue(ctx(), noteSpec, {})).rejects.toThrow()

  expect(await waitingOf('test.note')).toBe(0)
})

const recurring = [{ spec: tickSpec, everySeconds: 600 }]
const dueAt = async () => {
  const [row] = await ctx()
    .db.select({
      inSeconds: sql<number>`extract(epoch from ${schedules.nextDueAt} - now())::float`,
      due: schedules.nextDueAt,
    })
    .from(schedules)
    .where(sql`${schedules.name} = 'test.tick'`)
  return row
}

test('a schedule whose code changed has its new interval, and its next time stays', async () => {
  const spec = jobSpec({ name: 'test.moved', input: z.object({}), attempts: 1 })
  const row = async () => {
    const [found] = await world.owner`
      select every_seconds, next_due_at::text as due from schedules where name = 'test.moved'`
    return found
  }
  await registerSchedules(ctx(), [{ spec, everySeconds: 600, anchorSeconds: 3600 }])
  const first = await row()
  expect(first).toMatchObject({ every_seconds: 600 })

  await registerSchedules(ctx(), [{ spec, everySeconds: 900, anchorSeconds: 3600 }])

  expect(await row()).toEqual({ ...first, every_seconds: 900 })
})

test('what is due is left once, however many processes look at the same moment (K-25, J-14)', async () => {
  await registerSchedules(ctx(), recurring)

  const left = await Promise.all(Array.from({ length: 8 }, () => leaveDueJobs(ctx(), recurring)))

  expect(left.flat()).toEqual(['test.tick'])
  await expect.poll(() => done.filter((text) => text === 'tick'), soon).toHaveLength(1)
})

test('after a downtime of many periods it runs once and is on its grid again (K-25, C-12)', async () => {
  await world.owner`update schedules set next_due_at = date_trunc('hour', now()) - interval '5 hours' where name = 'test.tick'`

  expect(await leaveDueJobs(ctx(), recurring)).toEqual(['test.tick'])
  expect(await leaveDueJobs(ctx(), recurring)).toEqual([])

  const { inSeconds = 0, due } = (await dueAt()) ?? {}
  expect(inSeconds).toBeGreaterThan(0)
  expect(inSeconds).toBeLessThanOrEqual(600)
  expect((due?.getTime() ?? 1) % 600_000).toBe(0)
})

test('exactly on its moment it is due, and the next one is a full period later', async () => {
  await world.owner`update schedules set next_due_at = now() where name = 'test.tick'`

  expect(await leaveDueJobs(ctx(), recurring)).toEqual(['test.tick'])

  expect((await dueAt())?.inSeconds).toBeGreaterThan(590)
})

test('a restart moves nothing: a known schedule keeps its moment (K-25)', async () => {
  const before = await dueAt()

  await registerSchedules(ctx(), recurring)
  expect((await dueAt())?.due).toEqual(before?.due)

  await registerSchedules(ctx(), [{ spec: tickSpec, everySeconds: 60 }])
  const [row] = await world.owner`select every_seconds from schedules where name = 'test.tick'`
  expect(row).toEqual({ every_seconds: 60 })
})

test('a job with a fixed hour is first due at that hour', async () => {
  const nightly = jobSpec({ name: 'test.nightly', input: z.object({}), attempts: 1 })
  await registerSchedules(ctx(), [{ spec: nightly, everySeconds: 86_400, anchorSeconds: 3 * 3600 }])

  const [row] = await world.owner`select next_due_at from schedules where name = 'test.nightly'`
  expect(row?.next_due_at.toISOString()).toMatch(/T03:00:00\.000Z$/)
  expect(row?.next_due_at.getTime() - Date.now()).toBeGreaterThan(0)
  expect(row?.next_due_at.getTime() - Date.now()).toBeLessThanOrEqual(86_400_000)
})
