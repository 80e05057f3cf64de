import { hash } from 'node:crypto'
import { type Cause, causeIdentity, causeOf } from '@trunkline/core/webhooks/cause'
import {
  refusals,
  type Verdict,
  type WebhookProvider,
  type WebhookState,
  webhookProviders,
} from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { and, eq, inArray, isNotNull, isNull, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'

type Needing = Exclude<WebhookState, 'received' | 'processed'>
type Same = {
  state: Needing
  provider: WebhookProvider
  verdict: Verdict
  is_read: boolean
  last_error: string | null
  start: string | null
  webhooks: number
  first: string
  last: string
}

/** As much of an error as its index holds. */
const indexed = 200
export const startOfError = sql<string>`left(${webhooks.lastError}, ${sql.raw(String(indexed))})`

/** Reasons that differ in a number or a name each count as one here, so that a flood of them cannot fill the memory. */
const mostReasons = 5000

async function reasons(ctx: Ctx): Promise<{ same: Same; cause: Cause; id: string }[]> {
  const found = await statement<Same>(
    ctx.db,
    `select state, provider, verdict, event_type is not null as is_read, last_error, count(*)::int as webhooks,
       min(received_at) as first, max(received_at) as last, left(last_error, ${indexed}) as start
     from webhook_queue where state in ('failed', 'dead', 'quarantined')
     group by 1, 2, 3, 4, 5 order by webhooks desc limit ${mostReasons}`,
    [],
  )
  return found.map((same) => {
    const cause = causeOf({ ...same, isRead: same.is_read, error: same.last_error })
    return { same, cause, id: idOf(same.provider, cause) }
  })
}

const idOf = (provider: WebhookProvider, cause: Cause): string =>
  hash('sha256', causeIdentity(provider, cause)).slice(0, 16)

/** Why webhooks were refused, fail or died: one row a cause, the largest first, with what is to be done next. */
export async function listCauses(ctx: Ctx) {
  const groups = new Map<string, ReturnType<typeof rowOf>>()
  for (const { same, cause, id } of await reasons(ctx)) {
    const row = groups.get(id) ?? rowOf({ same, cause, id })
    groups.set(id, row)
    row.webhooks += same.webhooks
    row.states[same.state] += same.webhooks
    if (Date.parse(same.first) < Date.parse(row.firstSeen)) row.firstSeen = instant(same.first)
    if (Date.parse(same.last) > Date.parse(row.lastSeen)) row.lastSeen = instant(same.last)
  }
  return { items: [...groups.values()].sort((a, b) => b.webhooks - a.webhooks || (a.id < b.id ? -1 : 1)) }
}

const rowOf = ({ same, cause, id }: { same: Same; cause: Cause; id: string }) => ({
  id,
  provider: same.provider,
  class: cause.class,
  refusal: same.verdict === 'verified' ? null : same.verdict,
  text: cause.text,
  next: cause.next,
  webhooks: 0,
  states: { failed: 0, dead: 0, quarantined: 0 },
  firstSeen: instant(same.first),
  lastSeen: instant(same.last),
})

const instant = (text: string) => new Date(text).toISOString()

/** `isOneStart`: all of them have the same start of their error, and stand in its index in the order of their ids. */
type OfCause = { condition: SQL; isOneStart: boolean }

/**
 * Which webhooks are of a cause, as a condition. Of one that is no more, none. What its name may stand for is told by the errors
 * that are written down anywhere: nothing of what has them is read.
 */
export async function isOfCause(ctx: Ctx, id: string): Promise<OfCause> {
  for (const provider of webhookProviders) {
    for (const verdict of refusals)
      if (idOf(provider, causeOf({ verdict, state: 'quarantined', isRead: false, error: null })) === id)
        return found(and(eq(webhooks.provider, provider), eq(webhooks.verdict, verdict), needsAPerson))
  }
  const fates = webhookProviders.flatMap((provider) =>
    (['failed', 'dead'] as const).flatMap((state) => [true, false].map((isRead) => ({ provider, state, isRead }))),
  )
  const isOf = ({ provider, ...fate }: (typeof fates)[number], error: string | null) =>
    idOf(provider, causeOf({ ...fate, verdict: 'verified', error })) === id
  const unexplained = fates.find((fate) => isOf(fate, null))
  if (unexplained !== undefined)
    return found(and(eq(webhooks.provider, unexplained.provider), needsAPerson, isNull(webhooks.lastError)))
  const errors = await errorsWritten(ctx)
  const met = fates.flatMap((fate) =>
    errors.filter(({ text }) => isOf(fate, text)).map((error) => ({ ...fate, ...error })),
  )
  if (met.length === 0) return found(sql`false`)
  const starts = [...new Set(met.map(({ start }) => start))]
  // in one expression: they go together, and taken for chances that are independent they would make next to none of what are many
  const fate = sql`concat_ws(' ', ${webhooks.provider}, ${webhooks.verdict}, ${webhooks.state}, ${webhooks.eventType} is not null, ${webhooks.lastError})`
  const condition = and(
    isNotNull(webhooks.lastError),
    inArray(startOfError, starts),
    inArray(
      fate,
      met.map(({ provider, state, isRead, text }) => `${provider} verified ${state} ${isRead ? 't' : 'f'} ${text}`),
    ),
  )
  return found(condition, starts.length === 1)
}

const found = (condition: SQL | undefined, isOneStart = false): OfCause => ({
  condition: condition ?? sql`false`,
  isOneStart,
})

const needsAPerson = inArray(webhooks.state, ['failed', 'dead', 'quarantined'])

type Written = { start: string; text: string }

/** Each error that is written down, found by a step along the index, and read of what has it only where that holds no more of it. */
async function errorsWritten(ctx: Ctx): Promise<Written[]> {
  const next = (above: string) =>
    `(select left(last_error, ${indexed}) from webhook_queue where last_error is not null ${above} order by left(last_error, ${indexed}) limit 1)`
  const steps = await statement<{ start: string; is_whole: boolean }>(
    ctx.db,
    `with recursive reason (start) as (
       ${next('')} union all
       select ${next(`and left(last_error, ${indexed}) > reason.start`)} from reason where reason.start is not null
     ) select start, char_length(start) < ${indexed} as is_whole from reason where start is not null limit ${mostReasons}`,
    [],
  )
  // too many to go through: the most frequent are known all the same
  if (steps.length === mostReasons)
    return (await reasons(ctx)).flatMap(({ same: { start, last_error: text } }) =>
      start === null || text === null ? [] : [{ start, text }],
    )
  const whole = steps.flatMap(({ start, is_whole }) => (is_whole ? [{ start, text: start }] : []))
  const cut = steps.flatMap(({ start, is_whole }) => (is_whole ? [] : [start]))
  if (cut.length === 0) return whole
  const longer = await statement<Written>(
    ctx.db,
    `select distinct left(last_error, ${indexed}) as start, last_error as text from webhook_queue
     where last_error is not null and left(last_error, ${indexed}) = any ($1::text[]) limit ${mostReasons}`,
    [cut],
  )
  return [...whole, ...longer]
}
