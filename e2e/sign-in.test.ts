import { expect } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'
import { admin } from './world.ts'

// the browser reports a refused request by itself, although the page handles it
const tolerate = /401 \(Unauthorized\)/

test('an operator signs in with the keyboard and lands where he wanted to go', async ({ open }) => {
  const page = await open('/webhooks?state=dead', { signedIn: false, tolerate })

  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.keyboard.type(admin.email)
  await page.keyboard.press('Tab')
  await page.keyboard.type(admin.password)
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: 'Webhooks' }).waitFor()
  expect(new URL(page.url()).search).toBe('?state=dead')
})

test('a wrong password is answered in words, and what was typed stays', async ({ open }) => {
  const page = await open('/sign-in', { signedIn: false, tolerate })

  await page.getByLabel('E-mail', { exact: true }).fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill('not the password')
  await page.getByRole('button', { name: 'Sign in' }).click()

  await page.getByRole('alert').waitFor()
  expect(await page.getByLabel('E-mail', { exact: true }).inputValue()).toBe(admin.email)
})

test('an empty form says what is missing before the server is asked', async ({ open }) => {
  const page = await open('/sign-in', { signedIn: false })

  await page.getByRole('button', { name: 'Sign in' }).click()

  await page.getByText('Type your e-mail address').waitFor()
  await page.getByText('Type your password').waitFor()
})

test('an address of another house is not followed after signing in', async ({ open, world }) => {
  const page = await open('/sign-in?to=//evil.example/', { signedIn: false })

  await page.getByLabel('E-mail', { exact: true }).fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()

  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  expect(new URL(page.url()).origin).toBe(world.url)
})

test('a session that was ended elsewhere leads to the sign-in, and from there back to the same page', async ({
  open,
  world,
}) => {
  const page = await open('/customers?tier=core', { tolerate })
  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor()

  await world.sql`delete from active_sessions`
  await page.reload()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.getByLabel('E-mail', { exact: true }).fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.getByRole('button', { name: 'Sign in' }).click()

  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor()
  expect(new URL(page.url()).search).toBe('?tier=core')
})

for (const look of looks)
  test(`the sign-in page is sound at ${look.width} px in the ${look.theme} theme`, async ({ open }) => {
    const page = await open('/sign-in', { ...look, signedIn: false })
    await page.getByRole('button', { name: 'Sign in' }).waitFor()

    await expectSoundLook(page)
  })
