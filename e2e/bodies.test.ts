import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test } from './browser.ts'

const panel = (page: Page) => page.getByRole('complementary', { name: 'Webhook' })

async function openBody(page: Page): Promise<void> {
  await page.getByRole('grid', { name: 'Webhooks' }).getByRole('link').first().click()
  await panel(page).getByText('Body', { exact: true }).click()
}

test('a body that is nested without end opens as far as one looks, and does not end the page', async ({
  open,
  world,
}) => {
  const depth = 1500
  await world.unreadable(`{"event":"nested","call":${'{"a":'.repeat(depth)}"the end"${'}'.repeat(depth)}}`)
  const page = await open('/webhooks?q=nested')

  await openBody(page)

  await panel(page).getByText('"nested"').waitFor()
  const folded = panel(page).locator('details:not([open]) > summary').filter({ hasText: '"a"' })
  await folded.click()
  await folded.waitFor()
  expect(await panel(page).getByText('"the end"').count()).toBe(0)
})

test('a form of a million fields is shown in its beginning, and says so', async ({ open, world }) => {
  await world.unreadable(`first=of%20all${'&a=1'.repeat(1_000_000)}`)
  const page = await open('/webhooks?state=dead')

  await openBody(page)

  await panel(page).getByRole('button', { name: 'Form' }).waitFor()
  await panel(page).getByText('of all').waitFor()
  await panel(page).getByText('The first 256 kB. Download the bytes to see the rest.').waitFor()
})

test('a text of millions of characters is shown in its beginning, and more of it when asked', async ({
  open,
  world,
}) => {
  const length = 4_000_000
  await world.unreadable(JSON.stringify({ event: 'long_text', call: 'z'.repeat(length) }))
  const page = await open('/webhooks?q=long_text')
  await openBody(page)
  const shown = async () => (await panel(page).locator('pre').textContent())?.length

  await panel(page)
    .getByRole('button', { name: /3,995,002 more characters/ })
    .click()

  await panel(page)
    .getByRole('button', { name: /3,945,002 more characters/ })
    .waitFor()
  expect(await shown()).toBeLessThan(60_000)
  await panel(page).getByRole('button', { name: 'Raw' }).click()
  await panel(page).getByText('The first 256 kB.').waitFor()
  expect(await shown()).toBe(262_144)
})
