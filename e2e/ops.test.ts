import { expect } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'

test('what needs an operator stands in tabs, each in the address', async ({ open, world }) => {
  await world.call('+13125559801', 30)
  await world.unreadable('nobody can read this')
  await world.settled()
  const page = await open('/ops')
  await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor()

  await page.getByRole('button', { name: 'Webhook queue' }).click()
  await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor()
  await page.getByRole('button', { name: /^Dead/ }).click()
  await page.waitForURL(/\/ops\?.*state=dead/)
  await page.reload()
  await page.getByRole('grid', { name: 'Webhooks' }).getByText('Unread').waitFor()

  await page.getByRole('button', { name: 'Unknown numbers' }).click()
  await page.getByText('(312) 555-9801').waitFor()
  expect(new URL(page.url()).search).toBe('?tab=unknown-numbers')
})

test('a row opens on its own page, with the filters it was found by', async ({ open, world }) => {
  await world.unreadable('nobody can read this either')
  await world.settled()
  const page = await open('/ops?tab=webhook-queue&state=dead')
  await page.getByRole('grid', { name: 'Webhooks' }).waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('Enter')

  await page.waitForURL(/\/webhooks\/whk_[0-9a-f]{32}\?state=dead$/)
})

for (const look of looks)
  test(`the tabs are sound at ${look.width} px in the ${look.theme} theme`, async ({ open }) => {
    const page = await open('/ops', look)
    await page.getByRole('heading', { name: 'Alerts', level: 1 }).waitFor()

    await expectSoundLook(page)
  })
