import { toWireId } from '@trunkline/core/platform/wire-id'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { type ReplayCounts, webhookReplayItems, webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { and, eq, inArray, lt, ne, type SQL, sql } from 'drizzle-orm'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { carryOutReplaySpec } from './bulk-replay.ts'
import { findReplay } from './find-replay.ts'
import { assertBounded, matching, type ReplayFilter } from './replay-filter.ts'
import { asPlanned } from './run-replay-chunk.ts'

const most = 100_000

/** Says at once which webhooks are meant, under a hash; what would change follows as it is found out. Numbers and texts are not kept. */
export async function planReplay(ctx: Ctx, input: { filter: ReplayFilter }) {
  assertBounded(ctx, input.filter)
  const { phone, q, json, cause, ...kept } = input.filter
  const hidden = Object.keys({ phone, q, json, cause }).filter(
    (key) => input.filter[key as keyof ReplayFilter] !== undefined,
  )
  return await inTransaction(ctx, async (ctx) => {
    const replayId = newId()
    const meant = await matching(ctx, input.filter)
    await ctx.db.insert(webhookReplays).values({
      id: replayId,
      by: actorLabel(ctx.actor),
      filter: { ...kept, hidden },
      hash: '',
      state: 'planning',
      count: 0,
    })
    const { count, hash, ...counts } = await keepMeant(ctx, replayId, meant)
    if (count === 0) throw new DomainError('not_found', 'No webhook matches')
    if (count > most)
      throw new DomainError('invalid', `More than ${most} webhooks match: narrow the filter`, {
        fields: { filter: `matches more than ${most} webhooks` },
      })
    await ctx.db.update(webhookReplays).set({ count, hash, counts }).where(eq(webhookReplays.id, replayId))
    await note(ctx, 'planReplay', replayId, { count })
    await enqueue(ctx, carryOutReplaySpec, { replayId })
    return await findReplay(ctx, { replayId })
  })
}

type Meant = ReplayCounts & { count: number; hash: string }

/** Keeps which webhooks are meant, as they are now, and counts and hashes them in the same pass. */
async function keepMeant(ctx: Ctx, replayId: string, meant: SQL | undefined): Promise<Meant> {
  const [found] = await ctx.db.execute<{
    count: number
    customers: number
    oldest: string
    newest: string
    hash: string
    groups: string
  }>(sql`
    with meant as materialized (
      select ${webhooks.id}, ${webhooks.provider}, ${webhooks.state}, ${webhooks.customerId}, ${webhooks.receivedAt}, ${asPlanned} as as_planned
      from ${webhooks} where ${meant} limit ${most + 1}
    ), kept as (
      insert into ${webhookReplayItems} (replay_id, webhook_id, as_planned) select ${replayId}::text::uuid, id, as_planned from meant order by id
    ), groups as (
      select provider, state, count(*)::int as rows from meant group by provider, state
    )
    select count(*)::int, count(distinct customer_id)::int as customers, min(received_at)::text as oldest, max(received_at)::text as newest,
      coalesce(encode(sha256(string_agg(id || ' ' || as_planned, E'\n' order by id)::bytea), 'hex'), '') as hash,
      (select coalesce(json_agg(groups), '[]')::text from groups) as groups
    from meant`)
  if (found === undefined) throw new Error('An aggregate answers one row')
  const groups = JSON.parse(found.groups) as { provider: string; state: string; rows: number }[]
  const sumBy = (name: 'provider' | 'state') => {
    const sums: Record<string, number> = {}
    for (const group of groups) sums[group[name]] = (sums[group[name]] ?? 0) + group.rows
    return sums
  }
  const instant = (text: string | null) => (text === null ? '' : new Date(text).toISOString())
  return {
    count: found.count,
    hash: found.hash,
    providers: sumBy('provider'),
    states: sumBy('state'),
    customers: found.customers,
    oldest: instant(found.oldest),
    newest: instant(found.newest),
  }
}

/** Begins the run of a plan. The hash says that whoever asks has seen this plan; one runs at a time, whatever its filter. */
export async function runReplay(
  ctx: Ctx,
  input: { replayId: string; hash: string; stopAbovePercent?: number | undefined; reason?: string | undefined },
) {
  const { replayId, hash, stopAbovePercent, reason } = input
  return await inTransaction(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('webhooks.runReplay'))`)
    const found = await findReplay(ctx, { replayId })
    if (found.hash !== hash)
      throw new DomainError('conflict', 'This is not the hash of the plan', { fields: { hash: 'is of another plan' } })
    if (found.state !== 'planned') throw new DomainError('conflict', `The replay is ${found.state}`)
    const [other] = await ctx.db
      .select({ id: webhookReplays.id })
      .from(webhookReplays)
      .where(eq(webhookReplays.state, 'running'))
    if (other) throw new DomainError('conflict', `Another replay runs: ${toWireId('replay', other.id)}`)
    await ctx.db
      .update(webhookReplays)
      .set({
        state: 'running',
        leaseUntil: null,
        startedAt: sql`now()`,
        throughId: null,
        ...(stopAbovePercent === undefined ? {} : { stopAbovePercent }),
      })
      .where(and(eq(webhookReplays.id, replayId), eq(webhookReplays.state, 'planned')))
    await note(ctx, 'runReplay', replayId, { count: found.count, ...(reason === undefined ? {} : { reason }) })
    await enqueue(ctx, carryOutReplaySpec, { replayId })
    return await findReplay(ctx, { replayId })
  })
}

/** Each webhook asks before it is committed, so none is replayed after this has been. */
export async function cancelReplay(ctx: Ctx, input: { replayId: string }) {
  return await inTransaction(ctx, async (ctx) => {
    const [cancelled] = await ctx.db
      .update(webhookReplays)
      .set({ state: 'cancelled', finishedAt: sql`now()` })
      .where(
        and(eq(webhookReplays.id, input.replayId), inArray(webhookReplays.state, ['planning', 'planned', 'running'])),
      )
      .returning({ done: webhookReplays.done })
    const found = await findReplay(ctx, input)
    if (cancelled === undefined) throw new DomainError('conflict', `The replay is ${found.state}`)
    await note(ctx, 'cancelReplay', input.replayId, { done: cancelled.done })
    return found
  })
}

async function note(
  ctx: Ctx,
  action: 'planReplay' | 'runReplay' | 'cancelReplay',
  replayId: string,
  after: Record<string, number | string>,
) {
  await audit(ctx, { action: `webhooks.${action}`, subject: toWireId('replay', replayId), after })
  await announce(ctx, ['webhooks'])
}

/** Plans and results are kept ninety days; what they did stands in attempts and audit rows. */
export async function trimReplays(ctx: Ctx): Promise<void> {
  await ctx.db
    .delete(webhookReplays)
    .where(and(lt(webhookReplays.createdAt, sql`now() - interval '90 days'`), ne(webhookReplays.state, 'running')))
}
