import { setTimeout as wait } from 'node:timers/promises'
import { schedules } from '@trunkline/db/schema/platform'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { openWorld, type World } from '../testing/world.ts'
import { inTransaction, type NetCtx } from './context.ts'
import { enqueue, type Jobs, job, jobSpec, openJobs } from './job.ts'
import { leaveDueJobs, registerSchedules } from './schedule.ts'

const done: string[] = []
const faults = new Map<string, number>()
const noteSpec = jobSpec({ name: 'test.note', input: z.object({ text: z.string().max(20) }), attempts: 3 })
const note = job(noteSpec, async (_ctx: NetCtx, { text }) => {
  const left = faults.get(text) ?? 0
  faults.set(text, left - 1)
  if (left > 0) throw new Error(`not yet, call +13125550101 (${text})`)
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
