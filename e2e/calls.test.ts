import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test as base, expectSoundLook, looks } from './browser.ts'

const test = base.extend<{ line: { id: string; phoneNumber: string } }>({
  line: [
    async ({ world }, use) => {
      const customer = await world.customer('Harbor Plumbing')
      await world.call(customer.phoneNumber, 184)
      await world.call(customer.phoneNumber, 61)
      await world.settled()
      await use(customer)
    },
    { scope: 'file' },
  ],
})

const rows = (page: Page) =>
  page
    .getByRole('grid', { name: 'Calls' })
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') })
const panel = (page: Page) => page.getByRole('complementary', { name: 'Call' })

test('an operator walks the calls with the keyboard', async ({ open, line: _ }) => {
  const page = await open('/calls')
  await rows(page).nth(1).waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await panel(page).getByText('3 m 04 s').first().waitFor()
  await page.keyboard.press('k')
  await panel(page).getByText('1 m 01 s').first().waitFor()
  await page.keyboard.press('Escape')

  await panel(page).waitFor({ state: 'detached' })
})

test('an operator lets callers hear that lines are being worked on, and answers them again', async ({
  open,
  world,
}) => {
  const page = await open('/calls')
  await page.getByRole('button', { name: 'Maintenance…' }).click()
  const off = page.getByRole('dialog', { name: 'Answer no calls' })
  await off.getByLabel('Why').fill('The carrier moves our lines')
  await expectSoundLook(page, { floating: true })
  await page.keyboard.press('Enter')
  await page.getByText('being worked on: The carrier moves our lines').waitFor()
  await page.locator('[data-live=live]').waitFor()

  // somebody else is faster
  await world.ask('POST', '/api/admin/answering', { isInMaintenance: false, reason: 'They are moved' })
  await page.getByText('being worked on: The carrier moves our lines').waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Maintenance…' }).waitFor()
})

test('a call leads to the webhooks that told of it', async ({ open, line: _ }) => {
  const page = await open('/calls')
  await rows(page)
    .filter({ hasText: '3 m 04 s' })
    .getByRole('link', { name: /\(415\) 555-0142/ })
    .click()

  await panel(page).getByText('(184 s, by Retell)').waitFor()
  await panel(page).getByRole('link', { name: 'Its webhooks' }).click()

  await page.waitForURL(/\/webhooks\?q=call_/)
  await page.getByRole('grid', { name: 'Webhooks' }).getByText('call_ended').waitFor()
})

test('calls are filtered by status, number and customer, in the address', async ({ open, line }) => {
  const page = await open('/calls')
  await rows(page).first().waitFor()

  await page.getByRole('button', { name: 'Status', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Failed' }).click()
  await page.getByText('No call matches these filters').waitFor()
  await page.getByRole('button', { name: 'Clear all filters' }).click()
  await page.getByRole('button', { name: 'Number', exact: true }).click()
  await page.getByRole('textbox', { name: 'Number' }).fill(line.phoneNumber)
  await page.keyboard.press('Enter')

  await page.waitForURL((url) => url.searchParams.get('phone') === line.phoneNumber)
  await rows(page).nth(1).waitFor()
  expect(await rows(page).count()).toBe(2)
})

test('a call of another process is on the screen by itself', async ({ open, world, line }) => {
  const page = await open(`/calls?customer=${line.id}`)
  await rows(page).first().waitFor()
  await page.locator('[data-live=live]').waitFor()
  const before = await rows(page).count()

  await world.call(line.phoneNumber, 33)

  await rows(page).nth(before).waitFor({ timeout: 5000 })
})

for (const look of looks)
  test(`the list and an open call are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    line: _,
  }) => {
    const page = await open('/calls', look)
    await page
      .getByRole('link', { name: /\(415\) 555-0142/ })
      .first()
      .click()
    await page.getByText('What it costs').waitFor()

    await expectSoundLook(page, { floating: look.width === 360 })
  })
