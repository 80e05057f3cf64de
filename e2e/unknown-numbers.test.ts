import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test as base, expectSoundLook, looks } from './browser.ts'

let strangers = 0

const test = base.extend<{ stranger: () => Promise<string> }>({
  /** A number that nobody owns, of which one call was reported: two webhooks wait. */
  stranger: async ({ world }, use) => {
    await use(async () => {
      const number = `+1312555${String(9000 + ++strangers)}`
      await world.call(number, 75)
      await world.settled()
      return number
    })
  },
})

const spoken = (number: string) => `(${number.slice(2, 5)}) ${number.slice(5, 8)}-${number.slice(8)}`
const row = (page: Page, number: string) =>
  page
    .getByRole('grid', { name: 'Unknown numbers' })
    .getByRole('row')
    .filter({ hasText: spoken(number) })

test('while every number has its owner it says so', async ({ open }) => {
  const page = await open('/unknown-numbers')

  await page.getByText('Every number has its owner').waitFor()
})

test('a number is matched to a customer with the pointer, and what waited counts', async ({
  open,
  world,
  stranger,
}) => {
  const customer = await world.customer('Harbor Plumbing')
  const page = await open('/unknown-numbers')
  await page.locator('[data-live=live]').waitFor()

  const number = await stranger()
  await row(page, number).getByRole('button', { name: 'Resolve' }).click()
  const dialog = page.getByRole('dialog', { name: `Whose number is ${spoken(number)}?` })
  await expectSoundLook(page, { floating: true })
  await dialog.getByPlaceholder('Find a customer by name or number').fill('harbor')
  await dialog.getByRole('option', { name: /Harbor Plumbing/ }).click()
  await dialog.getByText('Becomes a line of Harbor Plumbing').waitFor()
  await dialog.getByRole('button', { name: 'Match and replay 2 webhooks' }).click()

  await page.getByText(`${spoken(number)} belongs to Harbor Plumbing`).waitFor()
  await row(page, number).waitFor({ state: 'detached' })
  await page.goto(`${world.url}/admin/customers/${customer.id}`)
  await page.getByRole('cell', { name: '1 m 15 s' }).waitFor()
})

/** Chooses the customer in the dialog of a number, with the keyboard. */
async function choose(page: Page, businessName: string): Promise<void> {
  await page.getByPlaceholder('Find a customer by name or number').fill(businessName)
  await page.getByRole('option', { name: businessName }).waitFor()
  await expect.poll(() => page.getByRole('option').count()).toBe(1)
  await page.keyboard.press('Enter')
  await page.getByText(`Becomes a line of ${businessName}`).waitFor()
}

test('a customer is found by typing, and chosen with Enter', async ({ open, world, stranger }) => {
  for (const name of ['Early Electric', 'Late Locksmith']) await world.customer(name)
  const number = await stranger()
  const page = await open('/unknown-numbers')
  await row(page, number).getByRole('button', { name: 'Resolve' }).click()
  for (const name of ['Late Locksmith', 'Early Electric']) await choose(page, name)
})

test('a number is found to be spam with the keyboard', async ({ open, stranger }) => {
  const number = await stranger()
  const page = await open('/unknown-numbers')
  await row(page, number).waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('complementary', { name: 'Unknown number' }).getByText('2 webhooks').waitFor()
  await page.keyboard.press('r')
  await page.getByRole('dialog').waitFor()
  await page.getByRole('radio', { name: /^A customer/ }).focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')

  await page.getByText(`${spoken(number)} is spam`).waitFor()
  await page.getByRole('button', { name: 'Resolved', exact: true }).click()
  await row(page, number).getByText('Spam').waitFor()
})

test('what another operator has resolved is refused in words', async ({ open, world, stranger }) => {
  const number = await stranger()
  const page = await open('/unknown-numbers', { tolerate: /409 \(Conflict\)/ })
  await row(page, number).getByRole('button', { name: 'Resolve' }).click()
  await page.getByRole('dialog').getByText('Nobody’s, and that is right').click()

  const { items } = await world.ask<{ items: { id: string; phoneNumber: string }[] }>(
    'GET',
    `/api/admin/unknown-phones?phone=${encodeURIComponent(number)}`,
  )
  await world.ask('POST', `/api/admin/unknown-phones/${items[0]?.id}/resolve`, { resolution: 'spam' })
  await page.getByRole('button', { name: 'Ignore the number' }).click()

  await page.getByRole('dialog').getByRole('alert').waitFor()
  expect(await page.getByRole('radio', { name: /^Nobody/ }).isChecked()).toBe(true)
})

test('on a phone the number is read whole beside what can be done with it', async ({ open, stranger }) => {
  const number = await stranger()
  const page = await open('/unknown-numbers', { width: 360, theme: 'light' })
  await page.getByText(spoken(number)).click()
  const title = page.getByRole('heading', { name: spoken(number) }).getByText(spoken(number))
  await title.waitFor()
  expect(await title.evaluate((shown) => shown.scrollWidth <= shown.clientWidth)).toBe(true)
  await expectSoundLook(page, { floating: true })
})

for (const look of looks)
  test(`the list and an open number are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    stranger,
  }) => {
    const number = await stranger()
    const page = await open('/unknown-numbers', look)
    await page.getByText(spoken(number)).waitFor()
    await expectSoundLook(page)

    await page.getByText(spoken(number)).click()
    await page.getByText('No customer has a line with this number').waitFor()
    await expectSoundLook(page, { floating: look.width === 360 })
  })
