import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { callAllowance, smsAllowance } from '@trunkline/core/usage/limit'
import { type TierKey, tierSchema } from '@trunkline/core/usage/tier'
import { toUsageMeter, usageMeter } from '@trunkline/core/usage/wire'
import { customers } from '@trunkline/db/schema/customers'
import { usageLimits } from '@trunkline/db/schema/usage'
import { and, asc, desc, eq, ilike, ne, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { cursorOfPair, pairOfCursor } from '../platform/keyset.ts'

export const standingRow = z.object({
  id: z.string(),
  businessName: z.string(),
  tier: tierSchema,
  calls: usageMeter,
  sms: usageMeter,
})

type Input = { q?: string | undefined; tier?: TierKey | undefined; cursor?: string | undefined; limit: number }

const callBase = sql`greatest(1, ${usageLimits.callCapSeconds} + ${usageLimits.callCreditSeconds} + ${usageLimits.rolloverSeconds})`
const smsBase = sql`greatest(1, ${usageLimits.smsCap} + ${usageLimits.smsCredit})`
/** In millionths, so that a cursor names it exactly. */
const share = sql<string>`(greatest(${usageLimits.callUsedSeconds}::numeric / ${callBase}, ${usageLimits.smsUsed}::numeric / ${smsBase}) * 1000000)::bigint`

const literal = (text: string) => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)

/** Customers by how much of a cap they have used, of the meter that is nearer to its end; the nearest first. */
export async function listStandings(ctx: Ctx, input: Input) {
  const after = pairOfCursor(input.cursor)
  const rows = await ctx.db
    .select({ customer: customers, limits: usageLimits, share })
    .from(usageLimits)
    .innerJoin(customers, eq(customers.id, usageLimits.customerId))
    .where(
      and(
        ne(customers.status, 'closed'),
        input.tier && eq(customers.tier, input.tier),
        input.q === undefined || input.q === '' ? undefined : ilike(customers.businessName, `%${literal(input.q)}%`),
        after &&
          sql`(-${share}, ${customers.id}) > (-(${/^\d{1,18}$/.test(after.value) ? after.value : '0'}::bigint), ${after.id}::uuid)`,
      ),
    )
    .orderBy(desc(share), asc(customers.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: (row) => cursorOfPair(row.share, row.customer.id),
    toItem: ({ customer, limits }): z.infer<typeof standingRow> => ({
      id: toWireId('customer', customer.id),
      businessName: customer.businessName,
      tier: customer.tier,
      calls: toUsageMeter(callAllowance(limits)),
      sms: toUsageMeter(smsAllowance(limits)),
    }),
  })
}
