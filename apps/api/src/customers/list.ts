import { toPage } from '@trunkline/core/platform/page'
import { callAllowance, smsAllowance } from '@trunkline/core/usage/limit'
import type { TierKey } from '@trunkline/core/usage/tier'
import { toUsageMeter, usageMeter } from '@trunkline/core/usage/wire'
import { agents, customers } from '@trunkline/db/schema/customers'
import { usageLimits } from '@trunkline/db/schema/usage'
import { and, asc, eq, exists, ilike, inArray, like, ne, or, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { cursorOfPair, pairOfCursor } from '../platform/keyset.ts'
import { customerFacts, toCustomerFacts } from './wire.ts'

export const customerRow = customerFacts.extend({ numbers: z.array(z.string()), calls: usageMeter, sms: usageMeter })

type Input = { q?: string | undefined; tier?: TierKey | undefined; cursor?: string | undefined; limit: number }

/** Those who are customers, by name. `q` finds a part of the name or, where no letter is in it, of a number. */
export async function listCustomers(ctx: Ctx, input: Input) {
  const after = pairOfCursor(input.cursor)
  const rows = await ctx.db
    .select({ customer: customers, limits: usageLimits })
    .from(customers)
    .innerJoin(usageLimits, eq(usageLimits.customerId, customers.id))
    .where(
      and(
        ne(customers.status, 'closed'),
        input.tier && eq(customers.tier, input.tier),
        input.q === undefined || input.q === '' ? undefined : matches(ctx, input.q),
        after && sql`(${customers.businessName}, ${customers.id}) > (${after.value}, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(customers.businessName), asc(customers.id))
    .limit(input.limit + 1)
  const numbers = await numbersOf(
    ctx,
    rows.map(({ customer }) => customer.id),
  )
  return toPage(rows, {
    limit: input.limit,
    cursorOf: ({ customer }) => cursorOfPair(customer.businessName, customer.id),
    toItem: (row) => toCustomerRow(row, numbers.get(row.customer.id) ?? []),
  })
}

const literal = (text: string) => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)

function matches(ctx: Ctx, q: string) {
  const digits = q.replaceAll(/\D/g, '')
  const byName = ilike(customers.businessName, `%${literal(q)}%`)
  if (digits.length < 4 || /\p{Letter}/u.test(q)) return byName
  const line = ctx.db
    .select({ one: sql`1` })
    .from(agents)
    .where(and(eq(agents.customerId, customers.id), like(agents.phoneNumber, `%${digits}%`)))
  return or(byName, exists(line))
}

async function numbersOf(ctx: Ctx, customerIds: string[]): Promise<Map<string, string[]>> {
  const lines =
    customerIds.length === 0
      ? []
      : await ctx.db
          .select({ customerId: agents.customerId, phoneNumber: agents.phoneNumber })
          .from(agents)
          .where(inArray(agents.customerId, customerIds))
          .orderBy(agents.id)
  const numbers = new Map<string, string[]>()
  for (const { customerId, phoneNumber } of lines)
    if (phoneNumber !== null) numbers.set(customerId, [...(numbers.get(customerId) ?? []), phoneNumber])
  return numbers
}

export function toCustomerRow(
  row: { customer: typeof customers.$inferSelect; limits: typeof usageLimits.$inferSelect },
  numbers: string[],
): z.infer<typeof customerRow> {
  const { customer, limits } = row
  return {
    ...toCustomerFacts(customer),
    numbers,
    calls: toUsageMeter(callAllowance(limits)),
    sms: toUsageMeter(smsAllowance(limits)),
  }
}
