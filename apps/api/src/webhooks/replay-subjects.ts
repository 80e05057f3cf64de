import { statement } from '@trunkline/db/connect'
import { callKeys, smsKeys } from '@trunkline/db/schema/events'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { inArray } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { spokenOf } from './event-keys.ts'

/** Of which calls and messages each of these webhooks speaks: by the names that it says, and by the row that has one of them. */
export async function subjectsOf(ctx: Ctx, webhookIds: readonly string[]): Promise<Map<string, string[]>> {
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
  const named = new Map(
    rows.map((row) => [row.id, spokenOf(row).flatMap(({ kind, keys }) => keys.map((key) => ({ kind, key })))]),
  )
  const said = [...named.values()].flat()
  const keysOf = (kind: 'call' | 'message') => said.flatMap((name) => (name.kind === kind ? name.key : []))
  const [calls, messages] = [keysOf('call'), keysOf('message')]
  const callRows = calls.length === 0 ? [] : await ctx.db.select().from(callKeys).where(inArray(callKeys.key, calls))
  const messageRows =
    messages.length === 0 ? [] : await ctx.db.select().from(smsKeys).where(inArray(smsKeys.key, messages))
  const eventOf = new Map<string, string>([
    ...callRows.map(({ key, callId }) => [`call ${key}`, callId] as const),
    ...messageRows.map(({ key, smsId }) => [`message ${key}`, smsId] as const),
  ])
  return new Map(
    [...named].map(([id, names]) => [
      id,
      [
        ...new Set(
          names.flatMap(({ kind, key }) => {
            const eventId = eventOf.get(`${kind} ${key}`)
            return eventId === undefined ? [`${kind} ${key}`] : [`${kind} ${key}`, `event ${eventId}`]
          }),
        ),
      ],
    ]),
  )
}

/** Webhooks of the plan that were tried already and speak of the same, by whatever chain of names. In the order of the run. */
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

export async function keepSubjects(ctx: Ctx, replayId: string, found: ReadonlyMap<string, string[]>): Promise<void> {
  const pairs = [...found].flatMap(([webhookId, subjects]) => subjects.map((subject) => ({ webhookId, subject })))
  if (pairs.length === 0) return
  await statement(
    ctx.db,
    `insert into webhook_replay_subjects (replay_id, subject, webhook_id)
     select $1::text::uuid, subject, webhook::uuid from unnest($2::text[], $3::text[]) as said (subject, webhook) on conflict do nothing`,
    [replayId, pairs.map(({ subject }) => subject), pairs.map(({ webhookId }) => webhookId)],
  )
}
