import type { Page } from 'playwright-core'
import { expect, onTestFinished } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'
import { admin, type World } from './world.ts'

// the browser reports a refused request by itself, although the page handles it
const tolerate = /40[01] \((Bad Request|Unauthorized)\)/

/** The admin by its name on this machine: passkeys belong to a name, not to a number. */
const named = (world: World, path: string) => `${world.url.replace('127.0.0.1', 'localhost')}/admin${path}`

/** An authenticator inside the machine, which knows its owner's finger or does not. */
async function plugIn(page: Page) {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  })
  onTestFinished(async () => void (await devtools.send('WebAuthn.disable')))
  return {
    knowsFinger: (isUserVerified: boolean) =>
      devtools.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified }),
  }
}

async function signInByPassword(page: Page, world: World, to: string) {
  await page.goto(named(world, `/sign-in?to=${encodeURIComponent(to)}`))
  await page.getByLabel('E-mail', { exact: true }).fill(admin.email)
  await page.getByLabel('Password', { exact: true }).fill(admin.password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

async function addPasskey(page: Page, name: string) {
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  const form = page.getByRole('form', { name: 'Add a passkey' })
  await form.getByLabel('Name').fill(name)
  await form.getByLabel('Your password').fill(admin.password)
  await form.getByRole('button', { name: 'Add the passkey' }).click()
  await page.getByText('The passkey is added').waitFor()
}

async function signOut(page: Page) {
  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
}

const byPasskey = (page: Page) => page.getByRole('button', { name: 'Sign in with a passkey' })

test('a passkey is added in the settings, signs in with the keyboard, is renamed and removed', async ({
  open,
  world,
}) => {
  const page = await open('/sign-in', { signedIn: false, tolerate })
  const { knowsFinger } = await plugIn(page)
  await signInByPassword(page, world, '/settings')
  await page.getByText('No passkeys yet').waitFor()
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  const form = page.getByRole('form', { name: 'Add a passkey' })
  await page.keyboard.type('Laptop')
  await page.keyboard.press('Tab')
  await page.keyboard.type('not the password')
  await page.keyboard.press('Enter')
  await form.getByText('The current password is wrong').waitFor()
  await form.getByLabel('Your password').fill(admin.password)
  await page.keyboard.press('Enter')
  await page.getByText('The passkey is added').waitFor()
  await page.getByRole('list', { name: 'Passkeys' }).getByText('never used').waitFor()

  await signOut(page)
  await knowsFinger(false)
  await byPasskey(page).click()
  await page.getByText('Cancelled, or it took too long. Nothing has changed.').waitFor()
  await knowsFinger(true)
  await byPasskey(page).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()

  await page.goto(named(world, '/settings#passkeys'))
  await page.getByRole('list', { name: 'Passkeys' }).getByText('last used').waitFor()
  await page.getByRole('button', { name: 'Rename Laptop' }).click()
  await page.getByRole('form', { name: 'Rename the passkey' }).getByLabel('Name').fill('Grey laptop')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Remove Grey laptop' }).click()
  const removal = page.getByRole('form', { name: 'Remove the passkey' })
  await removal.getByLabel('Your password').fill(admin.password)
  await removal.getByRole('button', { name: 'Remove the passkey' }).click()
  await page.getByText('No passkeys yet').waitFor()

  await signOut(page)
  await byPasskey(page).click()
  await page.getByText('This passkey opens no account here').waitFor()
})

test('a device makes one passkey of an account, and where there can be none the page says so', async ({
  open,
  world,
}) => {
  const page = await open('/sign-in', { signedIn: false, tolerate })
  await byPasskey(page).click()
  await page.getByText('Open http://localhost:').waitFor()

  await plugIn(page)
  // where somebody is led who owes a second factor
  await signInByPassword(page, world, '/second-factor')
  await page.getByRole('button', { name: 'Use a passkey instead' }).click()
  const form = page.getByRole('form', { name: 'Add a passkey' })
  await form.waitFor()
  await expectSoundLook(page)
  await form.getByLabel('Name').fill('Laptop')
  await form.getByLabel('Your password').fill(admin.password)
  await page.keyboard.press('Enter')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()

  await page.goto(named(world, '/settings'))
  await page.getByRole('button', { name: 'Add a passkey' }).click()
  await form.getByLabel('Name').fill('The same')
  await form.getByLabel('Your password').fill(admin.password)
  await page.keyboard.press('Enter')
  await form.getByText('holds a passkey of your account already').waitFor()
  await world.sql`delete from passkeys`
})

for (const look of looks)
  test(`the pages around a passkey are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    world,
  }) => {
    const page = await open('/sign-in', { ...look, signedIn: false, tolerate })
    await byPasskey(page).click()
    await page.getByText('Open http://localhost:').waitFor()
    await expectSoundLook(page)

    await plugIn(page)
    await signInByPassword(page, world, '/settings#passkeys')
    await addPasskey(page, 'A passkey with a name that is long enough to need a second line on a narrow screen')
    await page.getByRole('list', { name: 'Passkeys' }).waitFor()
    await expectSoundLook(page)
    expect(await page.getByRole('list', { name: 'Passkeys' }).getByRole('listitem').count()).toBe(1)
    await page.getByRole('button', { name: /^Remove A passkey/ }).click()
    await page.getByRole('form', { name: 'Remove the passkey' }).waitFor()
    await expectSoundLook(page, { floating: true })
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Add a passkey' }).click()
    await page.getByRole('form', { name: 'Add a passkey' }).waitFor()
    await expectSoundLook(page, { floating: true })
    await world.sql`delete from passkeys`
  })
