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
