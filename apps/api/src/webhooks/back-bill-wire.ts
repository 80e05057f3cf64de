import { levels } from '@trunkline/core/usage/threshold'
import { z } from 'zod'
import { customerRef } from '../customers/wire.ts'

const unit = z.enum(['seconds', 'segments'])

/** What one meter of one period moves by, and what that costs or saves. */
const moneyRow = z.object({
  customer: customerRef,
  unit,
  periodStart: z.string(),
  periodEnd: z.string(),
  /** It is corrected by a line of its own. */
  isClosed: z.boolean(),
  quantity: z.number(),
  cents: z.number(),
})

export const backBill = z.object({
  customer: customerRef,
  /** How many webhooks wait, and of how many of them, the oldest, these figures are. */
  waiting: z.number(),
  tried: z.number(),
  /** Calls and texts that would be the customer's. */
  calls: z.number(),
  messages: z.number(),
  /** What would be booked for the customer. */
  seconds: z.number(),
  segments: z.number(),
  cents: z.number(),
  closedPeriods: z.number(),
  /** By period, the latest first; what is taken back from another customer as well. */
  money: z.array(moneyRow),
  /** Where the customer's cap stands in the open period, as far as it moves, and the levels that it passes. 101 is the hard stop. */
  standings: z.array(
    z.object({
      unit,
      before: z.number(),
      after: z.number(),
      base: z.number(),
      levels: z.array(z.literal([...levels])),
    }),
  ),
  /** How many of those that were tried cannot be replayed, and why, the most frequent first, each with one of them. */
  refused: z.number(),
  problems: z.array(z.object({ problem: z.string(), webhooks: z.number(), webhookId: z.string() })),
})
