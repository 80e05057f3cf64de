import { z } from 'zod'
import type { Ctx, NetCtx } from '../../platform/context.ts'
import { callProvider } from '../call.ts'

/** Whether Stripe can be asked: a secret key is configured. */
export const canAskStripe = (ctx: Pick<Ctx, 'env'>): boolean => ctx.env.STRIPE_SECRET_KEY !== undefined

type Form = Record<string, string | number | undefined>

async function askStripe(
  ctx: NetCtx,
  request: { method: 'GET' | 'POST'; path: string; form?: Form; idempotencyKey?: string },
): Promise<unknown> {
  const { method, path, form = {}, idempotencyKey } = request
  const given = Object.entries(form).filter((entry): entry is [string, string | number] => entry[1] !== undefined)
  const encoded = new URLSearchParams(given.map(([name, value]): [string, string] => [name, String(value)])).toString()
  const isRead = method === 'GET'
  return await callProvider(ctx, {
    provider: 'stripe',
    component: 'api',
    method,
    url: `${ctx.env.STRIPE_BASE_URL}${path}${isRead && encoded !== '' ? `?${encoded}` : ''}`,
    headers: {
      authorization: `Bearer ${ctx.env.STRIPE_SECRET_KEY ?? ''}`,
      ...(isRead ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...(idempotencyKey === undefined ? {} : { 'idempotency-key': idempotencyKey }),
    },
    ...(isRead ? {} : { body: encoded }),
  })
}

const page = z.object({ url: z.url({ protocol: /^https?$/ }) })

/** Who pays: Stripe's customer where it is known, else an address to begin with. */
type Payer = { stripeCustomerId: string | null; email: string | null }
const payerForm = (payer: Payer): Form =>
  payer.stripeCustomerId === null ? { customer_email: payer.email ?? undefined } : { customer: payer.stripeCustomerId }

/** A page on which a top-up is paid (`POST /v1/checkout/sessions`, mode `payment`). */
export async function openTopupCheckout(
  ctx: NetCtx,
  input: {
    customer: string
    payer: Payer
    topup: { key: string; name: string; priceCents: number }
    returnUrl: string
    idempotencyKey: string
  },
): Promise<{ url: string }> {
  const { customer, payer, topup, returnUrl, idempotencyKey } = input
  const notes = (of: string) => ({ [`${of}[trunkline_customer]`]: customer, [`${of}[trunkline_topup]`]: topup.key })
  const answer = await askStripe(ctx, {
    method: 'POST',
    path: '/v1/checkout/sessions',
    idempotencyKey,
    form: {
      mode: 'payment',
      client_reference_id: customer,
      ...payerForm(payer),
      ...(payer.stripeCustomerId === null ? { customer_creation: 'always' } : {}),
      success_url: returnUrl,
      cancel_url: returnUrl,
      'line_items[0][quantity]': 1,
      'line_items[0][price_data][currency]': 'usd',
      'line_items[0][price_data][unit_amount]': topup.priceCents,
      'line_items[0][price_data][product_data][name]': topup.name,
      ...notes('metadata'),
      ...notes('payment_intent_data[metadata]'),
    },
  })
  return page.parse(answer)
}

/** A page on which a tier is subscribed to (mode `subscription`). */
export async function openTierCheckout(
  ctx: NetCtx,
  input: { customer: string; payer: Payer; tier: string; priceId: string; returnUrl: string; idempotencyKey: string },
): Promise<{ url: string }> {
  const { customer, payer, tier, priceId, returnUrl, idempotencyKey } = input
  const notes = (of: string) => ({ [`${of}[trunkline_customer]`]: customer, [`${of}[tier]`]: tier })
  const answer = await askStripe(ctx, {
    method: 'POST',
    path: '/v1/checkout/sessions',
    idempotencyKey,
    form: {
      mode: 'subscription',
      client_reference_id: customer,
      ...payerForm(payer),
      success_url: returnUrl,
      cancel_url: returnUrl,
      'line_items[0][quantity]': 1,
      'line_items[0][price]': priceId,
      ...notes('metadata'),
      ...notes('subscription_data[metadata]'),
    },
  })
  return page.parse(answer)
}

/** A page on which cards and invoices are looked after (`POST /v1/billing_portal/sessions`). */
export async function openPortal(
  ctx: NetCtx,
  input: { stripeCustomerId: string; returnUrl: string; idempotencyKey: string },
): Promise<{ url: string }> {
  const answer = await askStripe(ctx, {
    method: 'POST',
    path: '/v1/billing_portal/sessions',
    idempotencyKey: input.idempotencyKey,
    form: { customer: input.stripeCustomerId, return_url: input.returnUrl },
  })
  return page.parse(answer)
}

/** Puts the subscription on another price: at once and prorated, or from its next invoice on. */
export async function changeSubscription(
  ctx: NetCtx,
  input: {
    subscriptionId: string
    itemId: string
    priceId: string
    tier: string
    isAtOnce: boolean
    idempotencyKey: string
  },
): Promise<void> {
  await askStripe(ctx, {
    method: 'POST',
    path: `/v1/subscriptions/${encodeURIComponent(input.subscriptionId)}`,
    idempotencyKey: input.idempotencyKey,
    form: {
      'items[0][id]': input.itemId,
      'items[0][price]': input.priceId,
      proration_behavior: input.isAtOnce ? 'always_invoice' : 'none',
      'metadata[tier]': input.tier,
    },
  })
}

const prices = z.object({ data: z.array(z.object({ id: z.string(), unit_amount: z.number().nullish() })) })

/** The price of a tier, found by its lookup key `trunkline_<tier>`; undefined where Stripe has none. */
export async function findTierPrice(
  ctx: NetCtx,
  tier: string,
): Promise<{ id: string; unitAmountCents: number | null } | undefined> {
  const answer = await askStripe(ctx, {
    method: 'GET',
    path: '/v1/prices',
    form: { 'lookup_keys[]': `trunkline_${tier}`, active: 'true', limit: 1 },
  })
  const [price] = prices.parse(answer).data
  return price && { id: price.id, unitAmountCents: price.unit_amount ?? null }
}

const invoiceSchema = z.looseObject({ id: z.string(), object: z.literal('invoice') })

/** An invoice as Stripe has it now. */
export async function fetchInvoice(ctx: NetCtx, invoiceId: string): Promise<Record<string, unknown>> {
  const answer = await askStripe(ctx, { method: 'GET', path: `/v1/invoices/${encodeURIComponent(invoiceId)}` })
  return invoiceSchema.parse(answer)
}
