import type { Page } from 'playwright-core'
import { test as base, expectSoundLook, looks } from './browser.ts'

const test = base.extend<{ line: { id: string; phoneNumber: string } }>({
  line: [
    async ({ world }, use) => {
      const customer = await world.customer('Harbor Plumbing')
      await world.text(customer.phoneNumber, 'Can you come by tomorrow at 9?')
      // the newest stands first: it is told of when the other has been
      await world.settled()
      await world.text(customer.phoneNumber, 'Thanks, see you then')
      await world.settled()
      await use(customer)
    },
    { scope: 'file' },
  ],
})

const rows = (page: Page) =>
  page
    .getByRole('grid', { name: 'Messages' })
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') })
const panel = (page: Page) => page.getByRole('complementary', { name: 'Message' })

test('an operator reads the messages with the keyboard', async ({ open, line: _ }) => {
  const page = await open('/messages')
  await rows(page).nth(1).waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await panel(page).getByText('Thanks, see you then').waitFor()
  await page.keyboard.press('j')

  await panel(page).getByText('Can you come by tomorrow at 9?').waitFor()
})

test('a message leads to the webhook that told of it, and to its customer', async ({ open, line: _ }) => {
  const page = await open('/messages')
  await rows(page)
    .filter({ hasText: 'Thanks' })
    .getByRole('link', { name: /\(415\) 555-0142/ })
    .click()

  await panel(page).getByText('1 SMS').waitFor()
  await panel(page).getByRole('link', { name: 'Its webhooks' }).click()
  await page.getByRole('grid', { name: 'Webhooks' }).getByText('message.received').waitFor()
  await page.goBack()
  await panel(page).getByRole('link', { name: 'Harbor Plumbing' }).click()

  await page.getByRole('heading', { name: 'Harbor Plumbing', level: 1 }).waitFor()
})

test('a message of another process is on the screen by itself', async ({ open, world, line }) => {
  const page = await open(`/messages?customer=${line.id}`)
  await rows(page).first().waitFor()
  await page.locator('[data-live=live]').waitFor()

  await world.text(line.phoneNumber, 'Are you there?')

  await rows(page).filter({ hasText: 'Are you there?' }).waitFor({ timeout: 5000 })
})

for (const look of looks)
  test(`the list and an open message are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    line: _,
  }) => {
    const page = await open('/messages', look)
    await page
      .getByRole('link', { name: /\(415\) 555-0142/ })
      .first()
      .click()
    await page.getByRole('heading', { name: 'Inbound message' }).waitFor()

    await expectSoundLook(page, { floating: look.width === 360 })
  })
