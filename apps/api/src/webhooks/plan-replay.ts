import { toE164 } from '@trunkline/core/numbers/phone'
import { toWireId, wireId } from '@trunkline/core/platform/wire-id'
import { webhookProviders, webhookStateSchema } from '@trunkline/core/webhooks/state'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { webhookReplayItems, webhookReplays } from '@trunkline/db/schema/webhooks-replays'
import { and, eq, gte, ilike, inArray, lt, ne, or, sql } from 'drizzle-orm'
import { z } from 'zod'
import { audit } from '../platform/audit.ts'
import { actorLabel, type Ctx, inTransaction } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { firstIdAt, newId } from '../platform/id.ts'
import { enqueue } from '../platform/job.ts'
import { announce } from '../platform/live.ts'
import { asPlanned, carryOutReplaySpec } from './bulk-replay.ts'

const most = 100_000
const longestSearchMs = 7 * 86_400_000

export const replayFilter = z
  .strictObject({
    ids: z.array(wireId('webhook')).min(1).max(1000).optional(),
    state: webhookStateSchema.exclude(['quarantined']).optional(),
    provider: z.enum(webhookProviders).optional(),
    cause: z.string().min(1).max(200).optional(),
    phone: z.string().min(1).max(40).optional(),
    customerId: wireId('customer').optional(),
    q: z.string().min(1).max(100).optional(),
    json: z.object({ path: z.array(z.string().min(1).max(100)).min(1).max(10), is: z.string().max(200) }).optional(),
    from: z.iso.datetime({ offset: true }).optional(),
    to: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((filter) => Object.keys(filter).length > 0, 'must name at least one condition')
  .refine(
    ({ q, json, from, to }) =>
      (q === undefined && json === undefined) ||
      (from !== undefined && to !== undefined && Date.parse(to) - Date.parse(from) <= longestSearchMs),
    'a text or a JSON path is searched in at most seven days: give from and to',
  )
type Filter = z.infer<typeof replayFilter>

const literal = (text: string) => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)

function matching(filter: Filter) {
  const text = filter.q === undefined ? undefined : `%${literal(filter.q)}%`
  return and(
    eq(webhooks.verdict, 'verified'),
    ne(webhooks.state, 'quarantined'),
    filter.ids && inArray(webhooks.id, filter.ids),
    filter.state && eq(webhooks.state, filter.state),
    filter.provider && eq(webhooks.provider, filter.provider),
    filter.cause ? eq(webhooks.lastError, filter.cause) : undefined,
    filter.phone ? eq(webhooks.phoneNumber, toE164(filter.phone) ?? filter.phone) : undefined,
    filter.customerId ? eq(webhooks.customerId, filter.customerId) : undefined,
    text ? or(ilike(webhooks.eventType, text), ilike(webhooks.lastError, text), ilike(webhooks.body, text)) : undefined,
    filter.json &&
      sql`case when ${webhooks.bodyEncoding} = 'utf8' and ${webhooks.body} is json
        then ${webhooks.body}::jsonb #>> array[${sql.join(
          filter.json.path.map((key) => sql`${key}`),
          sql`, `,
        )}]::text[] end = ${filter.json.is}`,
    filter.from ? gte(webhooks.id, firstIdAt(new Date(filter.from))) : undefined,
    filter.to ? lt(webhooks.id, firstIdAt(new Date(filter.to))) : undefined,
  )
}

/** Says at once which webhooks are meant, under a hash; what would change follows as it is found out. Numbers and texts are not kept. */
export async function planReplay(ctx: Ctx, input: { filter: Filter }) {
  const { phone, q, json, cause, ...kept } = input.filter
  const hidden = Object.keys({ phone, q, json, cause }).filter((key) => input.filter[key as keyof Filter] !== undefined)
  return await inTransaction(ctx, async (ctx) => {
    const replayId = newId()
    await ctx.db.insert(webhookReplays).values({
      id: replayId,
      by: actorLabel(ctx.actor),
      filter: { ...kept, hidden },
      hash: '',
      state: 'planning',
      count: 0,
    })
    const matched = await ctx.db.execute(
      sql`insert into ${webhookReplayItems} (replay_id, webhook_id, as_planned)
        select ${replayId}::text::uuid, ${webhooks.id}, ${asPlanned} from ${webhooks} where ${matching(input.filter)} limit ${most + 1}`,
    )
    if (matched.count === 0) throw new DomainError('not_found', 'No webhook matches')
    if (matched.count > most) throw new DomainError('invalid', `More than ${most} webhooks match: narrow the filter`)
    await ctx.db.execute(
      sql`update ${webhookReplays} set count = ${matched.count}, hash = (
        select encode(sha256(string_agg(webhook_id || ' ' || as_planned, E'\n' order by webhook_id)::bytea), 'hex')
        from ${webhookReplayItems} where replay_id = ${replayId}::text::uuid) where id = ${replayId}::text::uuid`,
    )
    await note(ctx, 'planReplay', replayId, { count: matched.count })
    await enqueue(ctx, carryOutReplaySpec, { replayId })
    return await findReplay(ctx, { replayId })
  })
}

/** Begins the run of a plan. The hash says that whoever asks has seen this plan; one runs at a time, whatever its filter. */
export async function runReplay(
  ctx: Ctx,
  input: { replayId: string; hash: string; stopAbovePercent?: number | undefined },
) {
  const { replayId, hash, stopAbovePercent } = input
  return await inTransaction(ctx, async (ctx) => {
    await ctx.db.execute(sql`select pg_advisory_xact_lock(hashtext('webhooks.runReplay'))`)
    const found = await findReplay(ctx, { replayId })
    if (found.hash !== hash) throw new DomainError('conflict', 'This is not the hash of the plan')
    if (found.state !== 'planned') throw new DomainError('conflict', `The replay is ${found.state}`)
    const [other] = await ctx.db
      .select({ id: webhookReplays.id })
      .from(webhookReplays)
      .where(eq(webhookReplays.state, 'running'))
    if (other) throw new DomainError('conflict', `Another replay runs: ${toWireId('replay', other.id)}`)
    await ctx.db
      .update(webhookReplays)
      .set({ state: 'running', leaseUntil: null, ...(stopAbovePercent === undefined ? {} : { stopAbovePercent }) })
      .where(and(eq(webhookReplays.id, replayId), eq(webhookReplays.state, 'planned')))
    await note(ctx, 'runReplay', replayId, { count: found.count })
    await enqueue(ctx, carryOutReplaySpec, { replayId })
    return await findReplay(ctx, { replayId })
  })
}

/** Each webhook asks before it is replayed, so none begins after this has committed. */
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
  after: Record<string, number>,
) {
  await audit(ctx, { action: `webhooks.${action}`, subject: toWireId('replay', replayId), after })
  await announce(ctx, ['webhooks'])
}

export async function findReplay(ctx: Ctx, input: { replayId: string }) {
  const [replay] = await ctx.db.select().from(webhookReplays).where(eq(webhookReplays.id, input.replayId))
  if (replay === undefined) throw new DomainError('not_found', 'There is no such replay')
  const item = webhookReplayItems
  const of = eq(item.replayId, replay.id)
  const [sums] = await ctx.db
    .select({
      changed: sql<number>`(count(*) filter (where jsonb_array_length(${item.changes}) > 0))::int`,
      refused: sql<number>`count(${item.problem})::int`,
      seconds: sql<number>`coalesce(sum(${item.seconds}), 0)::int`,
      segments: sql<number>`coalesce(sum(${item.segments}), 0)::int`,
      customers: sql<number>`count(distinct ${webhooks.customerId})::int`,
    })
    .from(item)
    .leftJoin(webhooks, eq(webhooks.id, item.webhookId))
    .where(of)
  const examples = await ctx.db
    .select({ changes: item.changes })
    .from(item)
    .where(and(of, sql`jsonb_array_length(${item.changes}) > 0`))
    .orderBy(item.webhookId)
    .limit(20)
  const { id, hash, state, count, planned, done, skipped, failed, by } = replay
  return {
    id: toWireId('replay', id),
    hash,
    state,
    count,
    planned,
    effects: {
      ...(sums ?? { changed: 0, refused: 0, seconds: 0, segments: 0, customers: 0 }),
      examples: examples.flatMap(({ changes }) => changes ?? []).slice(0, 50),
    },
    progress: { done, skipped, failed },
    by,
    createdAt: replay.createdAt.toISOString(),
    finishedAt: replay.finishedAt?.toISOString() ?? null,
  }
}

/** Plans and results are kept ninety days; what they did stands in attempts and audit rows. */
export async function trimReplays(ctx: Ctx): Promise<void> {
  await ctx.db
    .delete(webhookReplays)
    .where(and(lt(webhookReplays.createdAt, sql`now() - interval '90 days'`), ne(webhookReplays.state, 'running')))
}
