import { randomBytes } from 'node:crypto'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { takeDrop } from '../faults.ts'
import { keepsSecret } from '../secret.ts'
import { remember, type World } from '../world.ts'
import { makeSession, makeSubscription, type Session, stripePrices } from './objects.ts'
import { pageOf } from './page.ts'
import { payPage } from './pay-page.ts'
import { draftStripeEvent } from './webhook.ts'

type Form = Record<string, string | undefined>
type Query = Record<string, string | undefined>

/** Delivers what Stripe has to tell. */
export type Tell = (draft: ReturnType<typeof draftStripeEvent>) => void

/** Stripe's REST doors: checkout and portal pages, subscriptions, invoices, prices. A checkout page has one button, and whoever presses it has paid. */
export function openStripe(app: FastifyInstance, world: World, doors: { tell: Tell; url: () => string }) {
  const { stripe } = world

  app.addHook('preHandler', async (request, reply) => {
    if (request.url.startsWith('/stripe/pay/')) return undefined
    const [scheme, key] = (request.headers.authorization ?? '').split(' ')
    const isSignedIn = scheme?.toLowerCase() === 'bearer' && key && keepsSecret(key, world.account.stripeSecretKey)
    if (!isSignedIn) return fail(reply, 401, 'Invalid API Key provided')
  })

  app.post<{ Body: Form }>('/v1/checkout/sessions', async (request, reply) =>
    once(world, request.headers['idempotency-key'], reply, () => {
      const form = request.body ?? {}
      const id = `cs_test_${randomBytes(12).toString('hex')}`
      const mode = form.mode === 'subscription' ? 'subscription' : 'payment'
      const price = stripePrices.find((one) => one.id === form['line_items[0][price]'])
      const cents = price?.unit_amount ?? Number(form['line_items[0][price_data][unit_amount]'])
      if (!Number.isInteger(cents)) return refuse(400, 'You must provide a price or price_data for each line item.')
      const customer = form.customer ?? `cus_demo${randomBytes(6).toString('hex')}`
      const session = makeSession({
        id,
        customer,
        mode,
        cents,
        at: Date.now(),
        url: `${doors.url()}/stripe/pay/${id}`,
        metadata: notesIn(form, 'metadata'),
        reference: form.client_reference_id,
        returns: { paid: form.success_url, left: form.cancel_url },
      })
      if (price && mode === 'subscription') {
        const tier = price.lookup_key.replace('trunkline_', '')
        const metadata = notesIn(form, 'subscription_data[metadata]')
        stripe.waiting.set(id, makeSubscription({ customer, tier, createdAt: Date.now(), metadata }))
      }
      remember(stripe.sessions, id, session)
      return session
    }),
  )

  app.get<{ Params: { id: string } }>('/v1/checkout/sessions/:id', async (request, reply) => {
    return stripe.sessions.get(request.params.id) ?? fail(reply, 404, 'No such checkout.session')
  })

  app.get<{ Params: { id: string } }>('/stripe/pay/:id', async (request, reply) => {
    const session = stripe.sessions.get(request.params.id)
    if (!session) return fail(reply, 404, 'No such checkout.session')
    return reply.type('text/html; charset=utf-8').send(payPage(session))
  })

  app.post<{ Params: { id: string } }>('/stripe/pay/:id', async (request, reply) => {
    const session = stripe.sessions.get(request.params.id)
    if (!session) return fail(reply, 404, 'No such checkout.session')
    if (session.status === 'open') pay(session)
    if (session.success_url) return reply.redirect(session.success_url, 303)
    return reply.type('text/html; charset=utf-8').send(payPage({ ...session, status: 'complete' }))
  })

  function pay(open: Session) {
    const at = Date.now()
    const waiting = stripe.waiting.get(open.id)
    const paid: Session = { ...open, status: 'complete', payment_status: 'paid', subscription: waiting?.id ?? null }
    stripe.sessions.set(open.id, paid)
    if (waiting) {
      remember(stripe.subscriptions, waiting.id, waiting)
      doors.tell(draftStripeEvent('customer.subscription.created', waiting, at))
    }
    doors.tell(draftStripeEvent('checkout.session.completed', paid, at))
  }

  app.post<{ Body: Form }>('/v1/billing_portal/sessions', async (request, reply) => {
    const { customer, return_url: returnUrl } = request.body ?? {}
    if (!customer) return fail(reply, 400, 'Missing required param: customer.')
    return {
      id: `bps_${randomBytes(8).toString('hex')}`,
      object: 'billing_portal.session',
      customer,
      return_url: returnUrl,
      url: `${doors.url()}/stripe/pay/portal`,
    }
  })

  app.get<{ Params: { id: string } }>('/v1/subscriptions/:id', async (request, reply) => {
    return stripe.subscriptions.get(request.params.id) ?? fail(reply, 404, 'No such subscription')
  })

  app.post<{ Params: { id: string }; Body: Form }>('/v1/subscriptions/:id', async (request, reply) =>
    once(world, request.headers['idempotency-key'], reply, () => {
      const known = stripe.subscriptions.get(request.params.id)
      const [item] = known?.items.data ?? []
      if (!known || !item) return refuse(404, 'No such subscription')
      const price = stripePrices.find((one) => one.id === request.body?.['items[0][price]'])
      if (!price) return refuse(400, 'No such price')
      const changed = { ...known, items: { ...known.items, data: [{ ...item, price }] } }
      stripe.subscriptions.set(known.id, changed)
      doors.tell(draftStripeEvent('customer.subscription.updated', changed, Date.now()))
      return changed
    }),
  )

  app.get<{ Querystring: Query }>('/v1/prices', async (request) => {
    const key = request.query['lookup_keys[]']
    return pageOf(
      stripePrices.filter((price) => !key || price.lookup_key === key),
      request.query,
      '/v1/prices',
    )
  })

  app.get<{ Querystring: Query }>('/v1/invoices', async (request) => {
    const { customer, status, subscription } = request.query
    const from = Number(request.query['created[gte]'] ?? 0)
    const found = [...stripe.invoices.values()].filter(
      (invoice) =>
        (!customer || invoice.customer === customer) &&
        (!status || invoice.status === status) &&
        (!subscription || invoice.parent.subscription_details.subscription === subscription) &&
        invoice.created >= from,
    )
    return pageOf(found.reverse(), request.query, '/v1/invoices')
  })

  app.get<{ Params: { id: string } }>('/v1/invoices/:id', async (request, reply) => {
    return stripe.invoices.get(request.params.id) ?? fail(reply, 404, 'No such invoice')
  })

  app.get<{ Querystring: Query }>('/v1/events', async (request) => {
    const from = Number(request.query['created[gte]'] ?? 0)
    const found = [...stripe.events.values()].filter(({ created }) => created >= from)
    return pageOf(found.reverse(), request.query, '/v1/events')
  })
}

class Refused extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}
function refuse(status: number, message: string): never {
  throw new Refused(status, message)
}

/** What was answered under a key is answered again, and nothing is done twice. */
function once(world: World, key: string | string[] | undefined, reply: FastifyReply, act: () => object) {
  const name = typeof key === 'string' ? key : undefined
  const known = name === undefined ? undefined : world.stripe.answers.get(name)
  try {
    const answer = known ?? act()
    if (name !== undefined) remember(world.stripe.answers, name, answer)
    if (takeDrop(world.faults, 'stripe')) {
      reply.hijack()
      reply.raw.socket?.destroy()
      return reply
    }
    return answer
  } catch (error) {
    if (error instanceof Refused) return fail(reply, error.status, error.message)
    throw error
  }
}

function fail(reply: FastifyReply, status: number, message: string) {
  return reply.code(status).send({ error: { type: 'invalid_request_error', message } })
}

/** `metadata[name]` and the like, as an object. */
function notesIn(form: Form, of: string): Record<string, string> {
  const entries = Object.entries(form).flatMap(([name, value]) =>
    name.startsWith(`${of}[`) && value !== undefined ? [[name.slice(of.length + 1, -1), value] as const] : [],
  )
  return Object.fromEntries(entries)
}
