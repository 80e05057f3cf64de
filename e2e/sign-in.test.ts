import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { codeShown } from '../apps/api/src/testing/authenticator.ts'
import { expectSoundLook, looks, test } from './browser.ts'
import { admin, type World } from './world.ts'

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
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()

  await page.getByRole('alert').waitFor()
  expect(await page.getByLabel('E-mail', { exact: true }).inputValue()).toBe(admin.email)
})

test('an empty form says what is missing before the server is asked', async ({ open }) => {
  const page = await open('/sign-in', { signedIn: false })

  await page.getByRole('button', { name: 'Sign in', exact: true }).click()

  await page.getByText('Type your e-mail address').waitFor()
  await page.getByText('Type your password').waitFor()
})

test('an address of another house is not followed after signing in', async ({ open, world }) => {
  const page = await open('/sign-in?to=//evil.example/', { signedIn: false })

  await page.getByLabel('E-mail', { exact: true }).fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()

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
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()

  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor()
  expect(new URL(page.url()).search).toBe('?tier=core')
})

/** Another person, with the administrator's password. */
async function person(world: World): Promise<{ id: string; email: string }> {
  const id = randomUUID()
  const email = `operator-${id.slice(-12)}@trunkline.example`
  await world.sql`
    insert into users (id, email, role, password_hash)
    select ${id}, ${email}, 'operator', password_hash from users where email = ${admin.email}`
  return { id, email }
}

async function typePassword(page: Page, email: string, password = admin.password) {
  await page.getByLabel('E-mail', { exact: true }).fill(email)
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

/** A link as it would stand in the mail. */
async function linkFor(world: World, { id, email }: { id: string; email: string }): Promise<string> {
  const token = `tlr_${randomBytes(32).toString('base64url')}`
  await world.sql`
    insert into password_resets (id, email, user_id, token_hash, expires_at)
    values (${randomUUID()}, ${email}, ${id}, ${createHash('sha256').update(token).digest()}, now() + interval '30 minutes')`
  return `/reset-password#${token}`
}

async function setUpSecondFactor(page: Page): Promise<{ key: string; recoveryCodes: string[] }> {
  const begin = page.getByRole('form', { name: 'Begin the set-up' })
  await begin.getByLabel('Your password').fill(admin.password)
  await begin.getByRole('button', { name: 'Set up a second factor' }).click()
  const confirm = page.getByRole('form', { name: 'Confirm the set-up' })
  const key = (await confirm.getByLabel('Key', { exact: true }).textContent()) ?? ''
  await confirm.getByLabel('Code', { exact: true }).fill(codeShown(key))
  await confirm.getByRole('button', { name: 'Confirm' }).click()
  const codes = page.getByRole('list', { name: 'Recovery codes' })
  await codes.waitFor()
  const recoveryCodes = await codes.getByRole('listitem').allTextContents()
  await page.getByRole('button', { name: 'I have kept them' }).click()
  return { key, recoveryCodes }
}

test('a second factor is set up, asked for with the keyboard, and turned off', async ({ open, world }) => {
  const { email } = await person(world)
  const tolerateWrong = /40[01] \((Bad Request|Unauthorized)\)/
  const page = await open('/sign-in?to=/settings', { signedIn: false, tolerate: tolerateWrong })
  await typePassword(page, email)
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor()

  const { key, recoveryCodes } = await setUpSecondFactor(page)
  expect(recoveryCodes).toHaveLength(10)
  await page.getByText('10 recovery codes left').waitFor()

  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await typePassword(page, email)
  await page.getByRole('heading', { name: 'Your code' }).waitFor()
  await page.keyboard.type('000000')
  await page.keyboard.press('Enter')
  await page.getByText('The code is wrong or was used already').waitFor()
  await page.getByLabel('Code', { exact: true }).fill('')
  await page.keyboard.type(recoveryCodes[0] ?? '')
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()

  await page.goto(`${world.url}/admin/settings#second-factor`)
  await page.getByText('9 recovery codes left').waitFor()
  await page.getByRole('button', { name: 'Turn off' }).click()
  const off = page.getByRole('form', { name: 'Turn the second factor off' })
  await off.getByLabel('Your password').fill(admin.password)
  await off.getByLabel('Code', { exact: true }).fill(codeShown(key, 1))
  await off.getByRole('button', { name: 'Turn off' }).click()
  await page.getByText('The second factor is off').waitFor()
  await page.getByRole('form', { name: 'Begin the set-up' }).waitFor()
})

test('new recovery codes are shown once, for a code', async ({ open, world }) => {
  const { email } = await person(world)
  const page = await open('/sign-in?to=/settings', { signedIn: false, tolerate })
  await typePassword(page, email)
  const { recoveryCodes } = await setUpSecondFactor(page)

  await page.getByRole('button', { name: 'New recovery codes' }).click()
  const form = page.getByRole('form', { name: 'New recovery codes' })
  await form.getByLabel('Code', { exact: true }).fill(recoveryCodes[0] ?? '')
  await form.getByRole('button', { name: 'Make new codes' }).click()
  const codes = page.getByRole('list', { name: 'Recovery codes' })
  await codes.waitFor()
  await expectSoundLook(page, { floating: true })
  expect(await codes.getByRole('listitem').allTextContents()).not.toContain(recoveryCodes[1])
})

test('a new password is chosen by the link of a mail, which leaves no secret in the address', async ({
  open,
  world,
}) => {
  const someone = await person(world)
  const page = await open(await linkFor(world, someone), { signedIn: false, tolerate: /400 \(Bad Request\)/ })

  const form = page.getByRole('form', { name: 'New password' })
  await form.getByLabel('New password', { exact: true }).fill('another password of words')
  await form.getByLabel('New password again').fill('another password of words')
  expect(page.url()).not.toContain('tlr_')
  await form.getByRole('button', { name: 'Set the new password' }).click()
  await page.getByRole('heading', { name: 'The password is changed' }).waitFor()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await typePassword(page, someone.email, 'another password of words')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
})

test('whoever forgot his password hears what the server can do for him', async ({ open }) => {
  const page = await open('/sign-in', { signedIn: false, tolerate: /503 \(Service Unavailable\)/ })
  await page.getByRole('link', { name: 'Forgot your password?' }).click()

  // the page of the sign-in has such a field too
  await page.getByRole('form', { name: 'Forgot password' }).getByLabel('E-mail').fill('somebody@trunkline.example')
  await page.keyboard.press('Enter')

  await page.getByText('This server is not set up to send e-mail').waitFor()
})

test('a session that is revoked while its page stands open leads to the sign-in by itself', async ({ open, world }) => {
  const someone = await person(world)
  const page = await open('/sign-in', { signedIn: false, tolerate })
  await typePassword(page, someone.email)
  await page.getByRole('navigation', { name: 'Main' }).waitFor()

  await world.sql`update active_sessions set revoked_at = now() where user_id = ${someone.id}`
  await world.sql`select pg_notify('trunkline_live', '["sessions"]')`

  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
})

for (const look of looks) {
  test(`the pages around a password are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    world,
  }) => {
    const someone = await person(world)
    const page = await open('/forgot-password', { ...look, signedIn: false, tolerate })
    await page.getByRole('button', { name: 'Mail me a link' }).waitFor()
    await expectSoundLook(page)
    await page.goto(`${world.url}/admin${await linkFor(world, someone)}`)
    await page.getByRole('button', { name: 'Set the new password' }).waitFor()
    await expectSoundLook(page)

    await page.goto(`${world.url}/admin/sign-in?to=/settings`)
    await typePassword(page, someone.email)
    const begin = page.getByRole('form', { name: 'Begin the set-up' })
    await begin.getByLabel('Your password').fill(admin.password)
    await begin.getByRole('button').last().click()
    await page.getByRole('form', { name: 'Confirm the set-up' }).waitFor()
    await expectSoundLook(page)
    await page.goto(`${world.url}/admin/second-factor`)
    await setUpSecondFactor(page)
    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await typePassword(page, someone.email)
    await page.getByRole('heading', { name: 'Your code' }).waitFor()
    await expectSoundLook(page)
  })
}

for (const look of looks)
  test(`the sign-in page is sound at ${look.width} px in the ${look.theme} theme`, async ({ open }) => {
    const page = await open('/sign-in', { ...look, signedIn: false })
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor()

    await expectSoundLook(page)
  })
