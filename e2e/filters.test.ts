import { expect } from 'vitest'
import { expectSoundLook, test } from './browser.ts'

test('a filter of the address that is not known is named, and what is shown says that it is left out', async ({
  open,
  world,
}) => {
  await world.unreadable('upstream connect error')
  const page = await open('/webhooks?state=lost&provider=acme&q=upstream')
  const told = page.getByRole('status').filter({ hasText: 'The address asks for' })
  await told.getByText('state “lost” and provider “acme”').waitFor()
  await expectSoundLook(page)
  await page.reload()
  await told.waitFor()
  await told.getByRole('button', { name: 'Dismiss' }).click()
  await told.waitFor({ state: 'detached' })
  expect(new URL(page.url()).search).toBe('?q=upstream')
  await page.getByRole('button', { name: 'Dead', exact: false }).first().click()
  await page.waitForURL(/state=dead/)
  expect(await told.count()).toBe(0)
})

test('a number that is none is refused at its field, and the filter that was set stays', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Harbor Plumbing')
  await world.call(phoneNumber, 61)
  const page = await open(`/webhooks?phone=${encodeURIComponent(phoneNumber)}`)
  await page.getByRole('grid', { name: 'Webhooks' }).getByRole('link').first().waitFor()
  await page.getByRole('button', { name: `Number: ${phoneNumber}` }).click()
  const field = page.getByRole('textbox', { name: 'Number' })
  for (const text of ['abc', '+', '1-800-FLOWERS']) {
    await field.fill(text)
    await field.press('Enter')
    await page.getByRole('alert').getByText('A number is digits, as in +1 312 555 0101.').waitFor()
    expect(await field.inputValue()).toBe(text)
  }
  await expectSoundLook(page, { floating: true })
  expect(new URL(page.url()).searchParams.get('phone')).toBe(phoneNumber)

  await field.fill('+1 (312) 555-0199')
  expect(await page.getByRole('alert').count()).toBe(0)
  await field.press('Enter')
  await page.waitForURL(({ searchParams }) => searchParams.get('phone') === '+13125550199')
  await page.getByRole('button', { name: 'Number: +13125550199' }).click()
  await field.fill('')
  await field.press('Enter')
  await page.waitForURL(({ searchParams }) => !searchParams.has('phone'))
})

test('a filter that is set is written as a sentence would be', async ({ open, world: _ }) => {
  const page = await open('/webhooks?provider=retell')
  const chip = page.getByRole('button', { name: 'Provider: Retell' })
  await chip.getByText('Provider:', { exact: true }).waitFor()
  await chip.getByText('Retell', { exact: true }).waitFor()
})

test('a pause after the first of two words does not join them', async ({ open, world: _ }) => {
  const page = await open('/webhooks')
  const search = page.getByRole('searchbox', { name: 'Id, event or error' })

  await search.pressSequentially('names ')
  await page.waitForURL((url) => url.searchParams.get('q') === 'names')
  await search.pressSequentially('no call')

  await page.waitForURL((url) => url.searchParams.get('q') === 'names no call')
  expect(await search.inputValue()).toBe('names no call')
})

test('a cause of the address that nothing is left of is shown as a filter, and can be taken away alone', async ({
  open,
  world: _,
}) => {
  const page = await open(`/webhooks?provider=retell&cause=${'f'.repeat(16)}`)

  await page.getByRole('button', { name: 'Cause: nothing is left of it' }).waitFor()
  await expectSoundLook(page)
  await page.getByRole('button', { name: 'Clear cause' }).click()
  await page.waitForURL((url) => url.search === '?provider=retell')

  await page.goto(page.url().replace('provider=retell', 'cause=late'))
  await page.getByText('The address asks for cause “late”').waitFor()
})

test('a time range that ends before it begins is refused where it stands', async ({ open, world: _ }) => {
  const page = await open('/webhooks')
  await page.getByRole('button', { name: /^Time range/ }).click()
  await page.getByLabel('From').fill('2026-03-02T10:00')
  await page.getByLabel('To', { exact: true }).fill('2026-03-02T09:00')
  await page.getByRole('button', { name: 'Apply' }).click()

  const told = page.getByRole('alert').getByText('It must end after it begins.')
  await told.waitFor()
  expect(new URL(page.url()).search).toBe('')
  await page.getByLabel('To', { exact: true }).fill('2026-03-02T11:00')
  await told.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.waitForURL(/range=/)
})

test('a year has four figures, so that the hour can be typed after it', async ({ open, world: _ }) => {
  const page = await open('/webhooks')
  await page.getByRole('button', { name: /^Time range/ }).click()
  for (const [label, keys] of [
    ['From', '030220260800AM'],
    ['To', '030220261000AM'],
  ] as const) {
    await page.getByLabel(label, { exact: true }).focus()
    await page.keyboard.type(keys)
  }
  expect(await page.getByLabel('To', { exact: true }).inputValue()).toBe('2026-03-02T10:00')
  await page.keyboard.press('Enter')
  await page.waitForURL(/range=/)
})

test('a status of messages is none of calls, and is named as left out', async ({ open, world: _ }) => {
  const page = await open('/calls?status=delivered')
  await page.getByRole('status').getByText('status “delivered”').waitFor()
  await page.goto(page.url().replace(/calls.*/, 'messages?status=ringing'))
  await page.getByRole('status').getByText('status “ringing”').waitFor()
  await page.goto(page.url().replace(/\?.*/, '?status=delivered'))
  await page.getByRole('button', { name: 'Status: Delivered' }).waitFor()
})
