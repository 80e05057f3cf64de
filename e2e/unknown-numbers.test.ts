import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test as base, expectSoundLook, looks } from './browser.ts'
import type { World } from './world.ts'

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
  await page.getByText('When a provider reports a call or a message of a line that no customer has').waitFor()
})

test('where nothing has been resolved it says what will stand there', async ({ open, world: _ }) => {
  const page = await open('/unknown-numbers?show=resolved')

  await page.getByText('Nothing has been resolved yet').waitFor()
  await page.getByText('Numbers that are matched to a customer, marked as spam or ignored move here.').waitFor()
  expect(await page.getByText('When a provider reports').count()).toBe(0)
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
  await dialog.getByText('+1 m 15 s for Harbor Plumbing. 1 call becomes the customer’s.').waitFor()
  await dialog.getByRole('button', { name: 'Match and replay 2 webhooks' }).click()

  await page.getByText(`${spoken(number)} belongs to Harbor Plumbing`).waitFor()
  await row(page, number).waitFor({ state: 'detached' })
  await page.goto(`${world.url}/admin/customers/${customer.id}`)
  await page.getByRole('cell', { name: '1 m 15 s' }).waitFor()
})

test('who types a name fast does not match the number to whom was found for fewer letters', async ({
  open,
  world,
  stranger,
}) => {
  await world.customer('Aaron Roofing')
  await world.customer('Zion Electric')
  const page = await open('/unknown-numbers')
  await page.locator('[data-live=live]').waitFor()
  const number = await stranger()
  await row(page, number).getByRole('button', { name: 'Resolve' }).click()
  await page.getByRole('option', { name: 'Zion Electric' }).waitFor()
  const held = Promise.withResolvers<void>()
  await page.route(/customers\.list.*zion/, async (route) => {
    await held.promise
    await route.continue()
  })
  await page.getByPlaceholder('Find a customer by name or number').fill('zion')
  await page.keyboard.press('Enter')
  held.resolve()
  await expect.poll(() => page.getByRole('option').count()).toBe(1)
  expect(await page.getByText(/^Becomes a line of/).allTextContents()).toEqual([])

  await page.keyboard.press('Enter')
  await page.getByText('Becomes a line of Zion Electric').waitFor()
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

/** Who has used all but a minute; what goes beyond costs a cent a second. */
async function nearlyFull(world: World, businessName: string) {
  const customer = await world.customer(businessName)
  const [limits] = await world.sql`
    update usage_limits set call_cap_seconds = 60 where customer_id = ${uuidOf(customer.id)} returning tier_snapshot_id as tier`
  await world.sql`
    insert into billing_rates (tier_snapshot_id, meter, unit_price_micros) values (${limits?.tier}, 'call_seconds', 10000)
    on conflict do nothing`
  return customer
}
const uuidOf = (id: string) => id.slice(4).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

for (const width of [1280, 360] as const)
  test(`before a number is matched its back-bill is told, of each customer that is chosen, at ${width} px`, async ({
    open,
    world,
    stranger,
  }) => {
    const [full, idle] = [`Brim Bakery ${width}`, `Calm Clinic ${width}`]
    await nearlyFull(world, full)
    await world.customer(idle)
    const number = await stranger()
    const page = await open('/unknown-numbers', { width })
    await page.getByText(spoken(number)).first().click()
    await page.getByRole('button', { name: 'Resolve…' }).click()

    await choose(page, full)
    const told = page.getByRole('region', { name: 'What would be booked' })
    await told.getByText(`+1 m 15 s, +$0.15 for ${full}. 1 call becomes the customer’s.`).waitFor()
    await told.getByText('Calls pass 100 % of the cap: 0 s becomes 1 m 15 s of 1 m 00 s.').waitFor()
    await told.getByRole('row', { name: /\+1 m 15 s \+\$0\.15/ }).waitFor()
    await expectSoundLook(page, { floating: true })

    await choose(page, idle)
    await told.getByText(`+1 m 15 s for ${idle}. 1 call becomes the customer’s.`).waitFor()
    expect(await told.getByText('of the cap').count()).toBe(0)
    await page.getByRole('button', { name: 'Match and replay 2 webhooks' }).press('Enter')
    await page.getByText(`${spoken(number)} belongs to ${idle}`).waitFor()
  })

test('a match that books nothing says so', async ({ open, world }) => {
  const number = '+13125558001'
  await world.customer('Dry Dock')
  await world.call(number, 0)
  await world.settled()
  const page = await open('/unknown-numbers')
  await row(page, number).getByRole('button', { name: 'Resolve' }).click()
  await choose(page, 'Dry Dock')

  await page.getByText('Nothing to bill: the usage does not move.').waitFor()
  await expectSoundLook(page, { floating: true })
})

test('a match of which nothing that waits can be replayed says so, and its button does not promise it', async ({
  open,
  world,
  stranger,
}) => {
  const number = await stranger()
  await world.customer('Fallow Farm')
  await world.sql`update webhook_queue set body = '{' where phone_number = ${number}`
  const page = await open('/unknown-numbers')
  await row(page, number).getByRole('button', { name: 'Resolve' }).click()
  await choose(page, 'Fallow Farm')

  const told = page.getByRole('region', { name: 'What would be booked' })
  await told.getByText('None of the 2 webhooks that wait can be replayed: they count for nobody.').waitFor()
  expect(await page.getByText('Nothing to bill').count()).toBe(0)
  await expectSoundLook(page, { floating: true })
  await page.getByRole('button', { name: 'Match the number only' }).click()
  await page.getByText(`${spoken(number)} belongs to Fallow Farm`).waitFor()
  expect(await page.getByText(/replayed now/).count()).toBe(0)
})

test('a number whose webhooks are held is previewed again when it is asked for', async ({ open, world, stranger }) => {
  await world.customer('Eager Eaves')
  const number = await stranger()
  const page = await open('/unknown-numbers', { tolerate: /503 \(Service Unavailable\)/ })
  await row(page, number).getByRole('button', { name: 'Resolve' }).click()
  const match = page.getByRole('button', { name: 'Match and replay 2 webhooks' })

  await world.sql.begin(async (sql) => {
    await sql`select id from webhook_queue where phone_number = ${number} for update`
    await choose(page, 'Eager Eaves')
    await page.getByRole('status', { name: 'Finding out what would be booked' }).waitFor()
    expect(await match.getAttribute('aria-disabled')).toBe('true')
    await page.getByText('Others work on these calls at this moment: try again').waitFor()
    await expectSoundLook(page, { floating: true })
  })
  // traffic of others does not ask for it: only who reads it does
  const other = await stranger()
  await page.getByText(spoken(other)).waitFor()
  expect(await page.getByText('Others work on these calls').count()).toBe(1)
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByText('+1 m 15 s for Eager Eaves.').waitFor()
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
