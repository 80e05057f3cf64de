import { createHmac } from 'node:crypto'
import { expect } from 'vitest'
import { openMailServer } from '../../apps/api/src/testing/mail-server.ts'
import { planCall, post, retellEvent } from './provider.ts'
import { type Process, type Stage, test, until } from './stage.ts'

const wireId = (id: string) => `cus_${id.replaceAll('-', '')}`

/** An event of Stripe's, delivered until it is taken. */
async function tell(
  stage: Stage,
  api: Process,
  event: { id: string; type: string; object: object },
  insist = true,
): Promise<void> {
  const body = JSON.stringify({
    id: event.id,
    object: 'event',
    type: event.type,
    created: Math.floor(Date.now() / 1000),
    data: { object: event.object },
  })
  const seconds = Math.floor(Date.now() / 1000)
  const digest = createHmac('sha256', stage.account.stripeWebhookSecret).update(`${seconds}.${body}`).digest('hex')
  const headers = { 'content-type': 'application/json', 'stripe-signature': `t=${seconds},v1=${digest}` }
  const answer = await post(api, { path: '/webhooks/stripe', headers, body })
  if (insist) expect(answer?.status).toBe(200)
}

const topup = (customerId: string, nth: number) => ({
  id: `evt_topup_${nth}`,
  type: 'checkout.session.completed',
  object: {
    id: `cs_${nth}`,
    object: 'checkout.session',
    mode: 'payment',
    status: 'complete',
    payment_status: 'paid',
    amount_total: 5000,
    currency: 'usd',
    customer: 'cus_process',
    payment_intent: `pi_${nth}`,
    metadata: { trunkline_customer: wireId(customerId), trunkline_topup: 'sms_500' },
  },
})

test.concurrent('killed at each step of a top-up, its refund, its lost dispute, that one won after all, a rating or a suspension, and started again: each is done once (K-12, K-16, C-7)', async ({
  stage,
}) => {
  let api = await stage.start({ env: { STRIPE_SECRET_KEY: '' } })
  const { id, phoneNumber } = await stage.customer(api, 'core')
  const money = async () => {
    const [row] = await stage.sql`
      select (select sms_credit::int from usage_limits where customer_id = ${id}) as credit,
        (select count(*)::int from billing_payments where customer_id = ${id} and credited_at is not null) as credited,
        (select count(*)::int from billing_line_items where customer_id = ${id} and kind = 'topup') as topups,
        (select coalesce(sum(quantity), 0)::int from billing_line_items where customer_id = ${id} and kind = 'usage') as rated,
        (select coalesce(sum(quantity), 0)::int from usage_entries where customer_id = ${id}) as ledger,
        (select count(*)::int from usage_pauses where customer_id = ${id} and ended_at is null) as pauses,
        (select count(*)::int from ops_alerts where customer_id = ${id} and alert_type = 'customer_suspended') as told`
    return row
  }
  let credits = 0
  for (const step of ['intake.committed', 'billing.applied', 'process.committed']) {
    await api.killAt(step)
    const event = topup(id, ++credits)
    await tell(stage, api, event, false)
    expect(await api.exited, step).toBe('SIGKILL')
    api = await api.restart()
    await tell(stage, api, event)
    await stage.settled()
    await tell(stage, api, { ...event, id: `${event.id}_again` })
    await stage.settled()
    expect(await money(), step).toMatchObject({ credit: 500 * credits, credited: credits, topups: credits })
  }

  // half of the first top-up, then all of the second, is given back
  const refund = (nth: number, cents: number) => ({
    id: `evt_refund_${nth}_${cents}`,
    type: 'charge.refunded',
    object: {
      id: `ch_${nth}`,
      object: 'charge',
      customer: 'cus_process',
      payment_intent: `pi_${nth}`,
      currency: 'usd',
      amount_refunded: cents,
    },
  })
  let credit = 500 * credits
  for (const [step, event, units] of [
    ['usage.credit_withdrawn', refund(1, 2500), 250],
    ['process.committed', refund(2, 5000), 500],
  ] as const) {
    await api.killAt(step)
    await tell(stage, api, event, false)
    expect(await api.exited, step).toBe('SIGKILL')
    api = await api.restart()
    await tell(stage, api, event)
    await stage.settled()
    await tell(stage, api, { ...event, id: `${event.id}_again` })
    await stage.settled()
    credit -= units
    expect(await money(), step).toMatchObject({ credit })
  }
  // what is left of the first one, and all of the third, is lost to a bank
  const lost = (nth: number, cents: number) => ({
    id: `evt_lost_${nth}`,
    type: 'charge.dispute.closed',
    object: {
      id: `dp_${nth}`,
      object: 'dispute',
      charge: `ch_${nth}`,
      payment_intent: `pi_${nth}`,
      amount: cents,
      reason: 'fraudulent',
      status: 'lost',
    },
  })
  for (const [step, event, units] of [
    ['usage.credit_withdrawn', lost(1, 2500), 250],
    ['process.committed', lost(3, 5000), 500],
  ] as const) {
    await api.killAt(step)
    await tell(stage, api, event, false)
    expect(await api.exited, step).toBe('SIGKILL')
    api = await api.restart()
    await tell(stage, api, event)
    await stage.settled()
    await tell(stage, api, { ...event, id: `${event.id}_again` })
    await stage.settled()
    credit -= units
    expect(await money(), step).toMatchObject({ credit })
  }
  const withdrawn = await stage.sql`select taken::int from usage_withdrawals where customer_id = ${id} order by id`
  expect(withdrawn).toEqual([{ taken: 250 }, { taken: 500 }, { taken: 250 }, { taken: 500 }])
  const [told] = await stage.sql`
    select count(*)::int as lost from ops_alerts where customer_id = ${id} and alert_type = 'payment_dispute_lost'`
  expect(told).toEqual({ lost: 2 })
  // the second of them the bank gives back after all
  const { object } = lost(3, 5000)
  const won = { id: 'evt_won_3', type: 'charge.dispute.closed', object: { ...object, status: 'won' } }
  await api.killAt('billing.applied')
  await tell(stage, api, won, false)
  expect(await api.exited).toBe('SIGKILL')
  api = await api.restart()
  await api.killAt('process.committed')
  await tell(stage, api, won, false)
  expect(await api.exited).toBe('SIGKILL')
  api = await api.restart()
  await tell(stage, api, won)
  await tell(stage, api, { ...won, id: `${won.id}_again` })
  await stage.settled()
  const returned = await stage.sql`
    select line.amount_cents::int as cents, taken.amount_cents::int as taken from billing_line_items as line
      join billing_line_items as taken on taken.id = line.corrects_line_id and taken.kind = 'refund'
    where line.customer_id = ${id} and line.kind = 'refund' and line.amount_cents > 0`
  expect(returned).toEqual([{ cents: 5000, taken: -5000 }])
  expect(await money()).toMatchObject({ credit })

  // the scheduler's own rating dies with its lines written and not committed
  const due = (name: string) => stage.sql`update schedules set next_due_at = now() where name = ${name}`
  await stage.provider.insist([api], retellEvent('call_ended', planCall(phoneNumber, 120)))
  await stage.settled()
  await api.killAt('billing.rated')
  await due('billing.rate')
  expect(await api.exited).toBe('SIGKILL')
  api = await api.restart()
  await due('billing.rate')
  await until('all is rated', async () => (await money())?.rated === 120)
  expect(await money()).toMatchObject({ rated: 120, ledger: 120 })

  await tell(stage, api, {
    id: 'evt_failed',
    type: 'invoice.payment_failed',
    object: {
      id: 'in_1',
      object: 'invoice',
      status: 'open',
      amount_due: 14_900,
      amount_paid: 0,
      attempt_count: 1,
      currency: 'usd',
      customer: 'cus_process',
    },
  })
  await stage.settled()
  await stage.sql`update billing_deadlines set state = 'done', ended_at = now() - interval '2 days' where kind = 'remind'`
  await api.killAt('billing.suspended')
  await stage.sql`update billing_deadlines set due_at = now() where kind = 'suspend'`
  await due('billing.runDeadlines')
  expect(await api.exited).toBe('SIGKILL')
  expect(await money()).toMatchObject({ pauses: 0, told: 0 })
  api = await api.restart()
  // the dead process held it: its lease runs out
  await stage.sql`update billing_deadlines set lease_until = null`
  await due('billing.runDeadlines')
  await until('the customer is suspended', async () => (await money())?.pauses === 1)
  expect(await money()).toMatchObject({ pauses: 1, told: 1, credit })
})

test.concurrent('killed with open lines brought to a new price and not committed, and started again: each line is what its period owes, once', async ({
  stage,
}) => {
  let api = await stage.start()
  const customers = [await stage.customer(api, 'core'), await stage.customer(api, 'core')]
  const owed = async () =>
    await stage.sql`
    select line.customer_id, line.quantity::int, line.amount_cents::int as cents, (limits.call_cap_seconds + limits.call_credit_seconds)::int as included
    from billing_line_items as line join usage_limits as limits using (customer_id)
    where line.kind = 'usage' and line.meter = 'call_seconds' order by line.customer_id`
  const price = (micros: number, line: Record<string, number>) =>
    Math.floor((Math.max(0, Number(line.quantity) - Number(line.included)) * micros + 5000) / 10_000)
  const isAt = async (micros: number) => {
    const lines = await owed()
    return lines.length === 2 && lines.every((line) => line.cents === price(micros, line) && line.cents > 0)
  }
  const due = () => stage.sql`update schedules set next_due_at = now() where name = 'billing.rate'`
  await stage.sql`
    insert into billing_rates (tier_snapshot_id, meter, unit_price_micros) select id, 'call_seconds', 10000 from tier_snapshots`
  const seconds = [7000, 7000]
  for (const { phoneNumber } of customers)
    for (const each of seconds)
      await stage.provider.insist([api], retellEvent('call_ended', planCall(phoneNumber, each)))
  await stage.settled()
  await due()
  await until('all is rated', () => isAt(10_000))

  await api.killAt('billing.followed')
  await stage.sql`update billing_rates set unit_price_micros = 20000`
  await due()
  expect(await api.exited).toBe('SIGKILL')
  expect(await isAt(10_000)).toBe(true)
  api = await api.restart()
  await due()
  await until('the lines follow', () => isAt(20_000))

  expect(await owed()).toMatchObject(customers.map(() => ({ quantity: 14_000 })))
  const entries = await stage.sql`select count(*)::int as rated from billing_line_entries`
  expect(entries).toEqual([{ rated: 4 }])
})

test.concurrent('killed between a mail and the note of it, and started again: neither a reminder nor a notice is sent twice (K-13)', async ({
  stage,
}) => {
  const server = await openMailServer()
  const { mails } = server
  const about = (subject: string) => mails.filter((mail) => mail.includes(subject))
  try {
    let api = await stage.start({
      env: { STRIPE_SECRET_KEY: '', SMTP_URL: server.url, MAIL_FROM: 'trunkline@trunkline.example' },
    })
    const { id, phoneNumber } = await stage.customer(api, 'core')
    await stage.sql`update customers set owner_email = 'owner@harbor.example' where id = ${id}`

    await api.killAt('billing.reminded')
    await tell(stage, api, {
      id: 'evt_unpaid',
      type: 'invoice.payment_failed',
      object: {
        id: 'in_mail',
        object: 'invoice',
        status: 'open',
        amount_due: 14_900,
        amount_paid: 0,
        attempt_count: 1,
        currency: 'usd',
        customer: 'cus_mail',
        metadata: { trunkline_customer: wireId(id) },
      },
    })
    await until('the deadlines stand', async () => (await stage.sql`select 1 from billing_deadlines`).length > 0)
    const due = () => stage.sql`update schedules set next_due_at = now() where name = 'billing.runDeadlines'`
    await due()
    expect(await api.exited).toBe('SIGKILL')
    expect(about('did not go through')).toHaveLength(1)
    api = await api.restart()
    await stage.sql`update billing_deadlines set lease_until = null`
    await due()
    const first = async () =>
      (await stage.sql`select state, reason from billing_deadlines where kind = 'remind' and day = 0`)[0]
    await until('the reminder has ended', async () => (await first())?.state === 'done')
    expect(await first()).toMatchObject({ reason: expect.stringContaining('Nobody knows') })

    await api.killAt('customers.notice_sent')
    await stage.provider.insist([api], retellEvent('call_ended', planCall(phoneNumber, 7300)))
    expect(await api.exited).toBe('SIGKILL')
    api = await api.restart()
    await stage.sql`update owner_notices set updated_at = now() - interval '2 minutes'`
    await stage.sql`update pgboss.job set start_after = now(), state = 'created' where name = 'customers.sendNotice' and state <> 'completed'`
    const notice = async () => (await stage.sql`select state from owner_notices where kind = 'usage_warning'`)[0]
    await until('the notice has ended', async () => (await notice())?.state === 'undecided')
    expect(about('did not go through')).toHaveLength(1)
    expect(mails).toHaveLength(2)
    expect(
      mails.every((mail) => /^Message-ID:\s+<(reminder|notice)\.[0-9a-f-]{36}@trunkline\.example>/im.test(mail)),
    ).toBe(true)
  } finally {
    await server.close()
  }
})
