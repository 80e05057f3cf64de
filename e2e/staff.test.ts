import { expect } from 'vitest'
import { expectReasonAsked, expectSoundLook, looks, test } from './browser.ts'

const tolerate = /40[09] \((Bad Request|Conflict)\)/
const password = 'correct horse battery staple'

test('somebody is invited with the keyboard, chooses a password by the link, and stands as active', async ({
  open,
  world,
}) => {
  const page = await open('/')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('f')
  await page.getByRole('heading', { name: 'Staff', level: 1 }).waitFor()
  await page.getByRole('button', { name: 'Invite somebody' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Invite somebody' }).waitFor()
  await page.keyboard.type('Ada Byron')
  await page.keyboard.press('Tab')
  await page.keyboard.type('ada@trunkline.example')
  await page.keyboard.press('Enter')

  const told = page.getByRole('dialog', { name: 'The invitation cannot be mailed' })
  const link = (await told.getByLabel('The link', { exact: true }).textContent()) ?? ''
  expect(link).toMatch(/\/admin\/invitation#tli_/)
  await told.getByRole('button', { name: 'I have kept it' }).click()
  await page
    .getByRole('row', { name: /Ada Byron/ })
    .getByText('Invited')
    .waitFor()
  await world.ask('POST', '/api/auth/accept-invitation', { token: link.split('#')[1], newPassword: password })
  await world.ask('POST', '/api/auth/login', { email: 'ada@trunkline.example', password })

  await page
    .getByRole('row', { name: /Ada Byron/ })
    .getByText('Active')
    .waitFor({ timeout: 5000 })
})

test('a form that is refused says why at the field', async ({ open }) => {
  const page = await open('/staff?create=yes', { tolerate })
  const dialog = page.getByRole('dialog', { name: 'Invite somebody' })
  await dialog.getByLabel('E-mail').fill('nobody')

  await dialog.getByRole('button', { name: 'Invite', exact: true }).click()

  await dialog.getByText('is required').waitFor()
  expect(await dialog.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true')
  expect(await dialog.getByLabel('E-mail').inputValue()).toBe('nobody')
})

test('a role is changed and a person disabled and enabled with the pointer, and one’s own account is left alone', async ({
  open,
  world,
}) => {
  await world.ask('POST', '/api/admin/staff', { email: 'bo@trunkline.example', name: 'Bo Diddley', role: 'operator' })
  const page = await open('/staff?q=bo%40')
  await page.getByRole('link', { name: 'Bo Diddley' }).click()
  await page.getByRole('button', { name: 'Change role…' }).click()
  const roles = page.getByRole('dialog', { name: 'Change the role of Bo Diddley' })
  await roles.getByRole('radio', { name: /^Sales/ }).check()
  await roles.getByRole('button', { name: 'Make sales' }).click()
  await page.getByText('Bo Diddley is sales').waitFor()

  await page.getByRole('button', { name: 'Disable…' }).click()
  const asked = page.getByRole('dialog', { name: 'Disable Bo Diddley?' })
  const disable = asked.getByRole('button', { name: 'Disable and end 0 sessions and 0 API keys' })
  await expectReasonAsked(asked, { act: disable, short: '  ', sentence: 'Say why.' })
  await asked.getByLabel('Why').fill('left the company')
  await disable.click()
  await page.getByRole('button', { name: 'Enable', exact: true }).click()
  await page.getByText('Bo Diddley may sign in again').waitFor()

  await page.getByRole('searchbox').fill('admin@')
  await page.getByRole('row', { name: /You/ }).getByRole('link').click()
  expect(await page.getByRole('button', { name: 'Disable…' }).getAttribute('aria-disabled')).toBe('true')
})

test('people are found by name, role and state, in the address', async ({ open, world }) => {
  await world.ask('POST', '/api/admin/staff', { email: 'cy@trunkline.example', name: 'Cy Twombly', role: 'viewer' })
  await world.ask('POST', '/api/admin/staff', { email: 'cyd@trunkline.example', name: 'Cyd Charisse', role: 'sales' })
  const page = await open('/staff')
  await page.getByRole('row', { name: /Cyd Charisse/ }).waitFor()

  await page.keyboard.press('/')
  await page.keyboard.type('cy')
  await page.waitForURL(/\?q=cy$/)
  await page.getByRole('button', { name: 'Role', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Viewer' }).click()
  await page.getByRole('row', { name: /Cyd Charisse/ }).waitFor({ state: 'detached' })
  await page.getByRole('row', { name: /Cy Twombly/ }).waitFor()
  await page.getByRole('button', { name: 'State', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Disabled' }).click()
  await page.getByText('Nobody matches these filters').waitFor()
  await page.getByRole('button', { name: 'Clear all filters' }).click()
  await page.getByRole('row', { name: /Cyd Charisse/ }).waitFor()
})

test('a key is made for one customer, shown once, replaced, and revoked', async ({ open, world }) => {
  const { businessName } = await world.customer('Keyed Locksmiths')
  const page = await open('/staff?tab=keys')
  await page.getByText('No API keys yet').waitFor()

  await page.getByRole('button', { name: 'Make a key' }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Make an API key' })
  await dialog.getByLabel('Name').fill('Dialler')
  await dialog.getByRole('combobox', { name: 'Customer' }).fill('keyed')
  await dialog.getByRole('option', { name: /Keyed Locksmiths/ }).click()
  await dialog.getByText(`Reaches ${businessName}`).waitFor()
  expect(await dialog.getByRole('checkbox', { name: /alerts:raise/ }).count()).toBe(0)
  await dialog.getByRole('checkbox', { name: /usage:read/ }).check()
  await dialog.getByRole('button', { name: 'Make the key' }).click()
  const key = await page.getByLabel('The key', { exact: true }).textContent()
  expect(key).toMatch(/^tk_/)
  await page.getByRole('button', { name: 'I have kept it' }).click()
  const used = await fetch(`${world.url}/api/usage/status`, { headers: { authorization: `Bearer ${key}` } })
  expect(used.status).toBe(200)

  await page.getByRole('link', { name: 'Dialler' }).click()
  await page.getByText('See what was used').waitFor()
  await page.getByRole('button', { name: 'Replace…' }).click()
  await page.getByRole('button', { name: 'Make the new key' }).click()
  await page.getByRole('button', { name: 'I have kept it' }).click()
  await page
    .getByRole('row', { name: /Dialler/ })
    .filter({ hasText: 'Replaced' })
    .waitFor()
  await page.getByRole('button', { name: 'Revoke…' }).click()
  await page.getByRole('button', { name: 'Revoke the key' }).click()
  await page.getByText('Dialler is revoked').waitFor()
  const after = await fetch(`${world.url}/api/usage/status`, { headers: { authorization: `Bearer ${key}` } })
  expect(after.status).toBe(401)
})

test('a customer is seen as its owner sees it, under a banner, and left by its button', async ({ open, world }) => {
  const { id } = await world.customer('Mirror Makers')
  const page = await open(`/customers/${id}`)
  await page.getByRole('button', { name: 'View as owner…' }).click()
  const dialog = page.getByRole('dialog', { name: 'See Mirror Makers as its owner does' })
  const see = dialog.getByRole('button', { name: 'See it for 30 minutes' })
  await expectReasonAsked(dialog, { act: see, short: 'bill', sentence: 'Say why, in five letters or more.' })
  await dialog.getByLabel('Why').fill('their bill looks wrong')
  await see.click()

  await page.waitForURL(/\/admin\/usage/)
  const banner = page.getByRole('status').filter({ hasText: 'Mirror Makers' })
  await banner.getByText('Nothing can be changed').waitFor()
  await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor()
  await expectSoundLook(page)
  await banner.getByRole('button', { name: 'End the view' }).click()

  await page.waitForURL(/\/admin\/customers\/cus_/)
  await page.getByRole('heading', { name: 'Mirror Makers', level: 1 }).waitFor()
})

for (const look of looks)
  test(`people, keys and their forms are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    world,
  }) => {
    const email = `look-${look.width}-${look.theme}@trunkline.example`
    await world.ask('POST', '/api/admin/staff', { email, name: `Look ${look.theme}`, role: 'viewer' })
    await world.ask('POST', '/api/admin/api-keys', { name: `Look ${look.theme}`, scopes: ['operations:read'] })
    const { businessName } = await world.customer(`Locksmiths ${look.width} ${look.theme}`)
    const page = await open(`/staff?q=${encodeURIComponent(email)}`, look)
    await page.getByText(`Look ${look.theme}`).first().waitFor()
    await expectSoundLook(page)
    await page.getByRole('link', { name: `Look ${look.theme}` }).click()
    await page.getByRole('button', { name: 'Invite again' }).waitFor()
    await expectSoundLook(page)
    await page.goto(`${world.url}/admin/staff?create=yes`)
    await page.getByRole('dialog').waitFor()
    await expectSoundLook(page, { floating: true })
    await page.goto(`${world.url}/admin/staff?tab=keys`)
    await page.getByText(`Look ${look.theme}`).first().waitFor()
    await expectSoundLook(page)
    const found = Promise.withResolvers<void>()
    await page.route(/customers\.list/, (route) => found.promise.then(() => route.continue()))
    await page.getByRole('button', { name: 'Make a key' }).click()
    await page.getByRole('dialog').getByText('Searching…').waitFor()
    await expectSoundLook(page, { floating: true })
    found.resolve()
    await page.getByRole('dialog').getByRole('option', { name: businessName }).waitFor()
    await expectSoundLook(page, { floating: true })
  })
