import { soughtNumber } from '@trunkline/core/numbers/phone'
import { resolutions } from '@trunkline/core/numbers/unknown'
import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { customers } from '@trunkline/db/schema/customers'
import { unknownPhones, unknownPhoneWebhooks } from '@trunkline/db/schema/numbers'
import { and, desc, eq, ilike, isNotNull, isNull, sql } from 'drizzle-orm'
import { z } from 'zod'
import { customerRef, toCustomerRef } from '../customers/wire.ts'
import type { Ctx } from '../platform/context.ts'
import { cursorOfPair, timeOfCursor } from '../platform/keyset.ts'
import { mayReadNumbers, shownNumber } from '../platform/reading.ts'

export const unknownPhone = z.object({
  id: z.string(),
  phoneNumber: z.string(),
  eventTypes: z.array(z.string()),
  waiting: z.number(),
  firstSeenAt: z.string(),
  lastSeenAt: z.string(),
  resolvedAt: z.string().nullable(),
  resolution: z.enum(resolutions).nullable(),
  customer: customerRef.nullable(),
})

type Input = {
  state?: 'open' | 'resolved' | undefined
  phone?: string | undefined
  cursor?: string | undefined
  limit: number
}

/** A number by any of its digits, whatever stands between them; a name that is none by any of its words. */
function nameHas(text: string) {
  const digits = text.replaceAll(/\D/g, '')
  const words = `%${text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)}%`
  return /[a-z]/i.test(text) || digits === ''
    ? ilike(unknownPhones.phoneNumber, words)
    : sql`regexp_replace(${unknownPhones.phoneNumber}, '\\D', '', 'g') like ${`%${digits}%`}`
}

/** Numbers that nobody owned, and agents and calls without one, the last seen first. */
export async function listUnknownPhones(ctx: Ctx, input: Input) {
  const after = timeOfCursor(input.cursor)
  const waiting = sql<number>`(select count(*)::int from ${unknownPhoneWebhooks} where ${unknownPhoneWebhooks.unknownPhoneId} = ${unknownPhones.id})`
  const rows = await ctx.db
    .select({ unknown: unknownPhones, waiting, businessName: customers.businessName })
    .from(unknownPhones)
    .leftJoin(customers, eq(customers.id, unknownPhones.customerId))
    .where(
      and(
        input.state === undefined
          ? undefined
          : input.state === 'open'
            ? isNull(unknownPhones.resolvedAt)
            : isNotNull(unknownPhones.resolvedAt),
        input.phone === undefined
          ? undefined
          : mayReadNumbers(ctx)
            ? nameHas(input.phone)
            : eq(unknownPhones.phoneNumber, soughtNumber(input.phone)),
        after &&
          sql`(${unknownPhones.lastSeenAt}, ${unknownPhones.id}) < (${after.value}::timestamptz, ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(unknownPhones.lastSeenAt), desc(unknownPhones.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ unknown }) => cursorOfPair(unknown.lastSeenAt.toISOString(), unknown.id),
    toItem: ({ unknown, waiting, businessName }) => ({
      id: toWireId('unknownPhone', unknown.id),
      phoneNumber: shownNumber(ctx, unknown.phoneNumber) ?? '',
      eventTypes: unknown.eventTypes,
      waiting,
      firstSeenAt: unknown.firstSeenAt.toISOString(),
      lastSeenAt: unknown.lastSeenAt.toISOString(),
      resolvedAt: unknown.resolvedAt?.toISOString() ?? null,
      resolution: unknown.resolution,
      customer: toCustomerRef(unknown.customerId, businessName),
    }),
  })
}
