import { expect } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'

const tolerate = /40[09] \((Bad Request|Conflict)\)/

test('a customer is added with the keyboard, from the palette to its page', async ({ open }) => {
  const page = await open('/')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('add customer')
  await page.getByRole('option', { name: 'Add a customer' }).waitFor()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Add a customer' }).waitFor()
  await page.keyboard.type('Harbor Plumbing')
  await page.keyboard.press('Tab')
  await page.keyboard.press('ArrowRight')
  await page.getByLabel('Phone line').focus()
  await page.keyboard.type('(312) 555-0101')
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: 'Harbor Plumbing', level: 1 }).waitFor()
  await page.getByText('of 300 min').waitFor()
  await page.getByText('(312) 555-0101').waitFor()
})

test('a form that is refused says why at the field, and keeps what was typed', async ({ open, world }) => {
  await world.customer('Bright Smile Dental', { phoneNumber: '+13125550102' })
  const page = await open('/customers', { tolerate })
  await page.getByRole('button', { name: 'Add customer' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add a customer' })

  await dialog.getByRole('button', { name: 'Add customer' }).click()
  await dialog.getByText('Type the name of the business').waitFor()
  await dialog.getByLabel('Business name').fill('Another Dental')
  await dialog.getByLabel('Phone line').fill('12')
  await dialog.getByRole('button', { name: 'Add customer' }).click()
  await dialog.getByText('This is not a phone number of that country').waitFor()
  await dialog.getByLabel('Phone line').fill('312 555 0102')
  await dialog.getByRole('button', { name: 'Add customer' }).click()

  await dialog.getByRole('alert').first().waitFor()
  expect(await dialog.getByLabel('Business name').inputValue()).toBe('Another Dental')
})

test('usage that another process meters moves the bars and the ledger by itself', async ({ open, world }) => {
  const { id, phoneNumber } = await world.customer('Golden Gate Drains')
  const page = await open(`/customers/${id}`)
  await page.getByText('Nothing has been metered').waitFor()
  await page.locator('[data-live=live]').waitFor()

  await world.call(phoneNumber, 7300)

  await page.getByText('121 min').waitFor({ timeout: 5000 })
  await page.getByText('Near the cap').waitFor()
  await page.getByRole('cell', { name: '2 h 01 m' }).waitFor()
  await page.getByText('80 % of the minutes').waitFor()
  expect(await page.getByRole('meter', { name: /^Minutes of/ }).getAttribute('aria-valuetext')).toBe(
    '121 min of 150 min',
  )
})

test('an agent is added with the pointer, and its line counts from then on', async ({ open, world }) => {
  const { id } = await world.customer('Lakeside Orthodontics')
  const page = await open(`/customers/${id}`)

  await page.getByRole('button', { name: 'Add agent' }).click()
  const dialog = page.getByRole('dialog', { name: 'Add an agent' })
  await dialog.getByLabel('Phone number').fill('(612) 555-0199')
  await dialog.getByLabel('Agent id').fill('agent_lakeside')
  await expectSoundLook(page, { floating: true })
  await dialog.getByRole('button', { name: 'Add agent' }).click()
  await page.getByText('(612) 555-0199 is a line of Lakeside Orthodontics').waitFor()
  await world.call('+16125550199', 42)

  await page.getByRole('cell', { name: '42 s' }).waitFor({ timeout: 5000 })
})

test('customers are found by name and tier, in the address', async ({ open, world }) => {
  await world.customer('Summit Heating & Air', { tier: 'scale' })
  await world.customer('Summit Roofing', { tier: 'core' })
  const page = await open('/customers')
  await page.getByRole('link', { name: 'Summit Roofing' }).waitFor()

  await page.keyboard.press('/')
  await page.keyboard.type('summit')
  await page.waitForURL(/\?q=summit$/)
  await page.getByRole('button', { name: 'Tier', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Scale' }).click()

  await page.getByRole('link', { name: 'Summit Roofing' }).waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Summit Heating & Air' }).click()
  await page.getByRole('heading', { name: 'Summit Heating & Air', level: 1 }).waitFor()
})

for (const look of looks)
  test(`the list, the form and a customer are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    world,
  }) => {
    const name = `Evergreen ${look.width} ${look.theme}`
    const { phoneNumber } = await world.customer(name)
    await world.call(phoneNumber, 9700)
    await world.settled()
    const page = await open('/customers', look)
    await page.getByRole('link', { name }).waitFor()
    await expectSoundLook(page)

    await page.getByRole('button', { name: 'Add customer' }).click()
    await page.getByRole('dialog').waitFor()
    await expectSoundLook(page, { floating: true })
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name }).click()
    await page.getByText('100 % of the minutes').waitFor()
    await expectSoundLook(page)
  })
