import { toWireId } from '@trunkline/core/platform/wire-id'
import { isClosed } from '@trunkline/core/usage/period'
import { isTransient } from '@trunkline/core/webhooks/retry'
import { customers } from '@trunkline/db/schema/customers'
import { inArray, sql } from 'drizzle-orm'
import type { z } from 'zod'
import { resolveUnknownPhone } from '../numbers/resolve.ts'
import type { Ctx } from '../platform/context.ts'
import { DomainError } from '../platform/domain-error.ts'
import { newId } from '../platform/id.ts'
import { type Difference, differencesOf, feltIn, figuresAfter } from './back-bill-money.ts'
import type { backBill } from './back-bill-wire.ts'
import { reasonOf } from './record-failure.ts'
import { movesOf } from './replay-sums.ts'
import { lockWaiting, type Tried, tryWaiting } from './try-waiting.ts'
import { undone } from './undone.ts'

type BackBill = z.infer<typeof backBill>
type Input = { unknownPhoneId: string; customerId: string }

/**
 * What would be booked if a number were this customer's: it is resolved and what waits is replayed, in a transaction that is
 * rolled back. Whoever works on the same calls is waited for, briefly.
 */
export async function previewBackBill(ctx: Ctx, input: Input): Promise<BackBill> {
  try {
    return await undone(ctx, (ctx) => carryOut(ctx, input))
  } catch (error) {
    if (error instanceof DomainError || !isTransient(reasonOf(error).sqlState)) throw error
    throw new DomainError('unavailable', 'Others work on these calls at this moment: try again', { cause: error })
  }
}

async function carryOut(ctx: Ctx, { unknownPhoneId, customerId }: Input): Promise<BackBill> {
  await ctx.db.execute(sql`set local lock_timeout = '2s'`)
  await ctx.db.execute(sql`set local statement_timeout = '5s'`)
  const waiting = await lockWaiting(ctx, unknownPhoneId)
  const { tried, booked } = await undone(ctx, async (ctx) => {
    await resolveUnknownPhone(ctx, { unknownPhoneId, resolution: 'matched', customerId })
    const since = newId()
    const tried = await tryWaiting(ctx, waiting)
    const moves = await movesOf(ctx, tried.ids, since)
    return { tried, booked: await figuresAfter(ctx, customerId, moves) }
  })
  const differences = await differencesOf(ctx, booked)
  const felt = await feltIn(ctx, customerId, booked)
  const nameOf = await namesOf(ctx, [customerId, ...differences.map((one) => one.customerId)])
  const customer = (id: string) => ({ id: toWireId('customer', id), businessName: nameOf.get(id) ?? '' })
  const own = differences.filter((one) => one.customerId === customerId)
  const subjects = (kind: 'call' | 'message') =>
    new Set(tried.recorded.flatMap((one) => (one.kind === kind && one.customerId === customerId ? one.eventId : [])))
      .size
  const closedIn = ({ periodStart, periodEnd }: Difference) =>
    isClosed({ start: new Date(periodStart), end: new Date(periodEnd) }, ctx.now)
  const sumOf = (some: readonly Difference[], pick: (one: Difference) => number) =>
    some.reduce((all, one) => all + pick(one), 0)
  const quantityOf = (meter: Difference['meter']) =>
    sumOf(
      own.filter((one) => one.meter === meter),
      ({ quantity }) => quantity,
    )
  return {
    customer: customer(customerId),
    waiting: waiting.inAll,
    tried: tried.ids.length,
    calls: subjects('call'),
    messages: subjects('message'),
    seconds: quantityOf('call_seconds'),
    segments: quantityOf('sms_segments'),
    cents: sumOf(own, ({ cents }) => cents),
    closedPeriods: new Set(own.filter(closedIn).map(({ periodStart }) => periodStart)).size,
    money: differences.map((one) => ({
      customer: customer(one.customerId),
      unit: unitOf(one),
      periodStart: one.periodStart,
      periodEnd: one.periodEnd,
      isClosed: closedIn(one),
      quantity: one.quantity,
      cents: one.cents,
    })),
    standings: felt.map(({ meter, ...standing }) => ({ unit: unitOf({ meter }), ...standing })),
    refused: tried.problems.length,
    problems: problemsOf(tried),
  }
}

const unitOf = ({ meter }: Pick<Difference, 'meter'>) =>
  meter === 'call_seconds' ? ('seconds' as const) : ('segments' as const)

async function namesOf(ctx: Ctx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await ctx.db
    .select({ id: customers.id, name: customers.businessName })
    .from(customers)
    .where(inArray(customers.id, [...new Set(ids)]))
  return new Map(rows.map(({ id, name }) => [id, name]))
}

const mostKinds = 10

function problemsOf({ problems }: Tried): BackBill['problems'] {
  const kinds = new Map<string, { webhooks: number; webhookId: string }>()
  for (const { problem, webhookId } of problems) {
    const kind = kinds.get(problem) ?? { webhooks: 0, webhookId: toWireId('webhook', webhookId) }
    kinds.set(problem, { ...kind, webhooks: kind.webhooks + 1 })
  }
  return [...kinds]
    .map(([problem, kind]) => ({ problem, ...kind }))
    .sort((a, b) => b.webhooks - a.webhooks)
    .slice(0, mostKinds)
}
