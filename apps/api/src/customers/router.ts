import { countrySchema, lineProviders, timezoneSchema } from '@trunkline/core/customers/customer'
import { phoneSchema } from '@trunkline/core/numbers/phone'
import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { emailSchema } from '@trunkline/core/sessions/session'
import { tierSchema } from '@trunkline/core/usage/tier'
import { z } from 'zod'
import { customerOf } from '../platform/customer-reach.ts'
import { operator, operatorOrOwner, staff, staffOrOwner } from '../platform/trpc.ts'
import { createAgent } from './create-agent.ts'
import { customerDetail, findCustomer } from './find.ts'
import { customerRow, listCustomers } from './list.ts'
import { listAgents } from './list-agents.ts'
import { listNotices, loadNoticePreference, noticePreference, noticeRow } from './list-notices.ts'
import { setNotices } from './set-notices.ts'
import { updateCustomer } from './update.ts'
import { agentSchema } from './wire.ts'

const tags = ['customers']

export const customersRouter = {
  list: staff
    .meta({ openapi: { method: 'GET', path: '/admin/customers', tags, summary: 'Customers by name', protect: true } })
    .input(pageInput.extend({ q: z.string().max(100).optional(), tier: tierSchema.optional() }))
    .output(pageOf(customerRow))
    .query(({ ctx, input }) => listCustomers(ctx, input)),

  find: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/customers/{id}',
        tags,
        summary: 'One customer with usage',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('customer') }))
    .output(customerDetail)
    .query(({ ctx, input }) => findCustomer(ctx, { customerId: input.id })),

  update: operator
    .meta({
      openapi: { method: 'PATCH', path: '/admin/customers/{id}', tags, summary: 'Change a customer', protect: true },
    })
    .input(
      z.object({
        id: wireId('customer'),
        businessName: z.string().trim().min(1, 'is required').max(200).optional(),
        timezone: timezoneSchema.optional(),
        country: countrySchema.optional(),
        ownerEmail: emailSchema.nullable().optional(),
      }),
    )
    .output(customerDetail)
    .mutation(async ({ ctx, input: { id, ...change } }) => {
      await updateCustomer(ctx, { customerId: id, change })
      return await findCustomer(ctx, { customerId: id })
    }),

  notices: {
    list: staffOrOwner
      .meta({
        openapi: { method: 'GET', path: '/notices', tags, summary: 'What an owner was told', protect: true },
      })
      .input(pageInput.extend({ customerId: wireId('customer').optional() }))
      .output(pageOf(noticeRow))
      .query(({ ctx, input }) => listNotices(ctx, { ...input, customerId: customerOf(ctx.actor, input.customerId) })),

    preference: staffOrOwner
      .meta({
        openapi: { method: 'GET', path: '/notices/preference', tags, summary: 'How an owner is told', protect: true },
      })
      .input(z.object({ customerId: wireId('customer').optional() }))
      .output(noticePreference)
      .query(({ ctx, input }) => loadNoticePreference(ctx, { customerId: customerOf(ctx.actor, input.customerId) })),

    setPreference: operatorOrOwner
      .meta({
        openapi: {
          method: 'POST',
          path: '/notices/preference',
          tags,
          summary: 'Choose how an owner is told, and of what not',
          protect: true,
        },
      })
      .input(noticePreference.extend({ customerId: wireId('customer').optional() }))
      .output(noticePreference)
      .mutation(async ({ ctx, input }) => {
        const customerId = customerOf(ctx.actor, input.customerId)
        await setNotices(ctx, { ...input, customerId })
        return await loadNoticePreference(ctx, { customerId })
      }),
  },
}

export const agentsRouter = {
  list: staff
    .meta({ openapi: { method: 'GET', path: '/admin/agents', tags, summary: 'Agents and their lines', protect: true } })
    .input(pageInput.extend({ customerId: wireId('customer').optional() }))
    .output(pageOf(agentSchema))
    .query(({ ctx, input }) => listAgents(ctx, input)),

  create: operator
    .meta({
      openapi: { method: 'POST', path: '/admin/agents', tags, summary: 'Give a customer a line', protect: true },
      exact: true,
    })
    .input(
      z.object({
        customerId: wireId('customer'),
        phoneNumber: phoneSchema,
        provider: z.enum(lineProviders),
        agentId: z.string().min(1).max(200).optional(),
        nickname: z.string().trim().min(1).max(100).optional(),
      }),
    )
    .output(agentSchema)
    .mutation(({ ctx, input }) => createAgent(ctx, input)),
}
