import { soughtNumber } from '@trunkline/core/numbers/phone'
import { wireId } from '@trunkline/core/platform/wire-id'
import { webhookProviders, webhookStateSchema } from '@trunkline/core/webhooks/state'
import { webhooks } from '@trunkline/db/schema/webhooks'
import { and, eq, gte, inArray, isNotNull, lt, ne, or, type SQL, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { firstIdAt } from '../platform/id.ts'
import { isOfCause } from './causes.ts'
import { holds } from './sought.ts'

const dayMs = 86_400_000
/** What stands in no index is read row by row: a text or JSON path, or what most webhooks have in common. */
const longestSearchDays = 7
const longestWalkDays = 31
/** «The last seven days» of a clock that is behind ours are still that. */
const slackMs = 3_600_000

/** Which webhooks are meant. Every filter is found through an index, or reads no more than a window of the inbox. */
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
  .superRefine((filter, context) => {
    const { from, to } = filter
    if (from !== undefined && to !== undefined && Date.parse(to) <= Date.parse(from))
      context.addIssue({ code: 'custom', path: ['from'], message: 'must be before `to`' })
  })
export type ReplayFilter = z.infer<typeof replayFilter>

/** What no index leads to is read in a bounded window. One without an end is up to now. */
export function assertBounded({ now }: Pick<Ctx, 'now'>, filter: ReplayFilter): void {
  const { q, json, from, to } = filter
  const until = to === undefined ? now.getTime() - slackMs : Date.parse(to)
  const days = from === undefined ? Number.POSITIVE_INFINITY : (until - Date.parse(from)) / dayMs
  const refuse = (message: string) => {
    throw new DomainError('invalid', 'The window of the filter is too wide', { fields: { 'filter.from': message } })
  }
  if ((q !== undefined || json !== undefined) && days > longestSearchDays)
    refuse(`a text or a JSON path is searched in at most ${longestSearchDays} days: give from and to`)
  if (!isIndexed(filter) && days > longestWalkDays)
    refuse(`such a filter is searched in at most ${longestWalkDays} days: give from and to`)
}

const isIndexed = ({ ids, phone, customerId, cause, state }: ReplayFilter) =>
  [ids, phone, customerId, cause].some((condition) => condition !== undefined) ||
  (state !== undefined && state !== 'processed')

const isOf = async (ctx: Ctx, cause: string) =>
  /^[0-9a-f]{16}$/.test(cause)
    ? (await isOfCause(ctx, cause)).condition
    : and(isNotNull(webhooks.lastError), sql`left(${webhooks.lastError}, 200) = ${cause}`)

/** `cause` is what the list of causes calls one, or the last error as it stands. */
export async function matching(ctx: Ctx, filter: ReplayFilter): Promise<SQL | undefined> {
  const { q } = filter
  return and(
    eq(webhooks.verdict, 'verified'),
    ne(webhooks.state, 'quarantined'),
    filter.ids && inArray(webhooks.id, filter.ids),
    filter.state && eq(webhooks.state, filter.state),
    filter.provider && eq(webhooks.provider, filter.provider),
    filter.cause === undefined ? undefined : await isOf(ctx, filter.cause),
    filter.phone ? eq(webhooks.phoneNumber, soughtNumber(filter.phone)) : undefined,
    filter.customerId ? eq(webhooks.customerId, filter.customerId) : undefined,
    q ? or(holds(webhooks.eventType, q), holds(webhooks.lastError, q), holds(webhooks.body, q)) : undefined,
    filter.json &&
      sql`case when ${webhooks.bodyEncoding} = 'utf8' then json_at(${webhooks.body}, array[${sql.join(
        filter.json.path.map((key) => sql`${key}`),
        sql`, `,
      )}]::text[]) end = ${filter.json.is}`,
    filter.from ? gte(webhooks.id, firstIdAt(new Date(filter.from))) : undefined,
    filter.to ? lt(webhooks.id, firstIdAt(new Date(filter.to))) : undefined,
  )
}
