import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Sim, startSim } from '../server.ts'
import { account, demo } from '../testing/demo.ts'
import { eventually, openReceiver } from '../testing/receiver.ts'
import { hasVectors, readVectors } from '../testing/vectors.ts'
import { signStripe } from './sign.ts'
import { planMoney, planSubscriptions } from './story.ts'

let sim: Sim
let receiver: Awaited<ReturnType<typeof openReceiver>>
beforeAll(async () => {
  receiver = await openReceiver()
  sim = await startSim({ account, port: 0, trunklineUrl: receiver.url })
})
afterAll(async () => {
  await sim.stop()
  await receiver.close()
})

async function ask(
  method: 'GET' | 'POST',
  path: string,
  form?: Record<string, string>,
  headers: Record<string, string> = {},
) {
  const answer = await fetch(`${sim.url}${path}`, {
    method,
    headers: { authorization: `Bearer ${account.stripeSecretKey}`, ...headers },
    ...(form && { body: new URLSearchParams(form) }),
  })
  return { status: answer.status, body: JSON.parse(await answer.text()) }
}

const pay = (url: string) => fetch(url, { method: 'POST', redirect: 'manual' })

const topup = {
  mode: 'payment',
  client_reference_id: 'cus_1',
  'line_items[0][quantity]': '1',
  'line_items[0][price_data][unit_amount]': '19500',
  'metadata[trunkline_topup]': 'call_300',
  success_url: 'https://hooks.trunkline.example/admin/billing',
}

test.runIf(hasVectors)('signs as Stripe does', () => {
  const valid = readVectors('stripe').filter(({ expect }) => expect === 'valid')
  expect(valid.length).toBeGreaterThan(0)
  for (const { body = '', secret, headers } of valid) {
    const [, seconds = '', digest] = /^t=(\d+),v1=(\w+)/.exec(headers['Stripe-Signature'] ?? '') ?? []
    if (digest !== undefined) expect(signStripe(body, secret, Number(seconds) * 1000)).toBe(`t=${seconds},v1=${digest}`)
  }
})

test('nobody is let in without the secret key', async () => {
  expect((await ask('GET', '/v1/invoices', undefined, { authorization: 'Bearer sk_other' })).status).toBe(401)
})

test('the same idempotency key opens one page; looking at it pays nothing, paying on it twice tells so once, signed, and leads back', async () => {
  const key = { 'idempotency-key': 'request-1' }
  const [first, again] = [
    await ask('POST', '/v1/checkout/sessions', topup, key),
    await ask('POST', '/v1/checkout/sessions', topup, key),
  ]
  expect(first.body).toMatchObject({
    object: 'checkout.session',
    status: 'open',
    amount_total: 19_500,
    client_reference_id: 'cus_1',
  })
  expect(again.body.id).toBe(first.body.id)

  const look = await fetch(first.body.url)
  expect(await look.text()).toContain('Pay $195.00')
  expect((await ask('GET', `/v1/checkout/sessions/${first.body.id}`)).body.status).toBe('open')
  const [paid] = [await pay(first.body.url), await pay(first.body.url)]
  expect([paid.status, paid.headers.get('location')]).toEqual([303, topup.success_url])
  await eventually(() => receiver.received.length > 0)
  expect(receiver.received).toHaveLength(1)
  const [delivery] = receiver.received
  const [, seconds, digest] = /^t=(\d+),v1=(\w+)$/.exec(String(delivery?.headers['stripe-signature'])) ?? []
  expect(digest).toBe(
    createHmac('sha256', account.stripeWebhookSecret)
      .update(`${seconds}.${String(delivery?.body)}`)
      .digest('hex'),
  )
  expect([delivery?.path, JSON.parse(String(delivery?.body))]).toMatchObject([
    '/webhooks/stripe',
    {
      type: 'checkout.session.completed',
      data: { object: { payment_status: 'paid', metadata: { trunkline_topup: 'call_300' } } },
    },
  ])
})

test('a tier is found by its lookup key, subscribed to, and changed', async () => {
  const { body: prices } = await ask('GET', '/v1/prices?lookup_keys[]=trunkline_pro&limit=1')
  expect(prices.data).toMatchObject([{ unit_amount: 24_900 }])
  const { body: page } = await ask('POST', '/v1/checkout/sessions', {
    mode: 'subscription',
    'line_items[0][price]': prices.data[0].id,
    'subscription_data[metadata][trunkline_customer]': 'cus_1',
  })
  await pay(page.url)
  const { body: session } = await ask('GET', `/v1/checkout/sessions/${page.id}`)
  const { body: subscription } = await ask('GET', `/v1/subscriptions/${session.subscription}`)
  expect(subscription).toMatchObject({ status: 'active', metadata: { trunkline_customer: 'cus_1' } })
  const { body: changed } = await ask('POST', `/v1/subscriptions/${subscription.id}`, {
    'items[0][price]': 'price_demo_elite',
  })
  expect(changed.items.data[0].price.lookup_key).toBe('trunkline_elite')
  expect((await ask('POST', '/v1/subscriptions/sub_none', { 'items[0][price]': 'price_demo_elite' })).status).toBe(404)
})

test('the story’s invoices can be asked for, page by page, and each is there once', async () => {
  const now = Date.UTC(2026, 2, 18, 19, 5)
  const drafts = [...planSubscriptions({ demo, now }), ...planMoney({ seed: 's', demo, now })]
  expect(new Set(drafts.map(({ provider }) => provider))).toEqual(new Set(['stripe']))
  for (const draft of drafts)
    if (draft.provider === 'stripe') {
      const { object } = draft.payload.data
      if (object.object === 'invoice') sim.world.stripe.invoices.set(object.id, object as never)
    }
  const ids: string[] = []
  let after = ''
  for (;;) {
    const { body } = await ask('GET', `/v1/invoices?limit=2${after}`)
    ids.push(...body.data.map(({ id }: { id: string }) => id))
    if (!body.has_more) break
    after = `&starting_after=${ids.at(-1)}`
  }
  expect(ids.length).toBe(sim.world.stripe.invoices.size)
  expect(new Set(ids).size).toBe(ids.length)
  const open = await ask('GET', '/v1/invoices?status=open')
  expect(open.body.data.length).toBeGreaterThan(0)
})
