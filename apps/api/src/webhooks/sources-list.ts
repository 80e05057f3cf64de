import { type WebhookProvider, webhookProviders } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { webhookSources } from '@trunkline/db/schema/webhooks'
import type { Ctx } from '../platform/context.ts'
import { firstIdAt } from '../platform/id.ts'
import { addressesOf } from './door-paths.ts'
import { listPauses } from './pause.ts'
import { stillCounts, toSecretRow } from './secret-row.ts'
import { canSign } from './sources-sign.ts'

const dayMs = 86_400_000
/** Whoever was last heard of longer ago is silent. */
const heardWithinDays = 30

type Waiting = { provider: WebhookProvider; door: string; waiting: number; paused: number; oldest: number | null }
type Today = {
  provider: WebhookProvider
  door: string
  webhooks: number
  failed: number
  refused: number
  last: string | null
}

/** Who sends us webhooks: a provider is a source, and so is each sender of the generic one. Secrets are named, never shown. */
export async function listSources(ctx: Ctx) {
  const since = new Date(ctx.now.getTime() - dayMs)
  const secrets = await ctx.db.select().from(webhookSources).where(stillCounts()).orderBy(webhookSources.id)
  const waiting = await statement<Waiting>(
    ctx.db,
    `select provider, door, count(*) filter (where next_attempt_at is not null)::int as waiting, count(*) filter (where next_attempt_at is null)::int as paused,
       extract(epoch from now() - min(next_attempt_at) filter (where next_attempt_at <= now()))::float as oldest
     from webhook_queue where state in ('received', 'failed') group by 1, 2`,
    [],
  )
  const today = await statement<Today>(
    ctx.db,
    `select provider, door, count(*) filter (where verdict = 'verified')::int as webhooks,
       count(*) filter (where state in ('failed', 'dead'))::int as failed, count(*) filter (where state = 'quarantined')::int as refused,
       max(received_at) filter (where verdict = 'verified') as last
     from webhook_queue where id >= $1::text::uuid group by 1, 2`,
    [firstIdAt(since)],
  )
  const standing = await listPauses(ctx)
  const names: { provider: WebhookProvider; door: string | null }[] = webhookProviders
    .filter((provider) => provider !== 'standard')
    .map((provider) => ({ provider, door: null }))
  const senders = new Set([
    ...secrets.flatMap(({ source }) => source ?? []),
    ...[...waiting, ...today].flatMap(({ provider, door }) => (provider === 'standard' ? [door] : [])),
  ])
  for (const door of [...senders].sort()) names.push({ provider: 'standard', door })
  const items = []
  for (const { provider, door } of names) {
    const isOurs = (row: { provider: WebhookProvider; door: string }) =>
      row.provider === provider && (door === null || row.door === door)
    const waits = waiting.filter(isOurs)
    const day = today.filter(isOurs)
    const total = sum(day, 'webhooks')
    const own = secrets.filter((one) => one.provider === provider && one.source === door)
    const last = day.map((row) => row.last).filter((at) => at !== null)
    items.push({
      provider,
      door,
      secrets: own.map(toSecretRow),
      isConfigured: own.length > 0,
      canTest: own.some((one) => canSign(ctx, { provider, ciphertext: one.secretCiphertext })),
      addresses: addressesOf(ctx.env.PUBLIC_URL, provider, door),
      lastSeenAt: last.length > 0 ? newest(last) : await lastSeen(ctx, { provider, door }),
      waiting: sum(waits, 'waiting'),
      paused: sum(waits, 'paused'),
      lagSeconds: Math.max(0, ...waits.map(({ oldest }) => oldest ?? 0)),
      today: {
        webhooks: total,
        failed: sum(day, 'failed'),
        refused: sum(day, 'refused'),
        errorRate: total === 0 ? null : sum(day, 'failed') / total,
      },
      pauses: standing
        .filter((pause) => pause.provider === provider && (door === null || pause.door === null || pause.door === door))
        .map(({ door, reason, by, since, expiresAt }) => ({ door, reason, by, since, expiresAt })),
    })
  }
  const customers = standing.flatMap(({ customer, provider: _, ...pause }) =>
    customer ? [{ ...pause, customer }] : [],
  )
  return { items, customers }
}

const sum = <Key extends string>(rows: readonly Record<Key, number>[], key: Key) =>
  rows.reduce((total, row) => total + row[key], 0)
const newest = (instants: readonly string[]) =>
  new Date(Math.max(...instants.map((at) => Date.parse(at)))).toISOString()

/** Read from the newest on, so a source that speaks is found at once; one that is silent costs one look over its time. */
async function lastSeen(ctx: Ctx, source: { provider: WebhookProvider; door: string | null }): Promise<string | null> {
  const from = firstIdAt(new Date(ctx.now.getTime() - heardWithinDays * dayMs))
  const [row] = await statement<{ at: string }>(
    ctx.db,
    `select received_at as at from webhook_queue
     where id >= $1::text::uuid and provider = $2 and ($3::text = '' or door = $3) and verdict = 'verified' order by id desc limit 1`,
    [from, source.provider, source.door ?? ''],
  )
  return row === undefined ? null : new Date(row.at).toISOString()
}
