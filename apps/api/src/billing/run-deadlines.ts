import { splitDue } from '@trunkline/core/billing/dunning'
import { billingDeadlines } from '@trunkline/db/schema/billing'
import { and, asc, eq, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm'
import { z } from 'zod'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { enqueue, jobSpec } from '../platform/job.ts'

const deadlineInput = z.object({ deadlineId: z.uuid(), generation: z.number().int() })

export const remindSpec = jobSpec({ name: 'billing.remind', input: deadlineInput, attempts: 3 })
export const suspendSpec = jobSpec({ name: 'billing.suspend', input: deadlineInput, attempts: 3 })

const atOnce = 200
const leaseMinutes = 5

/**
 * Leaves a job for each deadline that is due by the database's clock. The lease keeps others away; where the job is lost, or fails
 * to the end, the deadline is due again when the lease is over. Nobody is suspended before the last reminder is a day old.
 */
export async function runDeadlines(ctx: Ctx): Promise<void> {
  await inTransaction(ctx, async (ctx) => {
    const due = await ctx.db
      .select()
      .from(billingDeadlines)
      .where(
        and(
          eq(billingDeadlines.state, 'waiting'),
          lte(billingDeadlines.dueAt, sql`now()`),
          or(isNull(billingDeadlines.leaseUntil), lt(billingDeadlines.leaseUntil, sql`now()`)),
          sql`(${billingDeadlines.kind} = 'remind' or not exists (
            select from billing_deadlines as earlier where earlier.stripe_invoice_id = ${billingDeadlines.stripeInvoiceId}
              and earlier.kind = 'remind' and (earlier.state = 'waiting' or earlier.ended_at > now() - interval '1 day')))`,
        ),
      )
      .orderBy(asc(billingDeadlines.dueAt), asc(billingDeadlines.id))
      .limit(atOnce)
      .for('update', { skipLocked: true })
    const { now, superseded } = splitDue(due)
    if (superseded.length > 0) {
      await ctx.db
        .update(billingDeadlines)
        .set({ state: 'superseded', reason: 'A later reminder was due as well', endedAt: sql`now()` })
        .where(
          inArray(
            billingDeadlines.id,
            superseded.map(({ id }) => id),
          ),
        )
    }
    for (const { id, kind, leaseGeneration } of now) {
      const generation = leaseGeneration + 1
      await ctx.db
        .update(billingDeadlines)
        .set({ leaseGeneration: generation, leaseUntil: sql`now() + make_interval(mins => ${leaseMinutes})` })
        .where(eq(billingDeadlines.id, id))
      await enqueue(ctx, kind === 'remind' ? remindSpec : suspendSpec, { deadlineId: id, generation })
    }
  })
}

/** The deadline that a job was left for, while its lease is the job's. */
export function leasedTo(input: { deadlineId: string; generation: number }) {
  return and(
    eq(billingDeadlines.id, input.deadlineId),
    eq(billingDeadlines.leaseGeneration, input.generation),
    eq(billingDeadlines.state, 'waiting'),
  )
}
