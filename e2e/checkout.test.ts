/* oxlint-disable no-empty-pattern -- vitest reads the names of the fixtures from the pattern */

import { expect } from 'vitest'
import { until } from '../test/process/stage.ts'
import { test as base } from './browser.ts'
import { openWorld, type World } from './world.ts'

/** A server that may ask Stripe, and a Stripe that has pages to pay on. */
const test = base.extend<{ world: World }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures from the pattern
    async ({}, use) => {
      const world = await openWorld({ sells: true })
      await use(world)
      await world.close()
    },
    { scope: 'file' },
  ],
})

test('a top-up is bought on a page of Stripe’s: who pays there comes back, and the credit stands once', async ({
  open,
  world,
}) => {
  const { id } = await world.customer('Harbor Plumbing')
  const page = await open(`/customers/${id}?act=topup`)
  const dialog = page.getByRole('dialog', { name: 'Top up' })
  await dialog.getByRole('radio', { name: /300 min/ }).check()
  await dialog.getByRole('button', { name: /Make the payment page for \$195/ }).click()
  const link = dialog.getByRole('link', { name: 'Open the page' })
  const [checkout] = await Promise.all([page.context().waitForEvent('page'), link.click()])

  // the address of the outside leads to this server
  await page.context().route(`${world.publicUrl}/**`, (route) => {
    const { pathname } = new URL(route.request().url())
    return route.fulfill({ status: 302, headers: { location: `${world.url}${pathname}` } })
  })
  await checkout.getByRole('heading', { name: 'Pay $195.00' }).waitFor()
  const address = checkout.url()
  const before = await world.sql`select 1 from usage_credits where customer_id = ${id.slice(4)}`
  expect(before).toHaveLength(0)
  await checkout.getByRole('button', { name: 'Pay $195.00' }).click()
  await checkout.getByRole('heading', { name: 'Billing', level: 1 }).waitFor()

  const credits = () => world.sql`
    select credit.quantity::int, credit.source, payment.state from usage_credits as credit, billing_payments as payment
    where credit.customer_id = ${id.slice(4)} and payment.customer_id = credit.customer_id`
  await until('the credit stands', async () => (await credits()).length > 0)
  // whoever goes back finds it paid, and pressing it by hand pays nothing more
  await checkout.goto(address)
  await checkout.getByRole('heading', { name: 'Paid' }).waitFor()
  await fetch(address, { method: 'POST', redirect: 'manual' })
  await world.settled()
  expect(await credits()).toEqual([{ quantity: 18_000, source: 'topup', state: 'paid' }])

  await page.goto(`${world.url}/admin/customers/${id}?tab=billing`)
  await page
    .getByRole('link', { name: /Top-up/ })
    .first()
    .waitFor()
  await page.getByText('$195.00').first().waitFor()
})
