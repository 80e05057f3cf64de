import { hash } from 'node:crypto'
import { type Cause, causeIdentity, causeOf } from '@trunkline/core/webhooks/cause'
import type { Verdict, WebhookProvider, WebhookState } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { and, eq, inArray, isNull, or, type SQL, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'

type Needing = Exclude<WebhookState, 'received' | 'processed'>
type Same = {
  state: Needing
  provider: WebhookProvider
  verdict: Verdict
  is_read: boolean
  last_error: string | null
  webhooks: number
  first: string
  last: string
}

/** Reasons that differ in a number or a name each count as one here, so that a flood of them cannot fill the memory. */
const mostReasons = 5000

async function reasons(ctx: Ctx): Promise<{ same: Same; cause: Cause; id: string }[]> {
  const found = await statement<Same>(
    ctx.db,
    `select state, provider, verdict, event_type is not null as is_read, last_error, count(*)::int as webhooks,
       min(received_at) as first, max(received_at) as last
     from webhook_queue where state in ('failed', 'dead', 'quarantined')
     group by 1, 2, 3, 4, 5 order by webhooks desc limit ${mostReasons}`,
    [],
  )
  return found.map((same) => {
    const cause = causeOf({ ...same, isRead: same.is_read, error: same.last_error })
    return { same, cause, id: hash('sha256', causeIdentity(same.provider, cause)).slice(0, 16) }
  })
}

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

/** Which webhooks are of a cause, as a condition. Of one that is no more, none. */
export async function isOfCause(ctx: Ctx, id: string): Promise<SQL> {
  const of = (await reasons(ctx)).filter((reason) => reason.id === id).map(({ same }) => same)
  const [first] = of
  if (first === undefined) return sql`false`
  const errors = [...new Set(of.flatMap(({ last_error }) => last_error ?? []))]
  return and(
    eq(webhooks.provider, first.provider),
    eq(webhooks.verdict, first.verdict),
    inArray(webhooks.state, ['failed', 'dead', 'quarantined']),
    first.verdict === 'verified'
      ? or(
          errors.length > 0 ? inArray(webhooks.lastError, errors) : undefined,
          of.some(({ last_error }) => last_error === null) ? isNull(webhooks.lastError) : undefined,
        )
      : undefined,
  ) as SQL
}
