import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { until } from '../test/process/stage.ts'
import { expectSoundLook, looks, test } from './browser.ts'
import type { World } from './world.ts'

const secretOf = (nth: number) => `whsec_${Buffer.alloc(24, nth).toString('base64')}`
const setSecret = (world: World, door: string, secret: string) =>
  world.ask('POST', '/api/admin/webhook-secrets', { provider: 'standard', door, secret })

/** A source whose webhooks were refused because it signs with a secret that was set here only after. */
async function refusedThenSetRight(world: World, door: string, { count = 2 } = {}): Promise<void> {
  await setSecret(world, door, secretOf(1))
  await until('its door is open', async () => (await world.standard(door, secretOf(1))) === 200)
  await world.sql`delete from webhook_queue where state = 'quarantined'`
  for (let nth = 0; nth < count; nth++) expect(await world.standard(door, secretOf(2))).toBe(401)
  await setSecret(world, door, secretOf(2))
}
const dialogOf = (page: Page) => page.getByRole('dialog', { name: 'Verify again' })
const kept = async (world: World, provider: string) => {
  const [row] = await world.sql`
    select count(*)::int as rows from webhook_queue where state = 'quarantined' and provider = ${provider}`
  return row?.rows
}

test('by keyboard: what is quarantined says why, and is verified again in bulk as the preview told', async ({
  open,
  world,
}) => {
  await refusedThenSetRight(world, 'diary')
  await world.forged()
  const page = await open('/webhooks?state=quarantined')
  const grid = page.getByRole('grid', { name: 'Webhooks' })
  await grid.getByText('The signature is wrong').first().waitFor()
  await page.getByRole('button', { name: 'Verify again…' }).waitFor()

  await page.keyboard.press('v')
  await dialogOf(page).getByText('2 webhooks can be taken in.').waitFor()
  const item = (name: string) => dialogOf(page).getByRole('listitem').filter({ hasText: name })
  await item('Standard Webhooks').getByText('2 can be taken in').waitFor()
  await item('Retell').getByText('1 stays, still not proven').waitFor()
  await item('Retell').getByText('The signature is wrong').waitFor()
  await expectSoundLook(page, { floating: true })
  await dialogOf(page).getByRole('button', { name: 'Take in 2 webhooks' }).press('Enter')

  await dialogOf(page).getByText('2 webhooks taken in. 1 stays, still not proven.').waitFor()
  await expectSoundLook(page, { floating: true })
  expect([await kept(world, 'standard'), await kept(world, 'retell')]).toEqual([0, 1])
  await page.keyboard.press('Escape')
  await dialogOf(page).waitFor({ state: 'detached' })
  await grid.getByText('Standard Webhooks').first().waitFor({ state: 'detached' })
})

test('what is refused is told apart beside an open one, and is not offered to be replayed as if it had been processed', async ({
  open,
  world,
}) => {
  await world.sql`delete from webhook_queue where state = 'quarantined'`
  await world.forged()
  const page = await open('/webhooks?state=quarantined')
  await page.getByRole('grid', { name: 'Webhooks' }).getByRole('link').first().click()
  await page.getByRole('complementary', { name: 'Webhook' }).getByText('Why it is so').waitFor()
  const grid = page.getByRole('grid', { name: 'Webhooks' })
  await grid.getByRole('columnheader', { name: 'Why it was refused' }).waitFor()
  await grid.getByText('The signature is wrong').waitFor()

  const many = page.getByRole('button', { name: 'Replay many…' })
  expect(await many.getAttribute('aria-disabled')).toBe('true')
  await many.focus()
  await page.getByRole('tooltip').getByText('What was refused is verified again, not replayed.').waitFor()
})

test('a state of which there is none says what that means', async ({ open, world }) => {
  await world.sql`delete from webhook_queue where state = 'quarantined'`
  const page = await open('/webhooks?state=quarantined')
  await page.getByText('Nothing is quarantined').waitFor()
  await page.getByText('What is refused at the door and kept as evidence appears here.').waitFor()
  await page.goto(page.url().replace('quarantined', 'failed'))
  await page.getByText('Nothing has failed').waitFor()
  await page.goto(`${page.url()}&provider=retell`)
  await page.getByText('No webhook matches these filters').waitFor()
})

test('on a phone the state that is chosen is in sight among the others', async ({ open }) => {
  const page = await open('/webhooks?state=quarantined', { width: 360 })
  const chosen = page.getByRole('group', { name: 'State' }).getByRole('button', { name: /^Quarantined/ })
  await chosen.waitFor()
  await expect
    .poll(() =>
      chosen.evaluate((tab) => {
        const { right } = tab.getBoundingClientRect()
        return right <= innerWidth
      }),
    )
    .toBe(true)
})

test('by pointer: a cause of quarantine is verified again from its row, and of nothing else', async ({
  open,
  world,
}) => {
  await refusedThenSetRight(world, 'bookings', { count: 1 })
  await world.forged()
  const page = await open('/sources?tab=causes')
  await page.getByRole('button', { name: 'Verify again: The signature is wrong, Retell' }).click()
  await dialogOf(page).getByText('None can be taken in').waitFor()
  expect(await dialogOf(page).getByRole('listitem').count()).toBe(1)
  await expectSoundLook(page, { floating: true })
  await dialogOf(page).getByRole('button', { name: 'Cancel' }).click()

  await page.getByRole('button', { name: 'Verify again: The signature is wrong, Standard Webhooks' }).click()
  await dialogOf(page).getByRole('button', { name: 'Take in 1 webhook' }).click()
  await dialogOf(page).getByText('1 webhook taken in.').waitFor()
  await dialogOf(page).getByRole('button', { name: 'Done' }).click()
  await page
    .getByRole('button', { name: 'Verify again: The signature is wrong, Standard Webhooks' })
    .waitFor({ state: 'detached' })
})

test('what was refused for its time alone is taken in where a person ticks it, and not before', async ({
  open,
  world,
}) => {
  await refusedThenSetRight(world, 'clock', { count: 0 })
  const hourAgo = Date.now() - 3_600_000
  for (let nth = 0; nth < 2; nth++) expect(await world.standard('clock', secretOf(2), { at: hourAgo })).toBe(401)
  const page = await open('/sources?tab=causes')
  await page.getByRole('button', { name: 'Verify again: The signature is too old, Standard Webhooks' }).click()
  await dialogOf(page).getByText('None can be taken in without a word of yours.').waitFor()
  await dialogOf(page).getByText('2 stay, refused for the time alone').waitFor()
  expect(await dialogOf(page).getByRole('button', { name: 'Take in', exact: true }).getAttribute('aria-disabled')).toBe(
    'true',
  )
  await expectSoundLook(page, { floating: true })

  await dialogOf(page)
    .getByRole('checkbox', { name: /Also take in 2 webhooks refused for the time alone/ })
    .check()
  await dialogOf(page).getByRole('button', { name: 'Take in 2 webhooks' }).click()
  await dialogOf(page).getByText('2 webhooks taken in.').waitFor()
  expect(await kept(world, 'standard')).toBe(0)
})

test('a preview that cannot be had is asked for again, and a refused release says so and changes nothing', async ({
  open,
  world,
}) => {
  await refusedThenSetRight(world, 'invoices', { count: 1 })
  const page = await open('/webhooks?state=quarantined&provider=standard', { tolerate: /ERR_FAILED/ })
  const verify = page.getByRole('button', { name: 'Verify again…' })
  await verify.waitFor()
  await page.route(/webhooks\.quarantine\./, (route) => route.abort())
  await verify.click()
  await dialogOf(page).getByText('What is kept could not be verified').waitFor()
  await expectSoundLook(page, { floating: true })
  await page.unroute(/webhooks\.quarantine\./)
  await dialogOf(page).getByRole('button', { name: 'Look again' }).click()
  const act = dialogOf(page).getByRole('button', { name: 'Take in 1 webhook' })
  await act.waitFor()

  await page.route(/quarantine\.reverify/, (route) => route.abort())
  await act.click()
  await dialogOf(page).getByRole('alert').getByText('The server cannot be reached').waitFor()
  expect(await kept(world, 'standard')).toBe(1)
  await page.unroute(/quarantine\.reverify/)
  await act.click()
  await dialogOf(page).getByText('1 webhook taken in.').waitFor()
  await dialogOf(page).getByRole('button', { name: 'Done' }).click()

  await verify.click()
  await dialogOf(page).getByText('Nothing of this is kept in quarantine.').waitFor()
})

for (const theme of new Set(looks.map((look) => look.theme)))
  test(`on a phone the quarantine is verified again in the ${theme} theme`, async ({ open, world }) => {
    await refusedThenSetRight(world, `phone-${theme}`, { count: 1 })
    await world.forged()
    const page = await open('/webhooks?state=quarantined', { theme, width: 360 })
    await page.getByRole('grid', { name: 'Webhooks' }).getByText('The signature is wrong').first().waitFor()
    await page.getByRole('button', { name: 'Verify again…' }).click()
    await dialogOf(page).getByText('1 webhook can be taken in.').waitFor()
    await expectSoundLook(page, { floating: true })
    await dialogOf(page).getByRole('button', { name: 'Take in 1 webhook' }).click()
    await dialogOf(page).getByText('1 webhook taken in.').waitFor()
  })
