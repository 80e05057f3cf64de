import { z } from 'zod'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { jobSpec } from '../platform/job.ts'
import { openPeriods } from './open-periods.ts'

/** Left for the moment at which a credit or a pause ends: time alone crosses levels too. */
export const bringToPresentSpec = jobSpec({
  name: 'usage.bringToPresent',
  input: z.object({ customerId: z.uuid() }),
  attempts: 5,
})

/** Brings one customer's counter up to date. */
export async function bringToPresent(ctx: Ctx, input: { customerId: string }): Promise<void> {
  await inTransaction(ctx, (ctx) => openPeriods(ctx, [input.customerId]))
}
