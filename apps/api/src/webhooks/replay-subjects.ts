import type { Tried } from '@trunkline/core/webhooks/still-needed'
import { statement } from '@trunkline/db/connect'
import { callKeys, smsKeys } from '@trunkline/db/schema/events'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { inArray } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { spokenOf } from './event-keys.ts'

export type SaidBy = ReadonlyMap<string, Tried['said']>

/** What each of these webhooks says of calls and messages: by the names that it gives them, and by the row that has one of them. */
export async function saidBy(ctx: Ctx, webhookIds: readonly string[]): Promise<SaidBy> {
  if (webhookIds.length === 0) return new Map()
  const rows = await ctx.db
    .select({
      id: webhooks.id,
      provider: webhooks.provider,
      door: webhooks.door,
      url: webhooks.url,
      body: webhooks.body,
      bodyEncoding: webhooks.bodyEncoding,
      receivedAt: webhooks.receivedAt,
    })
    .from(webhooks)
    .where(inArray(webhooks.id, [...webhookIds]))
  const spoken = new Map(
    rows.map((row) => [row.id, spokenOf(row).flatMap((event) => (event.kind === 'billing' ? [] : [event]))]),
  )
  const all = [...spoken.values()].flat()
  const keysOf = (kind: 'call' | 'message') => all.flatMap((event) => (event.kind === kind ? event.keys : []))
  const [calls, messages] = [keysOf('call'), keysOf('message')]
  const callRows = calls.length === 0 ? [] : await ctx.db.select().from(callKeys).where(inArray(callKeys.key, calls))
  const messageRows =
    messages.length === 0 ? [] : await ctx.db.select().from(smsKeys).where(inArray(smsKeys.key, messages))
  const eventOf = new Map<string, string>([
    ...callRows.map(({ key, callId }) => [`call ${key}`, callId] as const),
    ...messageRows.map(({ key, smsId }) => [`message ${key}`, smsId] as const),
  ])
  const namesOf = ({ kind, keys }: (typeof all)[number]) => {
    const names = keys.map((key) => `${kind} ${key}`)
    return [...new Set([...names, ...names.flatMap((name) => eventOf.get(name) ?? []).map((id) => `event ${id}`)])]
  }
  return new Map([...spoken].map(([id, events]) => [id, events.map((event) => ({ names: namesOf(event), event }))]))
}

export const subjectsIn = (said: SaidBy): string[] => [
  ...new Set([...said.values()].flat().flatMap(({ names }) => names)),
]

/** What of those that were tried already is still needed for what speaks of the same, by whatever chain of names. In the order of the run. */
export async function triedWith(ctx: Ctx, replayId: string, subjects: readonly string[]): Promise<string[]> {
  const rows = await statement<{ webhook_id: string }>(
    ctx.db,
    `with recursive together (webhook_id) as (
       select webhook_id from webhook_replay_subjects where replay_id = $1::text::uuid and subject = any ($2::text[])
       union
       select other.webhook_id from together
         join webhook_replay_subjects as own on own.replay_id = $1::text::uuid and own.webhook_id = together.webhook_id
         join webhook_replay_subjects as other on other.replay_id = own.replay_id and other.subject = own.subject
     ) select webhook_id from together order by webhook_id`,
    [replayId, subjects],
  )
  return rows.map(({ webhook_id }) => webhook_id)
}

/** Of all that were tried together those that go along with what comes later, and no others. */
export async function keepNeeded(
  ctx: Ctx,
  replayId: string,
  { tried, needed }: { tried: readonly Tried[]; needed: ReadonlySet<string> },
): Promise<void> {
  const done = tried.filter(({ webhookId }) => !needed.has(webhookId)).map(({ webhookId }) => webhookId)
  await statement(
    ctx.db,
    'delete from webhook_replay_subjects where replay_id = $1::text::uuid and webhook_id = any (($2::text[])::uuid[])',
    [replayId, done],
  )
  const pairs = tried
    .filter(({ webhookId }) => needed.has(webhookId))
    .flatMap(({ webhookId, said }) => said.flatMap(({ names }) => names.map((subject) => ({ webhookId, subject }))))
  await statement(
    ctx.db,
    `insert into webhook_replay_subjects (replay_id, subject, webhook_id)
     select $1::text::uuid, subject, webhook::uuid from unnest($2::text[], $3::text[]) as said (subject, webhook) on conflict do nothing`,
    [replayId, pairs.map(({ subject }) => subject), pairs.map(({ webhookId }) => webhookId)],
  )
}
