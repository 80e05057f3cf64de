import { createHash, randomBytes, randomUUID } from 'node:crypto'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'

const tolerate = /40[09] \((Bad Request|Conflict)\)/
const password = 'correct horse battery'

async function fill(page: Page, person: { business: string; email: string; phone?: string }) {
  await page.getByLabel('Business name').fill(person.business)
  await page.getByLabel('First name').fill('Ada')
  await page.getByLabel('Last name').fill('Byron')
  await page.getByLabel('E-mail').fill(person.email)
  await page.getByLabel('Phone').fill(person.phone ?? '')
  await page.getByLabel('Password', { exact: true }).fill(password)
}

test('a business registers from the sign-in and lands on its own usage, and on no page of ours', async ({ open }) => {
  const page = await open('/sign-in', { signedIn: false })
  await page.getByRole('link', { name: 'Register your business' }).click()
  await page.getByRole('heading', { name: 'Register your business' }).waitFor()
  await fill(page, { business: 'Harbor Plumbing', email: 'ada@harbor.example', phone: '(415) 555-0111' })
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor()
  await page.getByText('of 150 min').waitFor()
  await page.getByText('of 250 SMS').waitFor()
  expect(await page.getByRole('link', { name: 'Webhooks' }).count()).toBe(0)

  await page.goto(page.url().replace('/usage', '/customers'))
  await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor()
})

test('what is wrong is said at its field, before and after the server is asked', async ({ open }) => {
  const first = await open('/register', { signedIn: false })
  await fill(first, { business: 'Golden Gate Drains', email: 'grace@gate.example', phone: '415 555 0112' })
  await first.getByRole('button', { name: 'Register' }).click()
  await first.getByRole('heading', { name: 'Usage', level: 1 }).waitFor()

  const page = await open('/register', { signedIn: false, tolerate })
  await page.getByRole('button', { name: 'Register' }).click()
  await page.getByText('Type the name of your business').waitFor()
  await page.getByText('Type your e-mail address').waitFor()
  await fill(page, { business: 'Another', email: 'GRACE@gate.example' })
  await page.getByRole('button', { name: 'Register' }).click()

  await page.getByText('This already has an account').waitFor()
  expect(await page.getByLabel('Business name').inputValue()).toBe('Another')
})

test('a colleague who is invited chooses a password by the link and signs in as an owner', async ({ open, world }) => {
  const { id } = await world.customer('Bright Smile Dental')
  const [userId, token] = [randomUUID(), `tli_${randomBytes(32).toString('base64url')}`]
  await world.sql`
    insert into users (id, email, role, customer_id, password_hash)
    values (${userId}, 'joan@bright.example', 'owner', ${id.slice(4)}, 'none')`
  await world.sql`
    insert into invitations (id, user_id, token_hash, expires_at)
    values (${randomUUID()}, ${userId}, ${createHash('sha256').update(token).digest()}, now() + interval '1 day')`
  const page = await open(`/invitation#${token}`, { signedIn: false })

  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByLabel('Password again').fill(password)
  await page.getByRole('button', { name: 'Set the password' }).click()
  await page.getByRole('link', { name: 'Sign in' }).click()
  await page.getByLabel('E-mail', { exact: true }).fill('joan@bright.example')
  await page.getByLabel('Password', { exact: true }).fill(password)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()

  await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor()
  expect(new URL(page.url()).hash).toBe('')
})

test('an owner sees what his period comes to, and chooses how he is told; it is kept', async ({ open }) => {
  const page = await open('/register', { signedIn: false })
  await fill(page, { business: 'Lakeside Orthodontics', email: 'mary@lakeside.example' })
  await page.getByRole('button', { name: 'Register' }).click()
  await page.getByText('What this period comes to').waitFor()
  await page.getByText('Nothing was used of late').first().waitFor()
  await page.getByRole('button', { name: 'Messages', exact: true }).click()
  await page.getByRole('img', { name: /^Messages used a day/ }).waitFor()

  // one choice right after the other: the answer to the first does not undo the second on the page
  let answers = 0
  const kept = page.waitForResponse(
    (answer) => answer.url().includes('setPreference') && answer.ok() && ++answers === 2,
  )
  await page.getByRole('radio', { name: /By SMS/ }).check()
  await page.getByRole('checkbox', { name: '80 % are used' }).uncheck()
  await kept
  await page.reload()
  await page.getByText('Nothing was told yet').waitFor()
  expect(await page.getByRole('radio', { name: /By SMS/ }).isChecked()).toBe(true)
  expect(await page.getByRole('checkbox', { name: '80 % are used' }).isChecked()).toBe(false)
})

for (const look of looks)
  test(`the form and an owner’s house are sound at ${look.width} px in the ${look.theme} theme`, async ({ open }) => {
    const page = await open('/register', { signedIn: false, ...look })
    await page.getByRole('heading', { name: 'Register your business' }).waitFor()
    await expectSoundLook(page)
    await page.getByRole('button', { name: 'Register' }).click()
    await page.getByText('Type your first name').waitFor()
    await expectSoundLook(page)

    await fill(page, { business: 'Summit Roofing', email: `owner-${look.width}-${look.theme}@summit.example` })
    await page.getByRole('button', { name: 'Register' }).click()
    await page.getByText('of 150 min').waitFor()
    await page.getByText('Active').first().waitFor()
    await expectSoundLook(page)
    await page.getByRole('button', { name: 'Invite a colleague' }).click()
    await page.getByRole('dialog').waitFor()
    await expectSoundLook(page, { floating: true })
  })
