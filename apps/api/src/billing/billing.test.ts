import { toWireId } from '@trunkline/core/platform/wire-id'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction } from '../platform/context.ts'
import { newId } from '../platform/id.ts'
import { leaveDueJobs, registerSchedules } from '../platform/schedule.ts'
import { rowsReadBy } from '../testing/rows-read.ts'
import { stripeCustomer } from '../testing/stripe.ts'
import { openWorld, retellCall, type Sent, type World } from '../testing/world.ts'
import { grantCredit } from '../usage/grant-credit.ts'
import { rollPeriods } from '../usage/open-periods.ts'
import { processBatch } from '../webhooks/process.ts'
import { createRequest } from './create-request.ts'
import { followPrices } from './follow-prices.ts'
import { billingSchedules } from './jobs.ts'
import { closeLines, rateLedger } from './rate.ts'
import { nameCustomer } from './record.ts'
import { remindOwner } from './remind.ts'
import { runDeadlines } from './run-deadlines.ts'

let world: World
let operator: string
beforeAll(async () => {
  world = await openWorld()
  operator = await world.signIn('operator')
})
afterAll(() => world.close())

type Event = ReturnType<ReturnType<typeof stripeCustomer>['event']>

async function tell(...events: Event[]): Promise<void> {
  for (const event of events) expect((await world.stripe(event)).status).toBe(200)
  await world.process()
}

const usage = async (customerId: string) => {
  const [row] = await world.owner`
    select call_credit_seconds::int as "callCredit", sms_credit::int as "smsCredit", force_pause as "isPaused", tier_snapshots.tier
    from usage_limits join tier_snapshots on tier_snapshots.id = tier_snapshot_id where customer_id = ${customerId}`
  return row
}
const accountOf = async (customerId: string) =>
  (
    await world.owner`select state, tier, suspended_at is not null as suspended from billing_accounts where customer_id = ${customerId}`
  )[0]
const alertsOf = async (customerId: string) =>
  (
    await world.owner`select alert_type as type from ops_alerts where customer_id = ${customerId} and dedup_key like 'billing:%' order by id`
  ).map(({ type }) => type)
const linesOf = async (customerId: string, kind = 'usage') =>
  await world.owner`
    select id, meter, quantity::int, amount_cents::int as cents, provider_cost_micros::int as cost, state, corrects_line_id as corrects
    from billing_line_items where customer_id = ${customerId} and kind = ${kind} order by id`

/** Runs the job of this name once, as the scheduler leaves it. */
async function runJob(name: string): Promise<void> {
  await world.owner`update schedules set next_due_at = now() - interval '1 second' where name = ${name}`
  const schedule = billingSchedules.filter(({ spec }) => spec.name === name)
  await registerSchedules(world.ctx(), schedule)
  await leaveDueJobs(world.ctx(), schedule)
  await world.drainJobs()
}

async function passDays(customerId: string, days: number): Promise<void> {
  await world.owner`
    update billing_deadlines set due_at = due_at - make_interval(days => ${days}), ended_at = ended_at - make_interval(days => ${days})
    where customer_id = ${customerId}`
  await runJob('billing.runDeadlines')
}

const sinceLongAgo = (customerId: string) =>
  world.owner`update customers set created_at = '2025-01-01Z' where id = ${customerId}`

describe('a top-up', () => {
  test('is credited once, with its line, in the commit in which its webhook is done (K-12, K-16)', async () => {
    const { id } = await world.customer()
    const bought = stripeCustomer(id).topup()
    await tell(bought)

    expect(await usage(id)).toMatchObject({ callCredit: 18_000 })
    expect(await linesOf(id, 'topup')).toMatchObject([
      { meter: 'call_seconds', quantity: 18_000, cents: 19_500, state: 'closed' },
    ])
    const [at] = await world.owner`
      select webhook.xmin = credit.xmin and credit.xmin = payment.xmin as together
      from webhook_queue as webhook, usage_credits as credit, billing_payments as payment
      where webhook.customer_id = ${id} and credit.customer_id = ${id} and payment.customer_id = ${id}`
    expect(at).toEqual({ together: true })
  })

  test('is credited once though 64 deliveries, and events of other names, come at once (K-16, C-7)', async () => {
    const { id } = await world.customer()
    const stripe = stripeCustomer(id)
    const [session, paymentIntent] = [`cs_${newId()}`, `pi_${newId()}`]
    const bought = stripe.topup({ key: 'sms_500', cents: 5000, session, paymentIntent })
    const events = Array.from({ length: 64 }, (_, index) =>
      index % 2 === 0 ? bought : { ...bought, id: `evt_${newId()}` },
    )
    const answers = await Promise.all(events.map((event) => world.stripe(event)))
    await Promise.all([world.process(5), world.process(5), world.process(5)])
    await world.process()

    expect(answers.filter(({ body }) => body.duplicate === false)).toHaveLength(33)
    expect(await usage(id)).toMatchObject({ smsCredit: 500 })
    expect(await linesOf(id, 'topup')).toHaveLength(1)
    const [rows] = await world.owner`select count(*)::int as payments from billing_payments where customer_id = ${id}`
    expect(rows).toEqual({ payments: 1 })
  })

  test('that was not paid, or expired, credits nothing; one that is paid late does', async () => {
    const { id } = await world.customer()
    const stripe = stripeCustomer(id)
    const session = `cs_${newId()}`
    await tell(
      stripe.topup({ session, paid: false, type: 'checkout.session.completed' }),
      stripe.topup({ paid: false, status: 'expired' }),
    )
    expect(await usage(id)).toMatchObject({ callCredit: 0 })

    await tell(stripe.topup({ session, type: 'checkout.session.async_payment_succeeded' }))
    expect(await usage(id)).toMatchObject({ callCredit: 18_000 })
  })

  test('that is refunded or disputed is told to staff once, and a line takes the money back, naming the one it corrects', async () => {
    const { id } = await world.customer()
    const stripe = stripeCustomer(id)
    const paymentIntent = `pi_${newId()}`
    const charge = {
      id: `ch_${newId()}`,
      object: 'charge',
      customer: stripe.names.customer,
      payment_intent: paymentIntent,
      currency: 'usd',
    }
    const at = Date.now()
    const refunded = (cents: number) => stripe.event('charge.refunded', { ...charge, amount_refunded: cents }, at)
    // a dispute names no customer: only the payment says whose it is
    const dispute = stripe.event(
      'charge.dispute.created',
      {
        id: `dp_${newId()}`,
        object: 'dispute',
        charge: charge.id,
        payment_intent: paymentIntent,
        amount: 19_500,
        status: 'needs_response',
      },
      at,
    )
    await tell(dispute, stripe.topup({ paymentIntent }), refunded(5000))
    await tell(refunded(5000))
    await tell(refunded(19_500))

    const [bought] = await linesOf(id, 'topup')
    expect(await linesOf(id, 'refund')).toMatchObject([
      { cents: -5000, corrects: bought?.id },
      { cents: -14_500, corrects: bought?.id },
    ])
    expect(await alertsOf(id)).toEqual(['payment_disputed', 'payment_refunded', 'payment_refunded'])
    expect(await usage(id)).toMatchObject({ callCredit: 0 })
  })

  /** A top-up of 300 minutes that was paid, and what Stripe says when money of it is given back. */
  async function bought() {
    const { id, phoneNumber } = await world.customer({ tier: 'core' })
    const stripe = stripeCustomer(id)
    const paymentIntent = `pi_${newId()}`
    const charge = `ch_${newId()}`
    await tell(stripe.topup({ paymentIntent }))
    const refunded = (cents: number) =>
      stripe.event(
        'charge.refunded',
        {
          id: charge,
          object: 'charge',
          customer: stripe.names.customer,
          payment_intent: paymentIntent,
          currency: 'usd',
          amount_refunded: cents,
        },
        Date.now(),
      )
    return { id, phoneNumber, refunded }
  }
  const grantOf = async (customerId: string) => {
    const [row] = await world.owner`
      select credit.quantity::int, remaining::int, ended_by as "endedBy",
        (select coalesce(sum(quantity), 0)::int from usage_burns where credit_id = credit.id) as burnt,
        (select coalesce(sum(taken), 0)::int from usage_withdrawals where credit_id = credit.id) as taken,
        (select coalesce(sum(asked), 0)::int from usage_withdrawals where credit_id = credit.id) as asked
      from usage_credits as credit where customer_id = ${customerId} and source = 'topup'`
    return row
  }

  test('that is refunded loses its unused units once, though 64 deliveries, and other events of it, come at once (K-12, K-16)', async () => {
    const { id, refunded } = await bought()
    const [half, whole] = [refunded(9750), refunded(19_500)]
    const events = Array.from({ length: 64 }, (_, index) => {
      const event = index % 3 === 0 ? half : whole
      return index % 2 === 0 ? event : { ...event, id: `evt_${newId()}` }
    })
    await tell(half)
    expect(await usage(id)).toMatchObject({ callCredit: 9000 })
    expect(await grantOf(id)).toEqual({
      quantity: 18_000,
      remaining: 9000,
      endedBy: null,
      burnt: 0,
      taken: 9000,
      asked: 9000,
    })
    await Promise.all(events.map((event) => world.stripe(event)))
    await Promise.all([world.process(5), world.process(5), world.process(5)])
    await world.process()

    expect(await usage(id)).toMatchObject({ callCredit: 0 })
    expect(await grantOf(id)).toMatchObject({
      remaining: 0,
      endedBy: 'refunded',
      burnt: 0,
      taken: 18_000,
      asked: 18_000,
    })
    const told = await world.owner`
      select severity, message from ops_alerts where customer_id = ${id} and alert_type = 'payment_refunded' order by id`
    expect(told.map(({ severity }) => severity)).toEqual(['medium', 'medium'])
    expect(told[1]?.message).toContain('9000 of the 9000 seconds that it had bought were taken back')
    const { body } = await world.rest('GET', `/api/usage/credits?customerId=${toWireId('customer', id)}`, {
      token: operator,
    })
    expect(body.items).toMatchObject([{ quantity: 18_000, remaining: 0, takenBack: 18_000, endedBy: 'refunded' }])
  })

  test('that is refunded keeps what was used of it and what calls under way were promised, and staff is told so', async () => {
    const { id, phoneNumber, refunded } = await bought()
    await world.retell(retellCall({ to: phoneNumber, seconds: 10_000 }).ended)
    await world.process()
    const ask = { customerId: toWireId('customer', id), kind: 'call', quantity: 500 }
    const { body: held } = await world.rest('POST', '/api/usage/check', { token: operator, body: ask })
    expect(held).toMatchObject({ allowed: true })
    await tell(refunded(19_500))

    // 9,000 s are included: 1,000 were used of what was bought, and 500 are promised
    expect(await grantOf(id)).toMatchObject({
      remaining: 0,
      endedBy: 'refunded',
      burnt: 1500,
      taken: 16_500,
      asked: 18_000,
    })
    expect(await usage(id)).toMatchObject({ callCredit: 1500 })
    const [told] = await world.owner`
      select severity, message from ops_alerts where customer_id = ${id} and alert_type = 'payment_refunded'`
    expect(told).toMatchObject({ severity: 'high' })
    expect(told?.message).toContain('1500 were used or promised already and stay')
    const { body: settled } = await world.rest('POST', `/api/usage/holds/${held.holdId}/settle`, {
      token: operator,
      body: { quantity: 500 },
    })
    expect(settled).toBeDefined()
    const [limits] = await world.owner`
      select call_used_seconds::int as used, (call_cap_seconds + call_credit_seconds + rollover_seconds)::int as base
      from usage_limits where customer_id = ${id}`
    expect(limits).toEqual({ used: 10_500, base: 10_500 })
  })

  test('that we do not sell credits nothing, and a person is told', async () => {
    const { id } = await world.customer()
    await tell(stripeCustomer(id).topup({ key: 'call_9000' }))

    expect(await usage(id)).toMatchObject({ callCredit: 0 })
    expect(await alertsOf(id)).toEqual(['payment_for_unknown'])
  })
})

describe('a disputed top-up', () => {
  const boughtUnits = async (pay = true) => {
    const { id, phoneNumber } = await world.customer({ tier: 'core' })
    const stripe = stripeCustomer(id)
    const [paymentIntent, charge, dispute] = [`pi_${newId()}`, `ch_${newId()}`, `dp_${newId()}`]
    const purchase = stripe.topup({ paymentIntent })
    if (pay) await tell(purchase)
    const refunded = (cents: number) =>
      stripe.event(
        'charge.refunded',
        {
          id: charge,
          object: 'charge',
          customer: stripe.names.customer,
          payment_intent: paymentIntent,
          currency: 'usd',
          amount_refunded: cents,
        },
        Date.now(),
      )
    const disputed = (status: string, cents = 19_500) =>
      stripe.event(
        status === 'needs_response' ? 'charge.dispute.created' : 'charge.dispute.closed',
        {
          id: dispute,
          object: 'dispute',
          charge,
          payment_intent: paymentIntent,
          amount: cents,
          reason: 'fraudulent',
          status,
        },
        // Stripe's clock counts whole seconds: both may be of the same one
        1_790_000_000_000,
      )
    return { id, phoneNumber, purchase, refunded, disputed }
  }
  const unitsOf = async (customerId: string) =>
    (
      await world.owner`
        select coalesce(sum(taken), 0)::int as taken, coalesce(sum(asked), 0)::int as asked,
          (select call_credit_seconds::int from usage_limits where customer_id = ${customerId}) as credit
        from usage_withdrawals where customer_id = ${customerId}`
    )[0]
  const toldOf = async (customerId: string) =>
    await world.owner`
      select alert_type as type, severity, message, runbook, acknowledged_at is not null as settled
      from ops_alerts where customer_id = ${customerId} and alert_type like 'payment_dispute%' order by id`

  test('is told at once and takes nothing while it is open; won, it needs nobody any more and nothing was taken', async () => {
    const { id, disputed } = await boughtUnits()
    await tell(disputed('needs_response'))
    expect(await unitsOf(id)).toEqual({ taken: 0, asked: 0, credit: 18_000 })
    expect(await toldOf(id)).toMatchObject([{ type: 'payment_disputed', severity: 'high', settled: false }])

    await tell(disputed('won'), disputed('needs_response'))
    expect(await unitsOf(id)).toEqual({ taken: 0, asked: 0, credit: 18_000 })
    expect(await toldOf(id)).toMatchObject([{ type: 'payment_disputed', settled: true }])
    const [payment] =
      await world.owner`select state, disputed_cents::int as cents from billing_payments where customer_id = ${id}`
    expect(payment).toEqual({ state: 'paid', cents: 0 })
  })

  test('that is lost loses its unused units once, though 64 deliveries, and a refund of the same charge, come at once (K-12, K-16)', async () => {
    const { id, refunded, disputed } = await boughtUnits()
    // a third was given back by hand before the bank took the rest: together it is the whole
    const told = [disputed('needs_response', 13_000), disputed('lost', 13_000), refunded(6500)]
    const events = Array.from({ length: 64 }, (_, index) => {
      const event = told[index % 3] ?? disputed('lost', 13_000)
      return index % 2 === 0 ? event : { ...event, id: `evt_${newId()}` }
    })
    await Promise.all(events.map((event) => world.stripe(event)))
    await Promise.all([world.process(5), world.process(5), world.process(5)])
    await world.process()

    expect(await unitsOf(id)).toEqual({ taken: 18_000, asked: 18_000, credit: 0 })
    const back = await linesOf(id, 'refund')
    expect(back).toHaveLength(2)
    expect(new Set(back.map(({ cents }) => cents))).toEqual(new Set([-13_000, -6500]))
    const lost = (await toldOf(id)).filter(({ type }) => type === 'payment_dispute_lost')
    expect(lost).toHaveLength(1)
    expect(lost[0]?.message).toMatch(/were taken back/)
  })

  test('comes to the same in whatever order the purchase, the refund and the loss are told', async () => {
    const outcomes = []
    for (const order of [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [2, 0, 3, 1],
    ]) {
      const { id, purchase, refunded, disputed } = await boughtUnits(false)
      const all = [purchase, disputed('needs_response', 13_000), disputed('lost', 13_000), refunded(3000)]
      for (const place of order) await tell(...all.slice(place, place + 1))
      const { credit } = (await unitsOf(id)) ?? {}
      const [payment] = await world.owner`
        select state, lost_cents::int as lost, refunded_cents::int as refunded from billing_payments where customer_id = ${id}`
      outcomes.push({ credit, ...payment })
    }
    // 3,500 of 19,500 cents are still paid for
    expect(outcomes).toEqual(outcomes.map(() => ({ credit: 3231, state: 'disputed', lost: 13_000, refunded: 3000 })))
  })

  test('that is lost and won after all is money that came back, on a line of its own; its units a person grants again, told once', async () => {
    const { id, disputed } = await boughtUnits()
    await tell(disputed('lost'))
    const [taken] = await linesOf(id, 'refund')
    await Promise.all([1, 2, 3].flatMap(() => [world.stripe({ ...disputed('won'), id: `evt_${newId()}` })]))
    await Promise.all([world.process(1), world.process(1), world.process(1)])
    await tell(disputed('lost'), disputed('won'))

    expect(await linesOf(id, 'refund')).toMatchObject([
      { cents: -19_500, corrects: expect.any(String) },
      { cents: 19_500, corrects: taken?.id },
    ])
    expect(await unitsOf(id)).toEqual({ taken: 18_000, asked: 18_000, credit: 0 })
    expect((await toldOf(id)).map(({ type }) => type)).toEqual(['payment_dispute_lost', 'payment_dispute_returned'])
    const [payment] = await world.owner`
      select state, lost_cents::int as lost, disputed_cents::int as disputed from billing_payments where customer_id = ${id}`
    expect(payment).toEqual({ state: 'paid', lost: 0, disputed: 0 })
  })

  test('that is lost keeps what was used of it, and staff is told to charge it', async () => {
    const { id, phoneNumber, disputed } = await boughtUnits()
    await world.retell(retellCall({ to: phoneNumber, seconds: 10_000 }).ended)
    await world.process()
    await tell(disputed('lost'))
    expect(await unitsOf(id)).toEqual({ taken: 17_000, asked: 18_000, credit: 1000 })
    expect(await toldOf(id)).toMatchObject([
      { type: 'payment_dispute_lost', severity: 'high', message: expect.stringContaining('1000 were used') },
    ])
  })
})

describe('an account', () => {
  test('is the same row in whatever order Stripe tells it, and however often (K-16)', async () => {
    const invoice = `in_${newId()}`
    const story = (customerId: string) => {
      const stripe = stripeCustomer(customerId)
      const now = Date.now() - 100_000
      const id = `${invoice}_${customerId}`
      return [
        // only the first says whose it is: the others are known by Stripe's names alone
        stripe.topup({ key: 'sms_1000', cents: 10_000, at: now + 1000 }),
        stripe.subscription('pro', { at: now + 2000, createdAt: now, own: false }),
        stripe.subscription('pro', { at: now + 9000, createdAt: now, status: 'past_due', own: false }),
        stripe.subscription('pro', { at: now + 20_000, createdAt: now, own: false }),
        stripe.invoice('finalized', { id, at: now + 5000, own: false }),
        stripe.invoice('payment_failed', { id, at: now + 8000, own: false }),
        stripe.invoice('payment_failed', { id, at: now + 8000, attempts: 2, own: false }),
        stripe.invoice('paid', { id, at: now + 15_000, attempts: 3, own: false }),
      ]
    }
    const rowsOf = async (customerId: string) => {
      const [row] = await world.owner`
        select (select to_jsonb(account) - '{customer_id,updated_at,stripe_customer_id,stripe_subscription_id,subscription_item_id,subscription_period_end}'::text[]
            from billing_accounts as account where customer_id = ${customerId}) as account,
          (select jsonb_agg(to_jsonb(invoice) - '{id,customer_id,stripe_invoice_id,number,url,updated_at,issued_at,failed_at,paid_at}'::text[]) from billing_invoices as invoice where customer_id = ${customerId}) as invoices,
          (select jsonb_agg(jsonb_build_array(state, amount_cents, quantity)) from billing_payments where customer_id = ${customerId}) as payments,
          (select jsonb_agg(distinct state) from billing_deadlines where customer_id = ${customerId}) as deadlines,
          (select count(*) from billing_events where customer_id = ${customerId}) as events`
      return { ...row, ...(await usage(customerId)) }
    }
    const { id } = await world.customer()
    await tell(...story(id))
    const { deadlines: _waited, ...straight } = await rowsOf(id)
    expect(straight).toMatchObject({
      account: { state: 'active', tier: 'pro' },
      smsCredit: 1000,
      tier: 'pro',
      events: '8',
    })

    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray([...Array(8).keys(), ...Array(8).keys()], { minLength: 16 }),
        fc.integer({ min: 1, max: 16 }),
        async (order, split) => {
          const { id: other } = await world.customer()
          const events = story(other)
          const told = order.flatMap((place) => events[place] ?? [])
          await tell(...told.slice(0, split))
          await tell(...told.slice(split))
          const { deadlines, ...rows } = await rowsOf(other)
          expect(rows).toEqual(straight)
          // there may have been debts on the way; none is left
          expect([null, ['cancelled']]).toContainEqual(deadlines)
          expect((await usage(other))?.isPaused).toBe(false)
        },
      ),
      { numRuns: 12 },
    )
  })

  test('follows what Stripe charges: up at once, down when the period ends', async () => {
    const { id } = await world.customer({ tier: 'core' })
    const stripe = stripeCustomer(id)
    const now = Date.now()
    await sinceLongAgo(id)
    await tell(stripe.subscription('elite', { at: now - 5000 }))
    expect(await usage(id)).toMatchObject({ tier: 'elite' })
    await runJob('billing.rate')
    expect(await linesOf(id, 'fee')).toMatchObject([{ cents: 14_900 }])
    const [proration] = await linesOf(id, 'proration')
    expect(proration?.cents).toBeGreaterThan(0)
    expect(proration?.cents).toBeLessThan(49_700 - 14_900)

    await tell(stripe.subscription('pro', { at: now }))
    const waiting =
      await world.owner`select to_tier, moment from usage_tier_changes where customer_id = ${id} and state = 'pending'`
    expect(waiting).toMatchObject([{ to_tier: 'pro', moment: 'period_end' }])
    expect(await accountOf(id)).toMatchObject({ tier: 'pro', state: 'active' })
  })

  test('whose subscription ended is told to staff', async () => {
    const { id } = await world.customer()
    await tell(stripeCustomer(id).subscription('core', { type: 'deleted' }))

    expect(await accountOf(id)).toMatchObject({ state: 'canceled' })
    expect(await alertsOf(id)).toEqual(['subscription_ended'])
  })

  test('money that is nobody’s waits for whoever bears its name, and is told when it waits long', async () => {
    const { id } = await world.customer()
    const [stripe, stranger] = [stripeCustomer(id), stripeCustomer(newId())]
    await tell(
      stripe.invoice('paid', { id: `in_${newId()}`, own: false }),
      stranger.invoice('paid', { id: `in_${newId()}` }),
    )
    await world.owner`update billing_events set created_at = now() - interval '11 minutes' where customer_id is null`
    await nameCustomer(world.ctx(), { customerId: id, stripeCustomerId: stripe.names.customer })
    await tell(stripe.subscription('core', { own: false }))
    const [invoices] =
      await world.owner`select count(*)::int as paid from billing_invoices where customer_id = ${id} and status = 'paid'`
    expect(invoices).toEqual({ paid: 1 })

    await runJob('billing.sweep')
    await runJob('billing.sweep')
    expect(await world.owner`select severity from ops_alerts where alert_type = 'payment_of_nobody'`).toEqual([
      { severity: 'high' },
    ])
  })

  test('of two customers of ours whom Stripe knows as one pays for each what was bought for it', async () => {
    const [one, other] = [await world.customer(), await world.customer()]
    const [first, second] = [stripeCustomer(one.id), stripeCustomer(other.id)]
    second.names.customer = first.names.customer
    await tell(first.topup(), second.topup())

    for (const { id } of [one, other]) expect(await usage(id)).toMatchObject({ callCredit: 18_000 })
    const accounts = await world.owner`
      select customer_id from billing_accounts where stripe_customer_id = ${first.names.customer}`
    expect(accounts).toEqual([{ customer_id: one.id }])
  })

  test('costs no more to tell of, however much waits that is of nobody of ours', async () => {
    const { id } = await world.customer()
    await world.owner`
      insert into billing_events (id, event_id, type, names, fact, at)
      select gen_random_uuid(), 'evt_of_nobody_' || n, 'invoice.paid', array['stripe:in_of_nobody_' || n], '{}', now()
      from generate_series(1, 500) as n`
    await world.owner`analyze billing_events`
    expect(await world.stripe(stripeCustomer(id).topup())).toMatchObject({ status: 200 })

    const read = await rowsReadBy(world.ctx(), ['customers', 'billing_names'], (ctx) =>
      processBatch(ctx, { limit: 100 }),
    )

    await world.owner`delete from billing_events where event_id like 'evt_of_nobody%'`
    expect(await usage(id)).toMatchObject({ callCredit: 18_000 })
    expect(read).toBeLessThan(500)
  })
})

describe('a payment that fails', () => {
  const stripeAnswers = (invoice: object) => {
    world.network.answer = async ({ url }: Sent) =>
      url.startsWith('https://stripe.test')
        ? Response.json({ object: 'invoice', ...invoice })
        : Response.json({ messages: [] })
  }
  const mailsTo = (email: string) => world.mails.filter(({ to }) => to === email).map(({ subject }) => subject)

  async function inDebt() {
    const { id } = await world.customer()
    const email = `owner-${id}@harbor.example`
    await world.owner`update customers set owner_email = ${email} where id = ${id}`
    const stripe = stripeCustomer(id)
    const invoice = `in_${newId()}`
    await tell(stripe.subscription('core'), stripe.invoice('payment_failed', { id: invoice }))
    return { id, email, stripe, invoice }
  }

  test('is followed by reminders on day 0, 1 and 3, a suspension a day later, and ends by itself when it is paid (K-13)', async () => {
    const { id, email, stripe, invoice } = await inDebt()
    expect(await accountOf(id)).toMatchObject({ state: 'past_due', suspended: false })
    expect(await alertsOf(id)).toEqual(['payment_failed'])
    stripeAnswers({ id: invoice, status: 'open', amount_due: 14_900, attempt_count: 1 })

    await passDays(id, 0)
    await passDays(id, 0)
    expect(mailsTo(email)).toHaveLength(1)
    await passDays(id, 1)
    expect(mailsTo(email)).toHaveLength(2)
    await passDays(id, 2)
    expect(mailsTo(email)).toEqual([
      'A payment for Harbor Plumbing did not go through',
      'A payment for Harbor Plumbing did not go through',
      'Last reminder: Harbor Plumbing is about to be paused',
    ])
    expect(await usage(id)).toMatchObject({ isPaused: false })

    await passDays(id, 1)
    expect(await accountOf(id)).toMatchObject({ state: 'suspended', suspended: true })
    expect(await usage(id)).toMatchObject({ isPaused: true })
    const asked = { customerId: toWireId('customer', id), kind: 'sms', quantity: 1 }
    const { body } = await world.rest('POST', '/api/usage/check', { token: operator, body: asked })
    expect(body).toMatchObject({ allowed: false, reason: 'paused' })

    await tell(stripe.invoice('paid', { id: invoice, at: Date.now() + 1000 }))
    expect(await accountOf(id)).toMatchObject({ state: 'active', suspended: false })
    expect(await usage(id)).toMatchObject({ isPaused: false })
    expect(await alertsOf(id)).toEqual(['payment_failed', 'customer_suspended'])
    await passDays(id, 10)
    expect(mailsTo(email)).toHaveLength(3)
  })

  test('that is paid in time loses its reminders, and a pause that staff set is not lifted by it', async () => {
    const { id, email, stripe, invoice } = await inDebt()
    await passDays(id, 0)
    await tell(stripe.invoice('paid', { id: invoice }))
    await passDays(id, 30)

    expect(mailsTo(email)).toHaveLength(1)
    const states =
      await world.owner`select kind, day, state from billing_deadlines where customer_id = ${id} order by day`
    expect(states.map(({ state }) => state)).toEqual(['done', 'cancelled', 'cancelled', 'cancelled'])
  })

  test('after a downtime of a week is told once, and nobody is suspended before a day has passed since', async () => {
    const { id, email, invoice } = await inDebt()
    stripeAnswers({ id: invoice, status: 'open', amount_due: 14_900, attempt_count: 1 })
    await passDays(id, 7)
    expect(mailsTo(email)).toEqual(['Last reminder: Harbor Plumbing is about to be paused'])
    expect(await usage(id)).toMatchObject({ isPaused: false })
    await passDays(id, 1)
    expect(await usage(id)).toMatchObject({ isPaused: true })
  })

  test('suspends nobody who has paid meanwhile: Stripe is asked first, because its webhook may be late', async () => {
    const { id, invoice } = await inDebt()
    stripeAnswers({ id: invoice, status: 'paid', amount_due: 14_900, amount_paid: 14_900, attempt_count: 2 })
    for (const days of [0, 1, 2, 1]) await passDays(id, days)

    expect(await usage(id)).toMatchObject({ isPaused: false })
    expect(await accountOf(id)).toMatchObject({ state: 'active' })
  })

  test('suspends nobody while Stripe cannot be asked', async () => {
    const { id } = await inDebt()
    await passDays(id, 7)
    world.network.answer = async () => Response.json({ error: { message: 'down' } }, { status: 500 })
    await passDays(id, 1)
    expect(await usage(id)).toMatchObject({ isPaused: false })
    const [deadline] =
      await world.owner`select state from billing_deadlines where customer_id = ${id} and kind = 'suspend'`
    expect(deadline).toEqual({ state: 'waiting' })
    await world.owner`update provider_status set circuit = 'closed', failure_count = 0, cooldown_until = null`
  })

  test('reminds once though whoever sent it died before it was written down; what was not taken is tried again (K-13)', async () => {
    const { id, email } = await inDebt()
    const first = () => world.owner`
      select id, state, reason, tried_at is not null as tried from billing_deadlines where customer_id = ${id} and kind = 'remind' and day = 0`
    const { deliver } = world.network
    world.network.deliver = async () => {
      throw new Error('The mail server did not take it (421)')
    }
    const [due] = await first()
    await world.owner`update billing_deadlines set lease_generation = 1, lease_until = now() + interval '1 minute' where id = ${due?.id}`
    const reminded = { deadlineId: due?.id, generation: 1 }
    await expect(remindOwner(world.ctx(), reminded)).rejects.toThrow('421')
    expect(await first()).toMatchObject([{ state: 'waiting', tried: false }])

    // it arrives, and nobody lives to write it down
    const { promise: arrival, resolve: arrived } = Promise.withResolvers<void>()
    world.network.deliver = async () => {
      arrived()
      await new Promise(() => undefined)
    }
    void remindOwner(world.ctx(), reminded)
    await arrival
    world.network.deliver = deliver
    await world.owner`update billing_deadlines set lease_until = now() - interval '1 second' where id = ${due?.id}`
    await Promise.all([runDeadlines(world.ctx()), runDeadlines(world.ctx())])
    await world.drainJobs()
    expect(mailsTo(email)).toEqual([])
    expect(await first()).toMatchObject([
      { state: 'done', reason: expect.stringContaining('Nobody knows'), tried: true },
    ])
    await world.owner`update provider_status set circuit = 'closed', failure_count = 0, cooldown_until = null`
  })

  test('reminds once though three schedulers look at the same moment', async () => {
    const { id, email } = await inDebt()
    await Promise.all(Array.from({ length: 8 }, () => runDeadlines(world.ctx())))
    await world.drainJobs()
    expect(mailsTo(email)).toHaveLength(1)
    expect(
      (
        await world.owner`select count(*)::int as done from billing_deadlines where customer_id = ${id} and state = 'done'`
      )[0],
    ).toEqual({ done: 1 })
  })
})

describe('lines', () => {
  async function withCalls(lengths: readonly number[]) {
    const customer = await world.customer({ tier: 'core' })
    const calls = lengths.map((seconds) => retellCall({ to: customer.phoneNumber, seconds }))
    for (const call of calls) await world.retell(call.ended)
    await world.process()
    return { ...customer, calls }
  }

  test('add up to what the ledger holds; rating twice, or eight times at once, changes nothing (K-14, K-26)', async () => {
    const { id } = await withCalls([65, 120, 33])
    await Promise.all(Array.from({ length: 8 }, () => rateLedger(world.ctx())))
    const lines = await linesOf(id)
    expect(lines).toMatchObject([{ meter: 'call_seconds', quantity: 218, cents: 0, state: 'open' }])
    // what Retell takes: 15 cents... a second in this world's figures
    expect(lines[0]?.cost).toBeGreaterThan(0)
    await rateLedger(world.ctx())
    expect(await linesOf(id)).toEqual(lines)
    expect(await linesOf(id, 'fee')).toHaveLength(1)
    const [sums] = await world.owner`
      select (select call_used_seconds from usage_limits where customer_id = ${id})::int as counter,
        (select sum(quantity) from usage_entries where customer_id = ${id})::int as ledger,
        (select sum(quantity) from billing_line_items where customer_id = ${id} and kind = 'usage')::int as lines,
        (select count(*) from billing_line_entries where customer_id = ${id})::int as entries`
    expect(sums).toEqual({ counter: 218, ledger: 218, lines: 218, entries: 3 })
  })

  test('of the first month cost its rest to the second, those of the next one the whole price; never more is given back than was paid', async () => {
    const { id } = await world.customer({ tier: 'core' })
    // three quarters of a period of twenty days lie before it became a customer
    await world.owner`
      update usage_limits set period_start = date_trunc('second', now()) - interval '15 days 1 hour', period_end = date_trunc('second', now()) + interval '4 days 23 hours'
      where customer_id = ${id}`
    await world.owner`
      update customers set created_at = (select period_start + interval '15 days' from usage_limits where customer_id = ${id}) where id = ${id}`
    await world.owner`
      insert into usage_periods (customer_id, period_start, period_end, tier_snapshot_id, call_used_seconds, sms_used)
      select customer_id, period_start - interval '20 days', period_start, tier_snapshot_id, 0, 0 from usage_limits where customer_id = ${id}`
    await Promise.all(Array.from({ length: 4 }, () => rateLedger(world.ctx())))
    // a quarter of 149.00, and nothing for the time before
    expect(await linesOf(id, 'fee')).toMatchObject([{ cents: 3725 }])

    const asked = { customerId: toWireId('customer', id), tier: 'elite', when: 'now' }
    const { body: up } = await world.rest('POST', '/api/admin/usage/tier-changes', {
      token: await world.signIn('admin'),
      body: { ...asked, reason: 'grows' },
    })
    expect(up.creditCents).toBeGreaterThan(3600)
    expect(up.creditCents).toBeLessThanOrEqual(3725)

    const later = await world.customer({ tier: 'core' })
    await world.owner`
      update customers set created_at = (select period_start - interval '1 second' from usage_limits where customer_id = ${later.id}) where id = ${later.id}`
    await rateLedger(world.ctx())
    expect(await linesOf(later.id, 'fee')).toMatchObject([{ cents: 14_900 }])
  })

  test('of units that have a price come to the price of the final quantity, whatever was rated between', async () => {
    const { id, phoneNumber } = await world.customer({ tier: 'core' })
    const [tier] =
      await world.owner`select tier_snapshot_id as id, call_cap_seconds::int as cap from usage_limits where customer_id = ${id}`
    await world.owner`insert into billing_rates (tier_snapshot_id, meter, unit_price_micros) values (${tier?.id}, 'call_seconds', 10834)`
    try {
      for (const seconds of [4000, 4000, 1500, 61]) {
        await world.retell(retellCall({ to: phoneNumber, seconds }).ended)
        await world.process()
        await rateLedger(world.ctx())
      }
      const beyond = 9561 - Number(tier?.cap)
      expect(await linesOf(id)).toMatchObject([
        { quantity: 9561, cents: Math.floor((beyond * 10_834 + 5000) / 10_000) },
      ])
    } finally {
      await world.owner`delete from billing_rates`
    }
  })

  describe('of units that have a price follow, without another entry,', () => {
    const micros = 10_834
    const price = (beyond: number) => Math.floor((Math.max(0, beyond) * micros + 5000) / 10_000)
    const centsOf = async (customerId: string) => (await linesOf(customerId)).map(({ cents }) => cents)
    const grant = (customerId: string, quantity: number, sourceKey = newId()) =>
      grantCredit(world.ctx(), {
        customerId,
        meter: 'call_seconds',
        quantity,
        source: 'goodwill',
        sourceKey,
        priority: 1,
      })
    const includedOf = async (customerId: string) => {
      const [row] = await world.owner`
        select (call_cap_seconds + call_credit_seconds + rollover_seconds)::int as included from usage_limits where customer_id = ${customerId}`
      return Number(row?.included)
    }
    beforeEach(
      () => world.owner`
      insert into billing_rates (tier_snapshot_id, meter, unit_price_micros) select id, 'call_seconds', ${micros} from tier_snapshots`,
    )
    afterEach(() => world.owner`delete from billing_rates`)

    test('what is granted, priced anew and sold under another tier in the midst of their period', async () => {
      const { id } = await withCalls([5000, 5000, 1000])
      const beyond = 11_000 - (await includedOf(id))
      await rateLedger(world.ctx())
      expect(await centsOf(id)).toEqual([price(beyond)])

      await grant(id, 600)
      await rateLedger(world.ctx())
      expect(await centsOf(id)).toEqual([price(beyond - 600)])
      const token = await world.signIn('admin')
      const preview = await world.rest('GET', `/api/billing/invoice-preview?customerId=${toWireId('customer', id)}`, {
        token,
      })
      expect(preview.body.totals.usageCents).toBe(price(beyond - 600))

      await world.owner`update billing_rates set unit_price_micros = 20000`
      await rateLedger(world.ctx())
      expect(await centsOf(id)).toEqual([(beyond - 600) * 2])

      const body = { customerId: toWireId('customer', id), tier: 'elite', when: 'now', reason: 'grows' }
      expect((await world.rest('POST', '/api/admin/usage/tier-changes', { token, body })).status).toBe(200)
      await rateLedger(world.ctx())
      expect(await centsOf(id)).toEqual([Math.max(0, 11_000 - (await includedOf(id))) * 2])
    })

    test('what was granted on the last day of a period that is over and not closed', async () => {
      const { id } = await withCalls([5000, 5000, 1000])
      const beyond = 11_000 - (await includedOf(id))
      await rateLedger(world.ctx())
      await grant(id, 600)
      const [limits] = await world.owner`select period_end from usage_limits where customer_id = ${id}`
      const nextDay = { now: new Date(limits?.period_end.getTime() + 3_600_000) }
      await rollPeriods(world.ctx(nextDay))
      await rateLedger(world.ctx(nextDay))

      expect(await linesOf(id)).toMatchObject([{ cents: price(beyond - 600), state: 'open' }])
    })

    test('what is granted while calls end and eight rate: the price is that of what is used and included in the end', async () => {
      const { id, phoneNumber } = await withCalls([5000, 5000])
      const calls = Array.from({ length: 20 }, (_, nth) => retellCall({ to: phoneNumber, seconds: 100 + nth }).ended)
      const rateAndGrant = (many: number) => [
        ...Array.from({ length: many }, () => rateLedger(world.ctx())),
        ...Array.from({ length: many }, (_, nth) => grant(id, 50 + nth)),
      ]
      for (const call of calls) await world.retell(call)
      await Promise.all([...rateAndGrant(8), world.process(3), world.process(3)])
      await rateLedger(world.ctx())
      const used = 10_000 + calls.reduce((sum, { call }) => sum + call.duration_ms / 1000, 0)
      const asOwed = async () => [{ quantity: used, cents: price(used - (await includedOf(id))) }]
      expect(await linesOf(id)).toMatchObject(await asOwed())

      await Promise.all(rateAndGrant(8))
      await rateLedger(world.ctx())
      expect(await linesOf(id)).toMatchObject(await asOwed())
    })
  })

  /** Its present period is over and closed; answers from when on. */
  async function afterClosing(customerId: string) {
    await rateLedger(world.ctx())
    const [limits] = await world.owner`select period_end from usage_limits where customer_id = ${customerId}`
    const later = { now: new Date(limits?.period_end.getTime() + 73 * 3_600_000) }
    await rollPeriods(world.ctx(later))
    await closeLines(world.ctx(later))
    return later
  }

  test('of a closed period never change: what comes late is a line that names the one it corrects', async () => {
    const { id, calls } = await withCalls([100, 50])
    const later = await afterClosing(id)
    const [closed] = await linesOf(id)
    expect(closed).toMatchObject({ quantity: 150, state: 'closed', corrects: null })
    await expect(world.owner`update billing_line_items set quantity = 1 where id = ${closed?.id}`).rejects.toThrow(
      'never changes',
    )

    const [call] = calls
    await world.retell({ ...call?.ended, call: { ...call?.ended.call, duration_ms: 130_000 } })
    await processBatch(world.ctx(later), { limit: 10 })
    await rateLedger(world.ctx(later))
    await rateLedger(world.ctx(later))
    expect(await linesOf(id)).toMatchObject([
      { quantity: 150, state: 'closed' },
      { quantity: 30, state: 'closed', corrects: closed?.id },
    ])
  })

  test('of a closed period whose price is named late stay as they are: one more bills nothing and corrects the cost, once, whoever hears of it at the same moment', async () => {
    const { id, phoneNumber } = await world.customer({ tier: 'core' })
    for (const nth of [1, 2])
      await world.twilio('sms-status', {
        MessageSid: `SM${newId().replaceAll('-', '')}`,
        MessageStatus: 'delivered',
        From: phoneNumber,
        To: '+14155550172',
        NumSegments: String(nth),
      })
    await world.process()
    const later = await afterClosing(id)
    const [closed] = await linesOf(id)
    const texts = await world.owner`select id from sms_events where customer_id = ${id} order by segments`
    const hear = async (micros: readonly number[]) => {
      for (const [nth, micro] of micros.entries())
        await world.owner`update sms_events set listed_cost_micros = ${micro} where id = ${texts[nth]?.id}`
      const eventIds = texts.map((text) => text.id)
      await Promise.all([1, 2, 3].map(() => inTransaction(world.ctx(later), (ctx) => followPrices(ctx, { eventIds }))))
    }

    await hear([7900])
    await hear([7900, 15_800])

    const nothing = { meter: 'sms_segments', cents: 0, state: 'closed' }
    expect(await linesOf(id)).toMatchObject([
      { ...nothing, quantity: 3, cost: 0, corrects: null },
      { ...nothing, quantity: 0, cost: 7900, corrects: closed?.id },
      { ...nothing, quantity: 0, cost: 15_800, corrects: expect.any(String) },
    ])
    const { body: page } = await world.rest(
      'GET',
      `/api/billing/lines?customerId=${toWireId('customer', id)}&kind=usage`,
      {
        token: operator,
      },
    )
    type Shown = { providerCostMicros: number | null; marginCents: number | null; unpriced: number }
    const shown = page.items.map(({ providerCostMicros, marginCents, unpriced }: Shown) => [
      providerCostMicros,
      marginCents,
      unpriced,
    ])
    expect(shown.sort(([, , a]: number[], [, , b]: number[]) => (a ?? 0) - (b ?? 0))).toEqual(
      expect.arrayContaining([
        [null, null, 2],
        [7900, -1, -1],
        [15_800, -2, -1],
      ]),
    )
  })

  test('open to their ledger entries and webhooks, and an entry to its line; the shares add up to the line', async () => {
    const { id } = await withCalls([65, 120])
    await runJob('billing.rate')
    const { body: page } = await world.rest(
      'GET',
      `/api/billing/lines?customerId=${toWireId('customer', id)}&kind=usage`,
      { token: operator },
    )
    const { body: explained } = await world.rest('GET', `/api/billing/lines/${page.items[0].id}`, { token: operator })

    expect(explained.entries).toHaveLength(2)
    for (const entry of explained.entries) {
      expect(entry).toMatchObject({
        webhookId: expect.stringMatching(/^whk_/),
        eventId: expect.stringMatching(/^cal_/),
      })
      const { body } = await world.rest('GET', `/api/billing/ledger/${entry.id}/line`, { token: operator })
      expect(body.line.id).toBe(page.items[0].id)
    }
    expect(
      explained.entries.reduce((sum: number, { amountCents }: { amountCents: number }) => sum + amountCents, 0),
    ).toBe(explained.line.amountCents)
  })

  test('of a top-up open to the payment and to what Stripe said', async () => {
    const { id } = await world.customer()
    const bought = stripeCustomer(id).topup()
    await tell(bought)
    const { body: page } = await world.rest(
      'GET',
      `/api/billing/lines?customerId=${toWireId('customer', id)}&kind=topup`,
      { token: operator },
    )
    const { body } = await world.rest('GET', `/api/billing/lines/${page.items[0].id}`, { token: operator })

    expect(body).toMatchObject({
      payment: { topup: 'call_300', state: 'paid', amountCents: 19_500 },
      statements: [
        { eventId: bought.id, type: 'checkout.session.completed', webhookId: expect.stringMatching(/^whk_/) },
      ],
    })
  })
})

describe('doors', () => {
  const own = async () => {
    const { id, phoneNumber } = await world.customer({ tier: 'core', businessName: '=HYPERLINK("x")' })
    return { id, phoneNumber, wireId: toWireId('customer', id), owner: await world.signIn('owner', id) }
  }

  test('an owner sees what he owes and what he may buy, and nothing of what it costs us', async () => {
    const { id, owner, phoneNumber, wireId } = await own()
    await sinceLongAgo(id)
    await world.retell(retellCall({ to: phoneNumber, seconds: 600 }).ended)
    await tell(stripeCustomer(id).invoice('payment_failed', { id: `in_${newId()}` }))
    await runJob('billing.rate')

    const { body: overview } = await world.rest('GET', '/api/billing', { token: owner })
    expect(overview).toMatchObject({ customerId: wireId, state: 'past_due', owedCents: 14_900, canPay: true })
    expect(overview.topups.map(({ key }: { key: string }) => key)).toEqual([
      'call_300',
      'call_800',
      'sms_1000',
      'sms_500',
    ])
    const { body: preview } = await world.rest('GET', '/api/billing/invoice-preview', { token: owner })
    expect(preview).toMatchObject({
      totals: { feeCents: 14_900, dueCents: 14_900, providerCostMicros: null, marginCents: null },
      unrated: { callSeconds: 0 },
    })
    expect(JSON.stringify(preview)).not.toMatch(/"providerCostMicros":\d/)
    const { body: staffs } = await world.rest('GET', `/api/billing/invoice-preview?customerId=${wireId}`, {
      token: operator,
    })
    expect(staffs.totals.providerCostMicros).toBeGreaterThan(0)
    expect(staffs.totals.marginCents).toBe(14_900 - Math.round(staffs.totals.providerCostMicros / 10_000))
    const { body: invoices } = await world.rest('GET', '/api/billing/invoices', { token: owner })
    expect(invoices.items).toMatchObject([{ status: 'open', amountDueCents: 14_900 }])

    const csv = await world.app.inject({
      url: '/api/billing/invoice-preview.csv',
      headers: { authorization: `Bearer ${owner}` },
    })
    expect(csv.headers['content-type']).toContain('text/csv')
    const [head, ...rows] = csv.body.trimEnd().split('\r\n')
    expect(head).toMatch(/^id,kind,meter,tier/)
    expect(rows).toHaveLength(2)
    const other = await world.app.inject({
      url: `/api/billing/invoice-preview.csv?customerId=${toWireId('customer', newId())}`,
      headers: { authorization: `Bearer ${owner}` },
    })
    expect(other.statusCode).toBe(404)
  })

  test('what-if re-rates a period under another tier, with the top-ups that it would have needed', async () => {
    const { id, wireId, phoneNumber } = await own()
    await world.retell(retellCall({ to: phoneNumber, seconds: 10_000 }).ended)
    await world.process()
    expect(id).toBeTruthy()
    const { body } = await world.rest('GET', `/api/billing/what-if?customerId=${wireId}&tier=pro&period=current`, {
      token: operator,
    })
    expect(body).toMatchObject({
      present: { tier: 'core', feeCents: 14_900, calls: { beyond: 1000, topupCents: 19_500 }, totalCents: 34_400 },
      other: { tier: 'pro', totalCents: 24_900 },
      differenceCents: -9500,
    })
    const of = (period: string) =>
      world.rest('GET', `/api/billing/what-if?customerId=${wireId}&tier=pro${period}`, { token: operator })
    // of a customer whose first period still runs, nothing else is known
    expect((await of('')).body).toEqual(body)
    expect((await of('&period=last')).status).toBe(404)
  })

  test('a checkout is asked of Stripe once, under one key, though its answer was lost and its process died', async () => {
    const { owner } = await own()
    const keys: (string | null)[] = []
    let isLost = true
    world.network.answer = async ({ url }, init) => {
      if (!url.endsWith('/v1/checkout/sessions')) return Response.json({ messages: [] }, { status: 400 })
      keys.push(new Headers(init.headers).get('idempotency-key'))
      if (isLost) {
        isLost = false
        throw new Error('socket hang up')
      }
      return Response.json({ id: 'cs_1', url: 'https://checkout.stripe.test/c/1' })
    }
    const { status, body } = await world.rest('POST', '/api/billing/checkout', {
      token: owner,
      body: { topup: 'call_300' },
    })
    expect([status, body.state]).toEqual([200, 'pending'])
    await world.drainJobs()
    for (let tries = 0; tries < 200; tries++) {
      await world.drainJobs()
      const { body: request } = await world.rest('GET', `/api/billing/requests/${body.id}`, { token: owner })
      if (request.state !== 'pending') break
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    const { body: request } = await world.rest('GET', `/api/billing/requests/${body.id}`, { token: owner })
    expect(request).toMatchObject({ state: 'ready', url: 'https://checkout.stripe.test/c/1' })
    expect(keys).toHaveLength(2)
    expect(new Set(keys).size).toBe(1)
    const sent = world.sent.findLast(({ url }) => url.endsWith('/v1/checkout/sessions'))
    expect(Object.fromEntries(sent?.body ?? [])).toMatchObject({
      mode: 'payment',
      'metadata[trunkline_topup]': 'call_300',
    })
    // money moves when Stripe says that it was paid, and not before
    expect(
      (
        await world.owner`select count(*)::int as n from billing_payments where customer_id = (select customer_id from billing_requests where url = 'https://checkout.stripe.test/c/1')`
      )[0],
    ).toEqual({ n: 0 })
  })

  test('what Stripe refuses ends the request with its reason, and no secret is in it', async () => {
    const { owner } = await own()
    world.network.answer = async () =>
      Response.json({ error: { message: 'Invalid API Key: sk_test_world_0123456789' } }, { status: 401 })
    const { body } = await world.rest('POST', '/api/billing/checkout', { token: owner, body: { topup: 'sms_500' } })
    await world.drainJobs()
    const { body: request } = await world.rest('GET', `/api/billing/requests/${body.id}`, { token: owner })

    expect(request).toMatchObject({ state: 'failed', url: null, error: expect.stringContaining('stripe answered 401') })
    expect(`${request.error}${world.logged.join('')}`).not.toContain('sk_test_world_0123456789')
  })

  test('a tier is sold at Stripe’s price only where it is ours, and an upgrade changes the subscription', async () => {
    const { id, owner } = await own()
    let cents = 1
    world.network.answer = async ({ url }) =>
      Response.json(
        url.includes('/v1/prices')
          ? { data: [{ id: 'price_pro', unit_amount: cents }] }
          : { id: 'sub', url: 'https://c.test/1' },
      )
    const buy = async () => {
      const { body } = await world.rest('POST', '/api/billing/checkout', { token: owner, body: { tier: 'pro' } })
      await world.drainJobs()
      return (await world.rest('GET', `/api/billing/requests/${body.id}`, { token: owner })).body
    }
    expect(await buy()).toMatchObject({
      kind: 'subscribe',
      state: 'failed',
      error: expect.stringContaining('is not what the tier costs'),
    })
    cents = 24_900
    expect(await buy()).toMatchObject({ state: 'ready', url: 'https://c.test/1' })

    const stripe = stripeCustomer(id)
    await tell(stripe.subscription('core'))
    expect(await buy()).toMatchObject({ kind: 'change', state: 'ready', url: null })
    // other jobs ask Stripe too
    const sent = world.sent.findLast(({ url }) => url.includes('/v1/subscriptions/'))
    expect([sent?.url, sent?.body.get('items[0][price]'), sent?.body.get('proration_behavior')]).toEqual([
      `https://stripe.test/v1/subscriptions/${stripe.names.subscription}`,
      'price_pro',
      'always_invoice',
    ])
    expect(await usage(id)).toMatchObject({ tier: 'core' })
  })

  test.each([
    ['POST', '/api/billing/checkout', {}, 400, 'topup'],
    ['POST', '/api/billing/checkout', { topup: 'call_300', tier: 'pro' }, 400, 'topup'],
    ['POST', '/api/billing/checkout', { topup: 'call_9000' }, 400, 'topup'],
    ['POST', '/api/billing/portal', {}, 409, undefined],
    ['GET', '/api/billing/requests/brq_1', undefined, 400, 'id'],
    ['GET', '/api/billing/what-if?tier=gold', undefined, 400, 'tier'],
    ['GET', '/api/billing/lines?periodStart=yesterday', undefined, 400, 'periodStart'],
  ] as const)('%s %s with %j is refused clearly', async (method, path, body, status, field) => {
    const { owner } = await own()
    const answer = await world.rest(method, path, { token: owner, ...(body === undefined ? {} : { body }) })
    expect(answer.status).toBe(status)
    if (field !== undefined) expect(Object.keys(answer.body.error.fields)).toContain(field)
  })

  test('of all accounts those that are suspended stand first, then who owes; each with what its period comes to', async () => {
    const states = ['active', 'suspended', 'none', 'past_due'] as const
    const made = new Map<string, string>()
    for (const state of states) {
      const { id } = await world.customer({ businessName: `Account ${state}` })
      made.set(toWireId('customer', id), state)
      if (state === 'none') continue
      await world.owner`
        insert into billing_accounts (customer_id, state, suspended_at, updated_at)
        values (${id}, ${state}, ${state === 'suspended' ? new Date() : null}, now())`
      await world.owner`
        insert into billing_invoices (id, customer_id, stripe_invoice_id, status, amount_due_cents, amount_paid_cents, currency, attempts, issued_at, updated_at)
        values (${newId()}, ${id}, ${`in_${newId()}`}, ${state === 'active' ? 'paid' : 'open'}, 14900, 4900, 'usd', 1, now(), now())`
    }
    const listed: { id: string; state: string; owedCents: number }[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await world.rest(
        'GET',
        `/api/admin/billing/accounts?q=Account&limit=1${cursor && `&cursor=${cursor}`}`,
        {
          token: operator,
        },
      )
      listed.push(...body.items)
      cursor = body.nextCursor
    }
    expect(listed.map(({ id, state, owedCents }) => [made.get(id), state, owedCents])).toEqual([
      ['suspended', 'suspended', 10_000],
      ['past_due', 'past_due', 10_000],
      ['active', 'active', 0],
      ['none', 'none', 0],
    ])
  })

  test('without Stripe nothing can be bought, and the answer says so', async () => {
    const { id } = await world.customer()
    const env = { ...world.env, STRIPE_SECRET_KEY: undefined }
    await expect(
      createRequest(world.ctx({ env }), { customerId: id, wish: { topup: 'call_300' } }),
    ).rejects.toMatchObject({
      refusal: 'unavailable',
    })
  })
})
