import { expect } from 'vitest'
import { until } from '../test/process/stage.ts'
import { expectSoundLook, looks, test } from './browser.ts'
import type { World } from './world.ts'

/** What Stripe would have told of a customer that does not pay. */
async function pastDue(world: World, customerId: string) {
  await world.sql`
    insert into billing_accounts (customer_id, state, stripe_customer_id, stripe_subscription_id, subscription_status, tier, past_due_since, upcoming_cents, upcoming_at, updated_at)
    values (${customerId.slice(4)}, 'past_due', ${`cus_${customerId.slice(-8)}`}, ${`sub_${customerId.slice(-8)}`}, 'past_due', 'core', now() - interval '2 days', 19900, now() + interval '9 days', now())`
  await world.sql`
    insert into billing_invoices (id, customer_id, stripe_invoice_id, status, number, amount_due_cents, amount_paid_cents, currency, attempts, failed_at, issued_at, updated_at)
    values (uuidv7(), ${customerId.slice(4)}, ${`in_${customerId.slice(-8)}`}, 'open', 'TL-0042', 19900, 0, 'usd', 2, now(), now() - interval '2 days', now())`
  await world.sql`
    insert into billing_payments (id, customer_id, checkout_session_id, topup_key, meter, quantity, amount_cents, currency, state, paid_at, credited_at, updated_at)
    values (uuidv7(), ${customerId.slice(4)}, ${`cs_${customerId.slice(-8)}`}, 'call_300', 'call_seconds', 18000, 19500, 'usd', 'paid', now(), now(), now())`
  await world.sql`
    insert into billing_deadlines (id, customer_id, stripe_invoice_id, kind, day, due_at)
    values (uuidv7(), ${customerId.slice(4)}, ${`in_${customerId.slice(-8)}`}, 'suspend', 5, now() + interval '3 days')`
}

async function rated(world: World, customerId: string) {
  await until('the ledger is rated', async () => {
    await world.sql`update schedules set next_due_at = now() - interval '1 second' where name = 'billing.rate'`
    const [row] = await world.sql`
      select count(*)::int as waiting from usage_entries as entry left join billing_line_entries as rated on rated.entry_id = entry.id
      where entry.customer_id = ${customerId.slice(4)} and rated.entry_id is null`
    return row?.waiting === 0
  })
}

test('who owes stands first, by keyboard from the palette to the account and its billing', async ({ open, world }) => {
  await world.customer('Pays Nothing Yet')
  const { id } = await world.customer('Harbor Plumbing')
  await pastDue(world, id)
  const page = await open('/')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('past due')
  await page.getByRole('option', { name: /Billing/ }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Billing', level: 1 }).waitFor()
  await page.getByRole('row').nth(1).getByText('Harbor Plumbing').waitFor()

  await page.getByRole('button', { name: 'Past due', exact: true }).click()
  await page.waitForURL(/account=past_due/)
  await page.getByText('Pays Nothing Yet').waitFor({ state: 'detached' })
  await page.getByRole('grid').focus()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const panel = page.getByRole('complementary', { name: 'Account' })
  await panel.getByText('TL-0042').waitFor()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })
  await page.keyboard.press('o')
  await page.getByRole('heading', { name: 'While it is unpaid' }).waitFor()
  await page.getByText('Suspension, day 5').waitFor()
})

test('a line opens to its ledger entries, call and bytes, and an entry leads back to its line', async ({
  open,
  world,
}) => {
  const { id, phoneNumber } = await world.customer('Golden Gate Drains')
  await world.call(phoneNumber, 600)
  await world.call(phoneNumber, 300)
  await world.settled()
  await rated(world, id)
  const page = await open(`/customers/${id}?tab=billing`)
  await page.getByRole('link', { name: 'Usage, minutes' }).click()
  const panel = page.getByRole('complementary', { name: 'Line' })
  await panel.getByText('2 ledger entries').waitFor()
  await panel.getByText('Margin').waitFor()
  await panel.getByRole('link', { name: /^whk_/ }).first().waitFor()
  await expectSoundLook(page)

  await panel.getByRole('link', { name: 'Usage', exact: true }).first().click()
  const entry = page.getByRole('complementary', { name: 'Ledger entry' })
  await entry.getByRole('link', { name: /^Usage, minutes/ }).click()
  await panel.getByText('2 ledger entries').waitFor()
  await panel.getByRole('link', { name: /^whk_/ }).first().click()
  await page.getByRole('complementary', { name: 'Webhook' }).waitFor()
})

test('a period is compared with another tier, its preview is a file, and nothing can be bought where Stripe is not set up', async ({
  open,
  world,
}) => {
  const { id, phoneNumber } = await world.customer('Bright Smile Dental')
  await world.call(phoneNumber, 12_000)
  await world.settled()
  await rated(world, id)
  const page = await open(`/customers/${id}?tab=billing`)
  await page.getByRole('columnheader', { name: 'Pro instead' }).waitFor()
  await page.getByLabel('Compared with').selectOption('elite')
  await page.getByRole('columnheader', { name: 'Elite instead' }).waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()])
  expect(file.suggestedFilename()).toBe('invoice-preview.csv')

  await page.goto(page.url().replace('tab=billing', 'act=topup'))
  const dialog = page.getByRole('dialog', { name: 'Top up' })
  await dialog.getByText('Payments are not set up on this server').waitFor()
  await dialog.getByText('300 min').waitFor()
})

test('ten thousand lines are a list, and one that another process writes appears by itself', async ({
  open,
  world,
}) => {
  const { id, phoneNumber } = await world.customer('Evergreen Dental')
  await world.sql`
    insert into billing_line_items (id, customer_id, period_start, period_end, kind, source_key, tier_snapshot_id, quantity, unit_price_micros, amount_cents, state, updated_at, closed_at)
    select uuidv7(), ${id.slice(4)}::uuid, now() - interval '40 days', now() - interval '10 days', 'refund', 'bulk:' || nth,
      (select id from tier_snapshots where tier = 'core' limit 1), 0, 0, -nth, 'closed', now(), now() from generate_series(1, 10000) as nth`
  const page = await open(`/customers/${id}?tab=lines`)
  await page.getByText('−$100.00').first().waitFor()
  await page.locator('[data-live=live]').waitFor()
  expect(await page.getByRole('row').count()).toBeLessThan(80)

  await world.call(phoneNumber, 60)
  await world.settled()
  await rated(world, id)
  await page.getByRole('link', { name: 'Usage, minutes' }).waitFor()
})

test('when the accounts cannot be read the page says so, and reads them on request', async ({ open, world }) => {
  await world.customer('Lakeside Orthodontics')
  const page = await open('/', { tolerate: /ERR_FAILED/ })
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.route(/billing\.accounts/, (route) => route.abort())
  await page.getByRole('link', { name: 'Billing', exact: true }).click()
  await page.getByText('The accounts could not be loaded').waitFor()
  await page.unroute(/billing\.accounts/)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('Lakeside Orthodontics').waitFor()
})

for (const look of looks)
  test(`billing, and what a customer pays, are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    world,
  }) => {
    const { id, phoneNumber } = await world.customer(`Sound ${look.width} ${look.theme}`)
    await pastDue(world, id)
    await world.call(phoneNumber, 7400)
    await world.settled()
    await rated(world, id)
    const page = await open('/billing?account=past_due', look)
    await page.getByRole('link', { name: `Sound ${look.width} ${look.theme}` }).click()
    await page.getByText('TL-0042').waitFor()
    await expectSoundLook(page, { floating: look.width === 360 })
    await page.goto(page.url().replace(/\/billing.*/, `/customers/${id}?tab=billing`))
    await page.getByRole('cell', { name: '$195.00' }).waitFor()
    await page.getByRole('link', { name: 'Usage, minutes' }).waitFor()
    await expectSoundLook(page)
    await page.getByRole('link', { name: 'Usage, minutes' }).click()
    await page.getByText('1 ledger entry').waitFor()
    await expectSoundLook(page, { floating: look.width === 360 })
  })
