import { type AccountState, accountStates } from '@trunkline/core/billing/words'
import { toPage } from '@trunkline/core/platform/page'
import { toWireId } from '@trunkline/core/platform/wire-id'
import { tierSchema } from '@trunkline/core/usage/tier'
import { billingAccounts } from '@trunkline/db/schema/billing'
import { customers } from '@trunkline/db/schema/customers'
import { and, asc, eq, ilike, ne, sql } from 'drizzle-orm'
import { z } from 'zod'
import type { Ctx } from '../platform/context.ts'
import { cursorOfPair, pairOfCursor } from '../platform/keyset.ts'
import { marginOf } from './cost.ts'

export const accountRow = z.object({
  id: z.string(),
  businessName: z.string(),
  /** The tier that is served. */
  tier: tierSchema,
  state: z.enum(accountStates),
  owedCents: z.number(),
  pastDueSince: z.string().nullable(),
  suspendedAt: z.string().nullable(),
  cancelAt: z.string().nullable(),
  upcoming: z.object({ amountCents: z.number(), at: z.string().nullable() }).nullable(),
  /** What the lines of the open period come to, and what is left of it beside what the providers take. */
  period: z.object({
    amountCents: z.number(),
    providerCostMicros: z.number().nullable(),
    marginCents: z.number().nullable(),
    /** Calls and messages whose provider has named no price. */
    unpriced: z.number(),
  }),
})

type Input = { q?: string | undefined; state?: AccountState | undefined; cursor?: string | undefined; limit: number }

const state = sql<AccountState>`coalesce(${billingAccounts.state}, 'none')`
const urgency = sql<number>`array_position(array['suspended', 'past_due', 'active', 'canceled', 'none'], ${state})`
const owed = sql<string>`(select coalesce(sum(amount_due_cents - amount_paid_cents), 0) from billing_invoices as invoice
  where invoice.customer_id = ${customers.id} and invoice.status in ('open', 'uncollectible'))`
const ofPeriod = (figure: 'amount_cents' | 'provider_cost_micros' | 'unpriced') =>
  sql<string>`(select coalesce(sum(${sql.raw(figure)}), 0) from billing_line_items as line join usage_limits as open on open.customer_id = line.customer_id
    where line.customer_id = ${customers.id} and line.period_start = open.period_start)`

const literal = (text: string) => text.replaceAll(/[\\%_]/g, (sign) => `\\${sign}`)

/** How all customers stand with their payments: who stands still first, then who owes. */
export async function listAccounts(ctx: Ctx, input: Input) {
  const after = pairOfCursor(input.cursor)
  const rows = await ctx.db
    .select({
      customer: customers,
      account: billingAccounts,
      urgency,
      owed,
      amount: ofPeriod('amount_cents'),
      cost: ofPeriod('provider_cost_micros'),
      unpriced: ofPeriod('unpriced'),
    })
    .from(customers)
    .leftJoin(billingAccounts, eq(billingAccounts.customerId, customers.id))
    .where(
      and(
        ne(customers.status, 'closed'),
        input.state && sql`${state} = ${input.state}`,
        input.q === undefined || input.q === '' ? undefined : ilike(customers.businessName, `%${literal(input.q)}%`),
        after &&
          sql`(${urgency}, ${customers.id}) > (${/^\d$/.test(after.value) ? after.value : '0'}::int, ${after.id}::uuid)`,
      ),
    )
    .orderBy(asc(urgency), asc(customers.id))
    .limit(input.limit + 1)
  return toPage(rows, {
    limit: input.limit,
    cursorOf: (row) => cursorOfPair(String(row.urgency), row.customer.id),
    toItem: ({ customer, account, ...sums }): z.infer<typeof accountRow> => ({
      id: toWireId('customer', customer.id),
      businessName: customer.businessName,
      tier: customer.tier,
      state: account?.state ?? 'none',
      owedCents: Number(sums.owed),
      pastDueSince: account?.pastDueSince?.toISOString() ?? null,
      suspendedAt: account?.suspendedAt?.toISOString() ?? null,
      cancelAt: account?.cancelAt?.toISOString() ?? null,
      upcoming:
        account?.upcomingCents == null
          ? null
          : { amountCents: account.upcomingCents, at: account.upcomingAt?.toISOString() ?? null },
      period: {
        amountCents: Number(sums.amount),
        ...marginOf({
          amountCents: Number(sums.amount),
          providerCostMicros: Number(sums.cost),
          unpriced: Number(sums.unpriced),
        }),
      },
    }),
  })
}
