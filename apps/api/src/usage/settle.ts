import { holdKey, settledKey } from '@trunkline/core/usage/meter'
import { webhookProviders } from '@trunkline/core/webhooks/state'
import { statement } from '@trunkline/db/connect'
import { usageHolds, usageLimits } from '@trunkline/db/schema/usage'
import { eq, sql } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { asApplication } from '../platform/customer-reach.ts'
import { DomainError } from '../platform/domain-error.ts'
import { meterUsage } from './meter.ts'
import { openPeriods } from './open-periods.ts'

export type Hold = typeof usageHolds.$inferSelect

const isUnknown = () => new DomainError('not_found', 'There is no such hold')

/**
 * Ends a hold and frees what it reserved. With a quantity the caller charges it: under the provider's id where one is given or known,
 * so that the provider's own report of the same call, sooner or later, ends in one charge; else under the hold, for what no
 * provider will report. Without a quantity the provider's report charges. Settling twice changes nothing.
 */
export async function settleHold(
  ctx: Ctx,
  input: { holdId: string; quantity?: number | undefined; providerId?: string | undefined; ownedBy: string | null },
) {
  const { quantity, providerId } = input
  // an owner's request sees the holds of his customer alone
  const [seen] = await ctx.db.select({ id: usageHolds.id }).from(usageHolds).where(eq(usageHolds.id, input.holdId))
  if (seen === undefined) throw isUnknown()
  return await asApplication(ctx, async (ctx) => {
    const [hold] = await ctx.db.select().from(usageHolds).where(eq(usageHolds.id, input.holdId)).for('update')
    if (hold === undefined || (input.ownedBy !== null && hold.customerId !== input.ownedBy)) throw isUnknown()
    if (hold.state === 'settled') {
      const isSame = quantity === undefined || quantity === hold.settledQuantity
      const isSameCall = providerId === undefined || providerId === hold.providerId
      if (!isSame || !isSameCall)
        throw new DomainError('conflict', `This hold was settled with another ${isSame ? 'provider id' : 'quantity'}`)
      return { settled: false, overrun: 0 }
    }
    // one that rang at a door of ours, or that its provider has told of, is known by its name already
    const name = providerId ?? hold.providerId ?? undefined
    const isNamed = quantity !== undefined || providerId !== undefined
    const reported = isNamed && (await isReported(ctx, hold, name))
    await ctx.db
      .update(usageHolds)
      .set({
        state: 'settled',
        settledQuantity: quantity ?? null,
        providerId: name ?? null,
        overrun: Math.max(0, (quantity ?? 0) - hold.quantity),
        endedAt: sql`now()`,
      })
      .where(eq(usageHolds.id, hold.id))
    if (quantity !== undefined && !reported) {
      await meterUsage(ctx, [
        {
          meter: hold.meter,
          idemKey: name === undefined ? holdKey(hold.id) : settledKey(name),
          customerId: hold.customerId,
          quantity,
          occurredAt: ctx.now.toISOString(),
          eventId: hold.id,
          webhookId: undefined,
        },
      ])
    }
    if (hold.state === 'open') {
      await openPeriods(ctx, [hold.customerId])
      await freeHold(ctx, hold)
    }
    return { settled: true, overrun: Math.max(0, (quantity ?? 0) - hold.quantity) }
  })
}

const reportOf = {
  call_seconds: `select event.customer_id as owner, booked.idem_key as charge from call_keys as name
      left join call_events as event on event.id = name.call_id
      left join usage_keys as booked on booked.meter = 'call_seconds' and booked.idem_key = 'call:' || name.call_id
    where name.key = any ($1::text[])`,
  sms_segments: `select event.customer_id as owner, booked.idem_key as charge from sms_keys as name
      left join sms_events as event on event.id = name.sms_id
      left join usage_keys as booked on booked.meter = 'sms_segments' and booked.idem_key = 'message:' || name.sms_id
    where name.key = any ($1::text[])`,
} as const

/**
 * Whether the provider has reported this call or message and it is charged: under the id that is given, or under the hold that
 * came back with the report. The lock keeps everybody away who is charging this customer: what they did is seen here, what
 * is done here is seen by them.
 */
async function isReported(ctx: Ctx, hold: Hold, providerId: string | undefined): Promise<boolean> {
  await statement(ctx.db, 'select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [hold.customerId])
  const [underHold] = await statement(
    ctx.db,
    'select 1 from usage_keys where meter = $1 and idem_key = $2 and customer_id = $3::text::uuid',
    [hold.meter, holdKey(hold.id), hold.customerId],
  )
  if (providerId === undefined) return underHold !== undefined
  const names = webhookProviders.map((provider) => `${provider}:${providerId}`)
  const reports = await statement<{ owner: string | null; charge: string | null }>(ctx.db, reportOf[hold.meter], [
    names,
  ])
  const settled = await statement<{ owner: string }>(
    ctx.db,
    'select customer_id as owner from usage_keys where meter = $1 and idem_key = $2 and booked <> 0',
    [hold.meter, settledKey(providerId)],
  )
  const isTheirs = ({ owner }: { owner: string | null }) => owner !== null && owner !== hold.customerId
  if ([...reports, ...settled].some(isTheirs))
    throw new DomainError('invalid', 'The provider id does not belong to this customer', {
      fields: { providerId: 'names a call or message of somebody else' },
    })
  return underHold !== undefined || reports.some(({ charge }) => charge !== null)
}

export async function freeHold(ctx: Ctx, hold: Hold): Promise<void> {
  const freed =
    hold.meter === 'call_seconds'
      ? { callReservedSeconds: sql`${usageLimits.callReservedSeconds} - ${hold.quantity}` }
      : { smsReserved: sql`${usageLimits.smsReserved} - ${hold.quantity}` }
  await ctx.db.update(usageLimits).set(freed).where(eq(usageLimits.customerId, hold.customerId))
}
