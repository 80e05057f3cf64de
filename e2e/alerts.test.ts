import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test as base, expectSoundLook, looks } from './browser.ts'
import { admin } from './world.ts'

// the first call crosses 80 % and 100 % of a core customer's 150 minutes at once: two alerts a customer
const test = base.extend<{ overrun: (businessName: string) => Promise<void> }>({
  overrun: async ({ world }, use) => {
    await use(async (businessName) => {
      const { phoneNumber } = await world.customer(businessName)
      await world.call(phoneNumber, 9100)
      await world.settled()
    })
  },
})

const rows = (page: Page) =>
  page
    .getByRole('grid', { name: 'Alerts' })
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') })
const panel = (page: Page) => page.getByRole('complementary', { name: 'Alert' })

test('while nothing waits it says so', async ({ open }) => {
  const page = await open('/alerts')

  await page.getByText('Nothing needs you').waitFor()
})

test('an alert appears by itself, opens to its figures, and is acknowledged with the pointer', async ({
  open,
  overrun,
}) => {
  const page = await open('/alerts')
  await page.locator('[data-live=live]').waitFor()

  await overrun('Harbor Plumbing')
  await page.getByRole('link', { name: /Harbor Plumbing: 100 %/ }).click()
  await panel(page).getByText('Raised').waitFor()
  await panel(page).getByText('The figures behind it').waitFor()
  await panel(page).getByRole('button', { name: 'Acknowledge' }).click()

  await panel(page).getByText(`by ${admin.email}`).waitFor()
  await page.getByRole('button', { name: 'Acknowledged', exact: true }).click()
  await rows(page).filter({ hasText: 'Harbor Plumbing: 100 %' }).waitFor()
})

test('several alerts are marked and acknowledged with the keyboard', async ({ open, overrun }) => {
  await overrun('Bright Smile Dental')
  const page = await open('/alerts')
  await rows(page).first().waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  const act = page.getByRole('button', { name: 'Acknowledge 2 alerts' })
  await act.focus()
  await page.keyboard.press('Enter')

  await page.getByText('2 alerts acknowledged').waitFor()
  await act.waitFor({ state: 'detached' })
})

test('what another operator acknowledges shows here by itself', async ({ open, overrun, world }) => {
  await overrun('Golden Gate Drains')
  const page = await open('/alerts?view=all')
  const row = rows(page).filter({ hasText: 'Golden Gate Drains: 100 %' })
  await row.getByText('Open').waitFor()
  await page.locator('[data-live=live]').waitFor()

  const { items } = await world.ask<{ items: { id: string; title: string }[] }>(
    'GET',
    '/api/admin/ops-alerts?state=open',
  )
  const found = items.find(({ title }) => title.startsWith('Golden Gate Drains: 100 %'))
  await world.ask('POST', `/api/admin/ops-alerts/${found?.id}/acknowledge`, {})

  await row.getByText('Acknowledged', { exact: true }).waitFor({ timeout: 5000 })
})

test('alerts are filtered by severity and customer, in the address', async ({ open, overrun }) => {
  await overrun('Lakeside Orthodontics')
  const page = await open('/alerts?view=all')

  await page.getByRole('button', { name: 'Customer', exact: true }).click()
  await page.getByPlaceholder('Find a customer by name or number').fill('Lakeside')
  await page.getByRole('option', { name: /Lakeside Orthodontics/ }).click()
  await page.getByRole('button', { name: 'Customer: Lakeside Orthodontics' }).waitFor()
  await page.waitForFunction(
    () => document.querySelectorAll('[role=grid] [role=row]:has([role=gridcell])').length === 2,
  )
  await page.getByRole('button', { name: 'Severity', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Medium' }).click()

  await page.waitForFunction(
    () => document.querySelectorAll('[role=grid] [role=row]:has([role=gridcell])').length === 1,
  )
  expect(new URL(page.url()).searchParams.get('severity')).toBe('medium')
})

for (const look of looks)
  test(`the list and an open alert are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    overrun,
  }) => {
    await overrun(`Evergreen Climate ${look.width} ${look.theme}`)
    const page = await open('/alerts', look)
    await page.getByRole('link', { name: /100 %/ }).first().waitFor()
    await expectSoundLook(page)

    await page.getByRole('link', { name: /100 %/ }).first().click()
    await page.getByText('The figures behind it').waitFor()
    await expectSoundLook(page, { floating: look.width === 360 })
  })
