import { expect } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'

const tolerate = /409 \(Conflict\)/

test('a customer is deleted when the plan was seen and its name typed, and its line is free again', async ({
  open,
  world,
}) => {
  const { id, phoneNumber } = await world.customer('Golden Gate Drains')
  await world.call(phoneNumber, 61)
  await world.settled()
  const page = await open(`/customers/${id}`)
  await page.getByRole('button', { name: 'Delete' }).click()
  const dialog = page.getByRole('dialog', { name: 'Delete Golden Gate Drains' })
  await dialog.getByRole('row', { name: /Call events 1 Shredded/ }).waitFor()
  await dialog.getByRole('row', { name: /Usage entries.* 1 Kept/ }).waitFor()

  const act = dialog.getByRole('button', { name: 'Delete the customer' })
  expect(await act.getAttribute('aria-disabled')).toBe('true')
  await dialog.getByLabel(/^Type/).fill('Golden Gate Drains')
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Golden Gate Drains' }).waitFor({ state: 'detached' })
  const again = await world.customer('Another Drains', { phoneNumber })
  expect(again.phoneNumber).toBe(phoneNumber)
})

test('what is held about a caller is found, handed out and erased', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Bright Smile Dental')
  await world.text(phoneNumber, 'My tooth aches')
  await world.settled()
  const [message] = await world.sql`select from_number from sms_events where to_number = ${phoneNumber}`
  const page = await open('/privacy', { tolerate })
  await page.getByLabel('Phone number').fill(phoneNumber)
  await page.keyboard.press('Enter')
  await page.getByText('This number is a customer’s line').waitFor()

  await page.getByLabel('Phone number').fill(String(message?.from_number))
  await page.getByRole('button', { name: 'Find what is held' }).click()
  await page.getByRole('row', { name: /Sms events \d+ Shredded/ }).waitFor()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Export' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('export.jsonl')
  await page.getByRole('button', { name: /^Erase \d+ rows$/ }).click()
  await page
    .getByRole('alertdialog')
    .getByRole('button', { name: /^Erase/ })
    .click()
  await page.getByText('are being shredded').waitFor()

  await expect
    .poll(async () => (await world.sql`select 1 from sms_events where body = 'My tooth aches'`).length, {
      timeout: 15_000,
    })
    .toBe(0)
  // the other tests write from the same number
  await world.sql`delete from erased_subjects`
})

test('how long content is kept is changed when it was seen what would go', async ({ open, world }) => {
  const page = await open('/privacy')
  const bytes = page.getByLabel('Bytes of webhooks, days')
  await bytes.fill('3')
  await page.getByRole('button', { name: 'See what would go' }).click()
  await page.getByText('must be at least 7 days').waitFor()
  await bytes.fill('45')
  await page.getByRole('button', { name: 'See what would go' }).click()
  const dialog = page.getByRole('alertdialog')
  await dialog.getByText('Webhook queue: 0 rows').waitFor()
  await dialog.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved').waitFor()

  expect(await world.sql`select kind, amount from retention_settings`).toEqual([{ kind: 'bytes', amount: 45 }])
  await world.sql`delete from retention_settings`
})

test('the transcript of a call is shown to who asks for it, which is written down', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Rapid Locksmith')
  await world.call(phoneNumber, 61)
  await world.settled()
  const page = await open('/calls')
  await page.locator('.row-link').first().click()
  await page.getByRole('button', { name: 'Reveal' }).click()

  await page.getByText('Revealed').waitFor()
  const audited = await world.sql`select 1 from audit_log where action = 'calls.reveal'`
  expect(audited).toHaveLength(1)
})

for (const look of looks)
  test(`the privacy page and a deletion are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    world,
  }) => {
    const { id, phoneNumber } = await world.customer(`Summit ${look.width} ${look.theme}`)
    await world.text(phoneNumber, 'Hello')
    await world.settled()
    const [message] = await world.sql`select from_number from sms_events where to_number = ${phoneNumber}`
    const page = await open('/privacy', look)
    await page.getByLabel('Phone number').fill(String(message?.from_number))
    await page.getByRole('button', { name: 'Find what is held' }).click()
    await page.getByText('Shredded').first().waitFor()
    await expectSoundLook(page)

    await page.goto(page.url().replace('/privacy', `/customers/${id}`))
    await page.getByRole('button', { name: 'Delete' }).click()
    await page.getByText('Usage entries').waitFor()
    await expectSoundLook(page, { floating: true })
  })
