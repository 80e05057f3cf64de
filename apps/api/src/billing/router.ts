import { accountStates, invoiceStatuses, lineKinds, requestStates } from '@trunkline/core/billing/words'
import { pageInput, pageOf } from '@trunkline/core/platform/page'
import { wireId } from '@trunkline/core/platform/wire-id'
import { tierSchema } from '@trunkline/core/usage/tier'
import { z } from 'zod'
import { customerOf } from '../platform/customer-reach.ts'
import { operatorOrOwner, staff, staffOrOwner } from '../platform/trpc.ts'
import { createRequest } from './create-request.ts'
import { explainLine, findLineOfEntry } from './explain-line.ts'
import { accountRow, listAccounts } from './list-accounts.ts'
import { listInvoices } from './list-invoices.ts'
import { listLines } from './list-lines.ts'
import { findRequest, loadBilling } from './overview.ts'
import { previewInvoice } from './preview.ts'
import { accountSchema, explainSchema, periodSchema, previewSchema, whatIfSchema } from './views.ts'
import { rateWhatIf } from './what-if.ts'
import { invoiceSchema, lineSchema, requestSchema } from './wire.ts'

const tags = ['billing']
const ofCustomer = z.object({ customerId: wireId('customer').optional() })
const left = z.object({ id: z.string(), state: z.enum(requestStates) })

export const billingRouter = {
  overview: staffOrOwner
    .meta({
      openapi: {
        method: 'GET',
        path: '/billing',
        tags,
        summary: 'How a customer stands with its payments',
        protect: true,
      },
    })
    .input(ofCustomer)
    .output(accountSchema)
    .query(({ ctx, input }) => loadBilling(ctx, { customerId: customerOf(ctx.actor, input.customerId) })),

  accounts: {
    list: staff
      .meta({
        openapi: {
          method: 'GET',
          path: '/admin/billing/accounts',
          tags,
          summary: 'How all customers stand with their payments, who stands still first',
          protect: true,
        },
      })
      .input(pageInput.extend({ q: z.string().max(100).optional(), state: z.enum(accountStates).optional() }))
      .output(pageOf(accountRow))
      .query(({ ctx, input }) => listAccounts(ctx, input)),
  },

  lines: {
    list: staffOrOwner
      .meta({
        openapi: {
          method: 'GET',
          path: '/billing/lines',
          tags,
          summary: 'What periods cost, line by line',
          protect: true,
        },
      })
      .input(
        pageInput.extend({
          customerId: wireId('customer').optional(),
          periodStart: z.iso.datetime().optional(),
          kind: z.enum(lineKinds).optional(),
        }),
      )
      .output(pageOf(lineSchema))
      .query(({ ctx, input }) =>
        listLines(ctx, {
          ...input,
          customerId: customerOf(ctx.actor, input.customerId),
          withCost: ctx.actor.role !== 'owner',
        }),
      ),

    explain: staff
      .meta({
        openapi: {
          method: 'GET',
          path: '/billing/lines/{id}',
          tags,
          summary: 'One line with its ledger entries, events and webhooks',
          protect: true,
        },
      })
      .input(z.object({ id: wireId('line') }))
      .output(explainSchema)
      .query(({ ctx, input }) => explainLine(ctx, { lineId: input.id })),
  },

  lineOfEntry: staff
    .meta({
      openapi: {
        method: 'GET',
        path: '/billing/ledger/{entryId}/line',
        tags,
        summary: 'The line that a ledger entry went into',
        protect: true,
      },
    })
    .input(z.object({ entryId: wireId('usageEntry') }))
    .output(z.object({ line: lineSchema.nullable() }))
    .query(({ ctx, input }) => findLineOfEntry(ctx, input)),

  invoices: {
    list: staffOrOwner
      .meta({
        openapi: {
          method: 'GET',
          path: '/billing/invoices',
          tags,
          summary: 'Invoices as Stripe has them',
          protect: true,
        },
      })
      .input(
        pageInput.extend({ customerId: wireId('customer').optional(), status: z.enum(invoiceStatuses).optional() }),
      )
      .output(pageOf(invoiceSchema))
      .query(({ ctx, input }) => listInvoices(ctx, { ...input, customerId: customerOf(ctx.actor, input.customerId) })),
  },

  invoicePreview: staffOrOwner
    .meta({
      openapi: {
        method: 'GET',
        path: '/billing/invoice-preview',
        tags,
        summary: 'What a period comes to so far',
        protect: true,
      },
    })
    .input(ofCustomer.extend({ periodStart: z.iso.datetime().optional() }))
    .output(previewSchema)
    .query(({ ctx, input }) =>
      previewInvoice(ctx, {
        customerId: customerOf(ctx.actor, input.customerId),
        periodStart: input.periodStart,
        withCost: ctx.actor.role !== 'owner',
      }),
    ),

  whatIf: staffOrOwner
    .meta({
      openapi: {
        method: 'GET',
        path: '/billing/what-if',
        tags,
        summary: 'A period’s usage under another tier',
        protect: true,
      },
    })
    .input(ofCustomer.extend({ tier: tierSchema, period: periodSchema.optional() }))
    .output(whatIfSchema)
    .query(({ ctx, input }) => rateWhatIf(ctx, { ...input, customerId: customerOf(ctx.actor, input.customerId) })),

  checkout: operatorOrOwner
    .meta({
      openapi: {
        method: 'POST',
        path: '/billing/checkout',
        tags,
        summary: 'Buy a top-up, or another tier; answers a request whose page is ready soon',
        protect: true,
      },
    })
    .input(
      ofCustomer
        .extend({ topup: z.string().min(1).max(100).optional(), tier: tierSchema.optional() })
        .refine(({ topup, tier }) => (topup === undefined) !== (tier === undefined), {
          message: 'say either a topup or a tier',
          path: ['topup'],
        }),
    )
    .output(left)
    .mutation(({ ctx, input: { customerId, topup, tier } }) =>
      createRequest(ctx, {
        customerId: customerOf(ctx.actor, customerId),
        wish: tier === undefined ? { topup: topup ?? '' } : { tier },
      }),
    ),

  portal: operatorOrOwner
    .meta({
      openapi: {
        method: 'POST',
        path: '/billing/portal',
        tags,
        summary: 'A page to change cards and see invoices',
        protect: true,
      },
    })
    .input(ofCustomer)
    .output(left)
    .mutation(({ ctx, input }) =>
      createRequest(ctx, { customerId: customerOf(ctx.actor, input.customerId), wish: { portal: true } }),
    ),

  request: staffOrOwner
    .meta({
      openapi: {
        method: 'GET',
        path: '/billing/requests/{id}',
        tags,
        summary: 'What came of a request to Stripe',
        protect: true,
      },
    })
    .input(z.object({ id: wireId('request') }))
    .output(requestSchema)
    .query(({ ctx, input }) => findRequest(ctx, { requestId: input.id })),
}
