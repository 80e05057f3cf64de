import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { countrySchema, lineProviders, timezoneSchema } from '@trunkline/core/customers/customer'
import { tierSchema } from '@trunkline/core/usage/tier'
import { agents } from '@trunkline/db/schema/customers'
import { inArray } from 'drizzle-orm'
import { z } from 'zod'
import { nameCustomer } from '../billing/record.ts'
import type { Ctx } from '../platform/context.ts'
import type { Logger } from '../platform/log.ts'
import { createCustomer } from './create-customer.ts'

const demoWorld = z.object({
  customers: z.array(
    z.object({
      businessName: z.string(),
      tier: tierSchema,
      timezone: timezoneSchema,
      country: countrySchema,
      ownerEmail: z.string(),
      phoneNumber: z.string(),
      provider: z.enum(lineProviders),
      agentId: z.string().optional(),
      stripeCustomerId: z.string().optional(),
    }),
  ),
})

/** Makes the demo's customers that are not there yet. Their traffic comes through the doors, like everybody's. */
export async function seedDemo(ctx: Ctx, log: Logger): Promise<void> {
  const file = join(ctx.env.TRUNKLINE_DATA_DIR, 'demo.json')
  const { customers } = demoWorld.parse(JSON.parse(await readFile(file, 'utf8')))
  const numbers = customers.map(({ phoneNumber }) => phoneNumber)
  const known = await ctx.db
    .select({ phoneNumber: agents.phoneNumber, customerId: agents.customerId })
    .from(agents)
    .where(inArray(agents.phoneNumber, numbers))
  let created = 0
  for (const { stripeCustomerId, ...customer } of customers) {
    const agent = known.find(({ phoneNumber }) => phoneNumber === customer.phoneNumber)
    const customerId = agent?.customerId ?? (await createCustomer(ctx, customer))
    if (agent === undefined) created++
    // the sim's Stripe knows each by its number, where the demo names it no other way
    const name = stripeCustomerId ?? `cus_demo${customer.phoneNumber.replace('+', '')}`
    await nameCustomer(ctx, { customerId, stripeCustomerId: name })
  }
  log.info({ created }, 'demo world')
}
