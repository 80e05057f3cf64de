import type { Page, Route } from 'playwright-core'
import { expect } from 'vitest'
import { expectSoundLook, test } from './browser.ts'
import type { World } from './world.ts'

const grid = (page: Page) => page.getByRole('grid', { name: 'Webhooks' })
const links = (page: Page) => grid(page).getByRole('link')

/** Webhooks that have been processed, as many as are wanted. */
async function past(world: World, webhooks: number): Promise<void> {
  await world.sql`
    insert into webhook_queue (id, provider, door, event_type, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select uuidv7((n - ${webhooks} - 1000) * interval '1 millisecond'), 'retell', 'events', 'call_noted', 'x', '10.0.0.1', '[]', 'nothing', 'utf8', 7, '\\x00', 'verified', 'processed', now() - interval '1 minute'
    from generate_series(1, ${webhooks}) as n`
}
const forget = (world: World) => world.sql`delete from webhook_queue`

/** What a list is asked behind its first page comes here. */
const further = (page: Page, answer: (route: Route) => Promise<void>) =>
  page.route(/webhooks\.list\b/, async (route) => {
    if (decodeURIComponent(route.request().url()).includes('"cursor"')) await answer(route)
    else await route.continue()
  })

const broken = (route: Route) =>
  route.fulfill({
    status: 500,
    contentType: 'application/json',
    body: JSON.stringify([
      { error: { message: 'It broke.', code: -32603, data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 } } },
    ]),
  })

test('older rows that cannot be had are asked for once, and again when the reader says so', async ({ open, world }) => {
  await past(world, 120)
  const page = await open('/webhooks', { tolerate: /500/ })
  await links(page).nth(5).waitFor()
  let asked = 0
  let isBroken = true
  await further(page, async (route) => {
    asked++
    await (isBroken ? broken(route) : route.continue())
  })

  await grid(page).focus()
  await page.keyboard.press('End')
  const told = page.getByRole('alert').filter({ hasText: 'Older rows could not be loaded. It broke.' })
  await told.waitFor()
  await page.waitForTimeout(500)
  expect(asked).toBe(1)
  await expectSoundLook(page)

  isBroken = false
  await told.getByRole('button', { name: 'Try again' }).click()
  await told.waitFor({ state: 'detached' })
  await page.getByText('100+', { exact: true }).waitFor()
  await forget(world)
})

test('a search that fails on its way says so and stops', async ({ open, world }) => {
  await past(world, 10_500)
  const page = await open('/webhooks?q=sentiment', { tolerate: /500/ })
  let asked = 0
  await further(page, async (route) => {
    asked++
    await broken(route)
  })
  await page.getByRole('button', { name: 'Look further' }).click()

  await page.getByRole('alert').getByText('It could not be searched further. It broke.').waitFor()
  await page.waitForTimeout(300)
  expect(asked).toBe(1)
  await expectSoundLook(page)
  await forget(world)
})

test('what comes in while a search looks further stays in the list', async ({ open, world }) => {
  await past(world, 10_500)
  const page = await open('/webhooks?q=sentiment')
  const held = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  await further(page, async (route) => {
    asked.resolve()
    await held.promise
    await route.continue()
  })
  await page.locator('[data-live=live]').waitFor()
  await page.getByRole('button', { name: 'Look further' }).click()
  await asked.promise
  await world.unreadable('the sentiment of a call')
  await world.settled()
  await page.waitForTimeout(1500)
  held.resolve()

  await page.getByRole('button', { name: 'Look further' }).waitFor({ state: 'detached' })
  await links(page).filter({ hasText: 'Unread' }).waitFor({ timeout: 5000 })
  await forget(world)
})

test('new rows that are asked for are shown, also while the list is being brought up to date', async ({
  open,
  world,
}) => {
  await past(world, 40)
  const page = await open('/webhooks')
  await page.locator('[data-live=live]').waitFor()
  await links(page).nth(5).hover()
  await world.unreadable('one')
  const fresh = page.getByRole('button', { name: '1 new row' })
  await fresh.waitFor()
  await world.settled()
  await page.waitForTimeout(1000)

  const held = Promise.withResolvers<void>()
  const asked = Promise.withResolvers<void>()
  await page.route(/webhooks\.list\b/, async (route) => {
    asked.resolve()
    await held.promise
    await route.continue()
  })
  await world.unreadable('two')
  await asked.promise
  await fresh.click()
  held.resolve()

  await expect.poll(() => links(page).filter({ hasText: 'Unread' }).count(), { timeout: 5000 }).toBe(2)
  expect(await page.getByRole('button', { name: /new row/ }).count()).toBe(0)
  await forget(world)
})

test('a search that nobody reads any more is not taken further', async ({ open, world }) => {
  await past(world, 31_000)
  const page = await open('/webhooks?q=sentiment')
  let asked = 0
  const first = Promise.withResolvers<void>()
  const held = Promise.withResolvers<void>()
  await further(page, async (route) => {
    asked++
    first.resolve()
    await held.promise
    await route.continue()
  })
  await page.getByRole('button', { name: 'Look further' }).click()
  await first.promise
  await page.getByRole('link', { name: 'Audit log' }).click()
  await page.getByRole('heading', { name: 'Audit log', level: 1 }).waitFor()
  held.resolve()
  await page.waitForTimeout(1500)

  expect(asked).toBe(1)
  await forget(world)
})

test('a call that is read stays open while more than a page of others comes in', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Lakeside Orthodontics')
  await world.call(phoneNumber, 61)
  await world.settled()
  const page = await open('/calls')
  await page.locator('[data-live=live]').waitFor()
  await page.getByRole('grid', { name: 'Calls' }).getByRole('link').first().click()
  const panel = page.getByRole('complementary', { name: 'Call' })
  await panel.getByText('1 m 01 s').first().waitFor()
  await panel.hover()

  await world.sql`
    insert into call_events
    select (jsonb_populate_record(call, jsonb_build_object('id', uuidv7(), 'retell_call_id', 'later_' || n))).*
    from call_events as call, generate_series(1, 60) as n`
  await world.call(phoneNumber, 62)
  await page.getByRole('grid', { name: 'Calls' }).getByText('1 m 02 s').first().waitFor()
  await panel.getByText('1 m 01 s').first().waitFor()
  expect(await page.getByText('This call is not in this list').count()).toBe(0)
})
