import { countrySchema, lineProviders, timezoneSchema } from '@trunkline/core/customers/customer'
import { phoneSchema, toE164 } from '@trunkline/core/numbers/phone'
import { pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { roleSchema } from '@trunkline/core/sessions/permission'
import { emailSchema, newPasswordSchema } from '@trunkline/core/sessions/session'
import { tierSchema } from '@trunkline/core/usage/tier'
import { z } from 'zod'
import { customerDetail, findCustomer } from '../customers/find.ts'
import { customerFacts } from '../customers/wire.ts'
import { asApplication, customerOf } from '../platform/customer-reach.ts'
import type { Holding } from '../platform/privacy/holding.ts'
import { acting, admin, operator, proving, staffOrOwner } from '../platform/trpc.ts'
import { acceptInvitation } from '../sessions/accept-invitation.ts'
import { inviteOwner } from '../sessions/invite.ts'
import { listOwners, ownerRow } from '../sessions/list-owners.ts'
import { mailOwner, ownerMails } from '../sessions/welcome.ts'
import { createCustomer } from './create-customer.ts'
import { deleteCustomer, deletionPlan, planDeletion } from './delete-customer.ts'
import { register } from './register.ts'

const requiredText = (longest: number) => z.string().trim().min(1, 'is required').max(longest)
const typedEmail = z.string().trim().pipe(emailSchema)
/** As people write it: without a country code it is read as one of the United States. */
const typedPhone = z
  .string()
  .trim()
  .max(40)
  .transform((text, context) => {
    const phone = toE164(text, 'US')
    if (phone !== undefined) return phone
    context.addIssue({ code: 'custom', message: 'must be a phone number, such as +13125550101' })
    return z.NEVER
  })
const registered = z.object({
  token: z.string(),
  user: z.object({
    id: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    role: roleSchema,
    customerId: z.string().nullable(),
    needsSecondFactor: z.boolean(),
  }),
  customer: customerFacts,
})
const accepted = z.object({ accepted: z.literal(true) })

export const onboardingRouter = {
  register: proving
    .meta({
      openapi: { method: 'POST', path: '/auth/register', tags: ['sessions'], summary: 'Register', protect: false },
      answers: 201,
    })
    .input(
      z.object({
        email: typedEmail,
        password: newPasswordSchema,
        firstName: requiredText(100),
        lastName: requiredText(100),
        businessName: requiredText(200),
        businessType: z.string().max(100).optional(),
        phone: typedPhone.optional(),
        timezone: timezoneSchema.default('UTC'),
      }),
    )
    .output(registered)
    .mutation(async ({ ctx, input }) => {
      const { device, ...answer } = await register(ctx, { ...input, userAgent: ctx.userAgent })
      ctx.setSessionCookie(answer.token)
      ctx.setDeviceCookie(device)
      return answer
    }),

  acceptInvitation: proving
    .meta({
      openapi: {
        method: 'POST',
        path: '/auth/accept-invitation',
        tags: ['sessions'],
        summary: 'Choose the first password by the link of an invitation',
        protect: false,
      },
    })
    .input(z.object({ token: z.string().min(1).max(200), newPassword: newPasswordSchema }))
    .output(accepted)
    .mutation(({ ctx, input }) => acceptInvitation(ctx, input)),

  createCustomer: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/customers',
        tags: ['customers'],
        summary: 'Create a customer; its owner is invited by mail',
        protect: true,
      },
      exact: true,
    })
    .input(
      z.object({
        businessName: requiredText(200),
        tier: tierSchema,
        timezone: timezoneSchema.default('UTC'),
        country: countrySchema.default('US'),
        ownerEmail: emailSchema.optional(),
        phoneNumber: phoneSchema.optional(),
        provider: z.enum(lineProviders).optional(),
        agentId: z.string().min(1).max(200).optional(),
      }),
    )
    .output(customerDetail)
    .mutation(async ({ ctx, input }) => findCustomer(ctx, { customerId: await createCustomer(ctx, input) })),
}

export const deletionRouter = (holdings: readonly Holding[]) => ({
  planDeletion: admin
    .meta({
      openapi: {
        method: 'GET',
        path: '/admin/customers/{id}/deletion',
        tags: ['customers'],
        summary: 'What deleting a customer would do, table by table',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('customer') }))
    .output(deletionPlan)
    .query(({ ctx, input }) => planDeletion(ctx, holdings, { customerId: input.id })),

  delete: admin
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/customers/{id}/deletion',
        tags: ['customers'],
        summary: 'Delete a customer, as planned',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('customer'), hash: z.string().length(64), businessName: z.string().max(200) }))
    .output(z.object({ deleted: z.literal(true) }))
    .mutation(async ({ ctx, input: { id, ...rest } }) => {
      await deleteCustomer(ctx, holdings, { customerId: id, ...rest })
      return { deleted: true as const }
    }),
})

export const ownersRouter = {
  list: staffOrOwner
    .meta({
      openapi: {
        method: 'GET',
        path: '/owners',
        tags: ['owners'],
        summary: 'Who signs in for a customer',
        protect: true,
      },
    })
    .input(z.object({ customerId: wireId('customer').optional() }))
    .output(pageOf(ownerRow))
    .query(({ ctx, input }) => {
      const customerId = customerOf(ctx.actor, input.customerId)
      return asApplication(ctx, () => listOwners(ctx, { customerId }))
    }),

  invite: acting
    .meta({
      openapi: { method: 'POST', path: '/owners', tags: ['owners'], summary: 'Invite another owner', protect: true },
    })
    .input(z.object({ customerId: wireId('customer').optional(), email: typedEmail, name: requiredText(200) }))
    .output(z.object({ accepted: z.literal(true) }))
    .mutation(async ({ ctx, input }) => {
      await inviteOwner(ctx, { ...input, customerId: customerOf(ctx.actor, input.customerId) })
      return { accepted: true as const }
    }),

  mail: operator
    .meta({
      openapi: {
        method: 'POST',
        path: '/admin/owners/{id}/mail',
        tags: ['owners'],
        summary: 'Send an owner the welcome or a reset link again',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('user'), mail: z.enum(ownerMails) }))
    .output(accepted)
    .mutation(({ ctx, input }) => mailOwner(ctx, { userId: input.id, mail: input.mail })),
}
