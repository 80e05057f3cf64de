import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { until } from '../test/process/stage.ts'
import { expectSoundLook, looks, test } from './browser.ts'

const row = (page: Page, name: string) => page.getByRole('row').filter({ has: page.getByText(name, { exact: true }) })

test('an operator pauses a source, what comes is kept, a test event is taken, and a resume counts what was kept', async ({
  open,
  world,
}) => {
  const { phoneNumber, id } = await world.customer('Harbor Plumbing')
  const page = await open('/webhooks')
  await page.getByRole('heading', { name: 'Webhooks', level: 1 }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('i')
  await page.getByRole('heading', { name: 'Sources', level: 1 }).waitFor()
  await row(page, 'Telnyx').getByText('Not set').waitFor()

  await page.getByRole('button', { name: 'Send a test event to Retell' }).click()
  await page.getByText(/^The door of Retell took the test event/).waitFor()
  await row(page, 'Retell').getByText('Receiving').waitFor()

  await page.getByRole('button', { name: 'Pause Retell…' }).press('Enter')
  const pausing = page.getByRole('dialog', { name: 'Pause Retell' })
  await pausing.getByLabel('Why').fill('a release is being mended')
  await pausing.getByRole('button', { name: 'Pause Retell' }).click()
  await row(page, 'Retell').getByText('Paused').waitFor()
  await world.call(phoneNumber, 61)
  await row(page, 'Retell').getByRole('cell', { name: '2', exact: true }).first().waitFor()
  const used = async () => {
    const [limits] =
      await world.sql`select call_used_seconds::int as used from usage_limits where customer_id = ${id.slice(4)}::uuid`
    return limits?.used
  }
  expect(await used()).toBe(0)

  await page.getByRole('button', { name: 'Resume Retell…' }).click()
  const resuming = page.getByRole('dialog', { name: 'Resume Retell' })
  await resuming.getByText('2 webhooks kept are processed now').waitFor()
  await resuming.getByLabel('Why').fill('it is mended')
  await page.keyboard.press('Enter')
  await row(page, 'Retell').getByText('Receiving').waitFor()
  await until('what was kept is counted', async () => (await used()) === 61)
})

test('a customer is paused by name, and the address brings a filter back', async ({ open, world }) => {
  const { businessName } = await world.customer('Summit Roofing')
  const page = await open('/sources?stands=no_secret')
  await page.getByRole('button', { name: /^State: No secret/ }).waitFor()
  expect(await row(page, 'Retell').count()).toBe(0)
  await page.getByRole('button', { name: 'Clear state' }).click()
  await row(page, 'Retell').waitFor()

  await page.getByRole('button', { name: 'Pause a customer…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Pause a customer' })
  await dialog.getByRole('combobox', { name: 'Customer' }).fill(businessName)
  await dialog.getByRole('option', { name: new RegExp(businessName) }).click()
  const named = page.getByRole('dialog', { name: `Pause ${businessName}` })
  await named.getByLabel('Why').fill('they asked for it')
  await named.getByRole('button', { name: `Pause ${businessName}` }).click()

  await page.getByRole('table', { name: 'Paused customers' }).getByText('they asked for it').waitFor()
})

for (const look of looks)
  test(`what went wrong stands by its cause, leads to its webhooks, and is sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    world,
  }) => {
    await world.unreadable('upstream connect error')
    await world.forged()
    const page = await open('/sources?tab=causes', look)
    await page.getByText('The signature is wrong').waitFor()
    await expectSoundLook(page)
    await page.getByRole('button', { name: /^Sources/ }).click()
    await row(page, 'Retell').waitFor()
    await expectSoundLook(page)
    await world.sql`
      insert into call_events (id, status, occurred_at, facts, updated_at)
      values (uuidv7(interval '-3 hours'), 'in-progress', now() - interval '3 hours', '{}', now() - interval '3 hours')`
    await page.getByRole('button', { name: 'Gaps' }).click()
    await page.getByRole('table', { name: 'Missing' }).getByText('have no end').waitFor()
    await page.getByRole('button', { name: /^Causes/ }).click()
    await page.getByRole('link', { name: 'The signature is wrong' }).click()
    await page.getByRole('button', { name: /^Cause: The signature is wrong/ }).waitFor()
    await page.getByRole('grid', { name: 'Webhooks' }).getByText('Quarantined').first().waitFor()
  })
