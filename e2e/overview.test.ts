import { expect } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'

test('while nothing is wrong it says so in words', async ({ open }) => {
  const page = await open('/')

  await page.getByText('All quiet.').waitFor()
  await page.getByText('0 calls metered today, the inbox is empty.').waitFor()
})

test('a call that another process meters is counted on the screen by itself', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Harbor Plumbing')
  const page = await open('/')
  await page.locator('[data-live=live]').waitFor()

  await world.call(phoneNumber, 90)

  await page.getByText('1 call metered today').waitFor({ timeout: 5000 })
  await page.getByRole('listitem').filter({ hasText: 'Harbor Plumbing' }).getByText('1 of 150 min').waitFor()
})

test('what is wrong stands first, with the way to it', async ({ open, world }) => {
  await world.unreadable('not JSON')
  await world.settled()
  const page = await open('/')

  const things = page.getByRole('region', { name: 'How things are' })
  await things.getByRole('link', { name: 'See the webhooks' }).click()

  await page.getByRole('grid', { name: 'Webhooks' }).getByText('Dead').waitFor()
})

test('a chart is also a table, and its figures can be saved', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Old Town Pipe Works')
  await world.call(phoneNumber, 61)
  const page = await open('/')
  const chart = page.getByRole('figure').filter({ hasText: 'Completed' })

  await chart.getByRole('button', { name: 'Show as a table' }).click()
  await chart.getByRole('table').waitFor()
  expect(await chart.getByRole('row').count()).toBe(25)
  await chart.getByRole('button', { name: 'Show as a chart' }).click()
  await chart.getByRole('img').waitFor()

  await chart.getByRole('button', { name: 'Save', exact: true }).click()
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Save as CSV' }).click(),
  ])
  expect(download.suggestedFilename()).toMatch(/^calls-over-time.*\.csv$/)
})

test('the time range stands in the address and goes along to the lists', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Bright Smile Dental')
  await world.text(phoneNumber, 'Hello')
  const page = await open('/')

  await page.getByRole('button', { name: 'Time range: Last 24 hours' }).click()
  await page.getByRole('button', { name: 'Last 7 days' }).click()
  await page.waitForURL(/\?range=7d$/)
  await page.getByRole('link', { name: 'Messages' }).click()

  await page.waitForURL(/\/messages\?range=7d$/)
  await page.getByRole('button', { name: 'Time range: Last 7 days' }).waitFor()
})

test('a stretch of time drawn on a chart becomes the time range', async ({ open }) => {
  const page = await open('/')
  const plot = page.getByRole('figure').first().locator('.u-over')
  await plot.waitFor()
  const box = await plot.boundingBox()
  if (!box) throw new Error('The chart has no place on the page')

  await page.mouse.move(box.x + box.width * 0.4, box.y + 40)
  await page.mouse.down()
  await page.mouse.move(box.x + box.width * 0.8, box.y + 40, { steps: 5 })
  await page.mouse.up()

  await page.waitForURL(/range=20\d\d-/)
})

for (const look of looks)
  test(`the overview is sound at ${look.width} px in the ${look.theme} theme`, async ({ open }) => {
    const page = await open('/', look)
    await page.getByRole('heading', { name: 'Nearest their cap' }).waitFor()
    await page.locator('.u-over').first().waitFor()

    await expectSoundLook(page)
  })
