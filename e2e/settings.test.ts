import { expect } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'
import { admin } from './world.ts'

const tolerate = /40[01] \((Bad Request|Unauthorized)\)/

test('a session elsewhere is ended with the pointer, and its browser is signed out', async ({ open, world }) => {
  const elsewhere = await open('/customers', { tolerate })
  await elsewhere.getByRole('heading', { name: 'Customers', level: 1 }).waitFor()
  const page = await open('/settings')
  await page.getByText('This session').waitFor()

  await page.getByRole('button', { name: /^End \d+ other sessions?$/ }).click()
  await page.getByRole('alertdialog').getByText('This session goes on').waitFor()
  await page.getByRole('button', { name: /^End \d+ sessions?$/ }).click()
  await page.getByText(/\d+ sessions? ended/).waitFor()

  await elsewhere.goto(`${world.url}/admin/customers`)
  await elsewhere.getByRole('heading', { name: 'Sign in' }).waitFor()
})

test('one session is ended with the keyboard', async ({ open, world }) => {
  await world.signIn()
  const page = await open('/settings')

  const end = page.getByRole('button', { name: /^End the desktop session/ }).first()
  await end.waitFor()
  const before = await page.getByRole('listitem').filter({ hasText: 'Last active' }).count()
  await end.focus()
  await page.keyboard.press('Enter')

  await page.getByText('1 session ended').waitFor()
  await page.waitForFunction(
    (count) =>
      [...document.querySelectorAll('li')].filter((item) => item.textContent.includes('Last active')).length === count,
    before - 1,
  )
})

test('the password is changed only by who knows the old one', async ({ open }) => {
  const page = await open('/settings#password', { tolerate })
  const form = page.getByRole('form', { name: 'Change password' })

  await form.getByLabel('Current password').fill('not the password')
  await form.getByLabel('New password', { exact: true }).fill('short')
  await form.getByLabel('New password again').fill('shorter')
  await form.getByRole('button', { name: 'Change password' }).click()
  await form.getByText('At least 12 characters', { exact: true }).waitFor()
  await form.getByText('This is not the same as the new password').waitFor()
  await form.getByLabel('New password', { exact: true }).fill('another password of words')
  await form.getByLabel('New password again').fill('another password of words')
  await form.getByRole('button', { name: 'Change password' }).click()
  await form.getByRole('alert').first().waitFor()
  expect(await form.getByLabel('New password', { exact: true }).inputValue()).toBe('another password of words')

  await form.getByLabel('Current password').fill(admin.password)
  await form.getByRole('button', { name: 'Change password' }).click()
  await page.getByText('The password is changed').waitFor()

  // back to the one that the other tests sign in with
  await form.getByLabel('Current password').fill('another password of words')
  await form.getByLabel('New password', { exact: true }).fill(admin.password)
  await form.getByLabel('New password again').fill(admin.password)
  await form.getByRole('button', { name: 'Change password' }).click()
  await form.getByText(/./).first().waitFor()
  await page.waitForFunction(
    () => document.querySelector<HTMLInputElement>('#password input[type=password]')?.value === '',
  )
})

for (const look of looks)
  test(`the settings are sound at ${look.width} px in the ${look.theme} theme`, async ({ open }) => {
    const page = await open('/settings', look)
    await page.getByText('This session').waitFor()

    await expectSoundLook(page)
  })
