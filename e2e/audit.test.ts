import { expect } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'

test('an operator finds who changed a customer, reads before and after, and takes the CSV along', async ({
  open,
  world,
}) => {
  const { id } = await world.customer('Harbor Plumbing')
  await world.ask('POST', '/api/owners', { customerId: id, email: 'x', name: 'x' }).catch(() => undefined)
  const page = await open(`/customers/${id}`)
  await page.getByRole('link', { name: 'Who changed what here' }).click()
  await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor()
  await page.getByRole('link', { name: 'Customers: create' }).click()

  const panel = page.getByRole('complementary', { name: 'Audit row' })
  await panel.getByRole('cell', { name: 'Harbor Plumbing' }).waitFor()
  expect(new URL(page.url()).searchParams.get('customer')).toBe(id)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()])
  expect(download.suggestedFilename()).toBe('audit-log.csv')
})

test('ten thousand rows are a list that is walked with the keyboard', async ({ open, world }) => {
  await world.sql`
    insert into audit_log (id, actor, request_id, action, subject)
    select gen_random_uuid(), 'user:bulk@trunkline.example', 'req_bulk', 'webhooks.replay', 'whk_' || nth from generate_series(1, 10000) as nth`
  const page = await open('/audit?actor=bulk')
  await page.getByRole('link', { name: 'Webhooks: replay' }).first().waitFor()

  const rows = () => page.getByRole('row').count()
  expect(await rows()).toBeLessThan(80)
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/audit\/aud_/)
  for (let nth = 0; nth < 6; nth++) {
    await page.mouse.move(300, 500)
    await page.mouse.wheel(0, 4000)
  }
  await page
    .getByText(/1\d\d\+|[2-9]\d\d\+/)
    .first()
    .waitFor()
  expect(await rows()).toBeLessThan(80)
})

test('an act that somebody does elsewhere appears by itself', async ({ open, world }) => {
  const page = await open('/audit?action=agents')
  await page.locator('[data-live=live]').waitFor()

  await world.customer('Summit Roofing')

  await page.getByRole('link', { name: 'Agents: create' }).first().waitFor()
})

for (const look of looks)
  test(`the log and a row are sound at ${look.width} px in the ${look.theme} theme`, async ({ open, world }) => {
    await world.customer(`Evergreen ${look.width} ${look.theme}`)
    const page = await open('/audit?action=customers', look)
    await page.getByRole('link', { name: 'Customers: create' }).first().waitFor()
    await expectSoundLook(page)
    await page.getByRole('link', { name: 'Customers: create' }).first().click()
    await page.getByText('What changed').waitFor()
    await expectSoundLook(page, { floating: look.width === 360 })
  })
