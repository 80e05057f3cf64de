import { toPage } from '@trunkline/core/platform/page'
import { billingInvoices } from '@trunkline/db/schema/billing'
import { and, desc, eq, lt } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { cursorOfId, idOfCursor } from '../platform/keyset.ts'
import { toInvoice } from './wire.ts'

/** A customer's invoices as Stripe has them, newest first. */
export async function listInvoices(
  ctx: Ctx,
  input: {
    customerId: string
    status?: (typeof billingInvoices.$inferSelect)['status'] | undefined
    cursor?: string | undefined
    limit: number
  },
) {
  const after = idOfCursor(input.cursor)
  const rows = await ctx.db
    .select()
    .from(billingInvoices)
    .where(
      and(
        eq(billingInvoices.customerId, input.customerId),
        input.status && eq(billingInvoices.status, input.status),
        after === undefined ? undefined : lt(billingInvoices.id, after),
      ),
    )
    .orderBy(desc(billingInvoices.id))
    .limit(input.limit + 1)
  return toPage(rows, { limit: input.limit, cursorOf: ({ id }) => cursorOfId(id), toItem: toInvoice })
}
