import type { BillingEvent } from '@trunkline/core/billing/event'
import { statement } from '@trunkline/db/connect'
import { billingEvents } from '@trunkline/db/schema/billing'
import { inArray } from 'drizzle-orm'
import type { Ctx } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { announce } from '../platform/live.ts'
import { step } from '../platform/step.ts'
import { applyAccount } from './apply-account.ts'

type Said = { webhookId: string | null; event: BillingEvent }

/**
 * Keeps what Stripe said, finds out whom it means, and makes of it what follows: accounts, invoices, credits, tiers, reminders, all
 * on the caller's transaction. Answers whose each webhook was. What nobody bears the name of waits for somebody who does.
 */
export async function recordBilling(ctx: Ctx, said: readonly Said[]): Promise<ReadonlyMap<string, string>> {
  if (said.length === 0) return new Map()
  // one at a time: whom a name means is told by one event and asked by another, and neither may overlook the other
  await statement(ctx.db, `select pg_advisory_xact_lock(hashtextextended('billing.names', 0))`, [])
  const eventIds = [...new Set(said.map(({ event }) => event.fact.eventId))]
  await ctx.db
    .insert(billingEvents)
    .values(
      said.map(({ webhookId, event: { keys, fact } }) => ({
        id: newId(),
        eventId: fact.eventId,
        webhookId,
        type: fact.type,
        names: [...keys],
        fact,
        at: new Date(fact.at),
        createdAt: ctx.now,
      })),
    )
    .onConflictDoNothing({ target: billingEvents.eventId })
  const touched = await claimNames(ctx, eventIds)
  for (const customerId of touched) await applyAccount(ctx, { customerId })
  step('billing.applied')
  await announce(ctx, ['billing'])
  const owned = await ctx.db
    .select({ eventId: billingEvents.eventId, customerId: billingEvents.customerId })
    .from(billingEvents)
    .where(inArray(billingEvents.eventId, eventIds))
  const ownerOf = new Map(owned.map((row) => [row.eventId, row.customerId]))
  return new Map(
    said.flatMap(({ webhookId, event }) => {
      const owner = ownerOf.get(event.fact.eventId)
      return webhookId === null || owner == null ? [] : [[webhookId, owner] as const]
    }),
  )
}

/**
 * Gives these events, and all that waited for one of their names, to whom they belong. Answers whose anything is. What waits is
 * looked at by its names alone: it may be of nobody of ours, and there may be much of it.
 */
async function claimNames(ctx: Ctx, eventIds: readonly string[]): Promise<string[]> {
  const touched = new Set<string>()
  let found = await claim(ctx, 'waiting.event_id = any ($1::text[])', eventIds)
  while (found.length > 0) {
    for (const { customer_id } of found) touched.add(customer_id)
    await statement(
      ctx.db,
      `insert into billing_names (name, customer_id)
       select distinct on (name) name, event.customer_id from billing_events as event, unnest(event.names) as name
       where event.id = any (($1::text[])::uuid[]) order by name, event.at, event.event_id
       on conflict (name) do nothing`,
      [found.map(({ id }) => id)],
    )
    found = await claim(ctx, 'waiting.names && $1::text[]', [...new Set(found.flatMap(({ names }) => names))])
  }
  // what is said again may have been left half done by somebody else's code: it is looked at again
  const again = await ctx.db
    .select({ customerId: billingEvents.customerId })
    .from(billingEvents)
    .where(inArray(billingEvents.eventId, [...eventIds]))
  for (const { customerId } of again) if (customerId !== null) touched.add(customerId)
  return [...touched].sort()
}

/** Of the events that meet a condition and are nobody’s yet: the customer that we wrote into each ourselves, else whoever bears the first of its names. */
async function claim(ctx: Ctx, condition: string, values: readonly string[]) {
  return await statement<{ id: string; customer_id: string; names: string[] }>(
    ctx.db,
    `update billing_events as event set customer_id = owner.customer_id
     from (
       select waiting.id, coalesce(
         (select customers.id from customers where customers.id = (waiting.fact ->> 'customerId')::uuid),
         (select known.customer_id from unnest(waiting.names) with ordinality as bearing (name, place)
            join billing_names as known on known.name = bearing.name order by place limit 1)
       ) as customer_id
       from billing_events as waiting where waiting.customer_id is null and ${condition}
     ) as owner
     where event.id = owner.id and owner.customer_id is not null
     returning event.id, event.customer_id, event.names`,
    [values],
  )
}

/** Says whose a name of Stripe's is, before Stripe has said anything of it. */
export async function nameCustomer(ctx: Ctx, input: { customerId: string; stripeCustomerId: string }): Promise<void> {
  await statement(
    ctx.db,
    `insert into billing_names (name, customer_id) values ($1, $2::text::uuid) on conflict (name) do nothing`,
    [`stripe:${input.stripeCustomerId}`, input.customerId],
  )
}
