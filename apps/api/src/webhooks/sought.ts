import { hash } from 'node:crypto'
import { toE164 } from '@trunkline/core/numbers/phone'
import { idPrefixes } from '@trunkline/core/platform/wire-id'
import { standardIdentity, stripeIdentity, telnyxIdentity } from '@trunkline/core/webhooks/idempotency'
import { callEvents, callKeys, smsEvents, smsKeys } from '@trunkline/db/schema/events'
import { idempotencyKeys, webhookSources, webhooks } from '@trunkline/db/schema/webhooks'
import { and, eq, gte, inArray, isNotNull, lt, or, type SQL, type SQLWrapper, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { firstIdAt } from '../platform/id.ts'

const dayMs = 86_400_000
const longestId = 255

/** Whether a text holds another, in whatever case. In most locales `ilike` makes a lower copy of each text first. */
export const holds = (text: SQLWrapper, part: string): SQL =>
  sql`${text} collate "C" ilike ${`%${part.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`}`

/**
 * What a searched text names, as a condition that an index answers: a webhook by its id or by its event's name at the
 * provider, a call or message by its name there, a line by its number. Undefined where it names nothing that is known.
 */
export async function namedBy(ctx: Ctx, text: string): Promise<SQL | undefined> {
  const own = new RegExp(`^${idPrefixes.webhook}_([0-9a-f]{32})$`).exec(text)?.[1]
  if (own !== undefined) return eq(webhooks.id, own)
  const number = /^[+(\d][\d\s().-]{6,}$/.test(text) ? toE164(text) : undefined
  if (number !== undefined) return eq(webhooks.phoneNumber, number)
  if (text.length > longestId || !/^[\w.:+=/-]{6,}$/.test(text)) return undefined
  const conditions = [await ofEvent(ctx, text), ...(await ofCallOrMessage(ctx, text))]
  return or(...conditions.filter((condition) => condition !== undefined))
}

/** The webhook whose event the provider calls so. */
async function ofEvent(ctx: Ctx, name: string): Promise<SQL | undefined> {
  const sources = await ctx.db
    .selectDistinct({ source: webhookSources.source })
    .from(webhookSources)
    .where(isNotNull(webhookSources.source))
  const identities = [
    stripeIdentity({ eventId: name }),
    telnyxIdentity({ eventId: name }),
    ...sources.flatMap(({ source }) => (source === null ? [] : standardIdentity({ source, messageId: name }))),
  ]
  const rows = await ctx.db
    .select({ id: idempotencyKeys.webhookId })
    .from(idempotencyKeys)
    .where(
      inArray(
        idempotencyKeys.key,
        identities.map((identity) => hash('sha256', identity, 'buffer')),
      ),
    )
  return rows.length === 0
    ? undefined
    : inArray(
        webhooks.id,
        rows.map(({ id }) => id),
      )
}

/** What came for the line of a call or message of this name, about the time when it was spoken of, and says the name. */
async function ofCallOrMessage(ctx: Ctx, name: string): Promise<SQL[]> {
  const keys = ['retell', 'twilio', 'telnyx'].map((provider) => `${provider}:${name}`)
  const calls = await ctx.db
    .select({ phone: callEvents.phoneNumber, from: callEvents.createdAt, to: callEvents.updatedAt })
    .from(callKeys)
    .innerJoin(callEvents, eq(callEvents.id, callKeys.callId))
    .where(inArray(callKeys.key, keys))
  const messages = await ctx.db
    .select({ phone: smsEvents.phoneNumber, from: smsEvents.createdAt, to: smsEvents.updatedAt })
    .from(smsKeys)
    .innerJoin(smsEvents, eq(smsEvents.id, smsKeys.smsId))
    .where(inArray(smsKeys.key, keys))
  return [...calls, ...messages].flatMap(({ phone, from, to }) => {
    const spokenOf =
      phone !== null &&
      and(
        eq(webhooks.phoneNumber, phone),
        gte(webhooks.id, firstIdAt(new Date(from.getTime() - dayMs))),
        lt(webhooks.id, firstIdAt(new Date(to.getTime() + dayMs))),
        holds(webhooks.body, name),
      )
    return spokenOf ? [spokenOf] : []
  })
}
