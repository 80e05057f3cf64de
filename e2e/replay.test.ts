import { expect } from 'vitest'
import { until } from '../test/process/stage.ts'
import { expectSoundLook, looks, test } from './browser.ts'
import type { World } from './world.ts'

/** Calls of a minute whose webhooks died before anything was made of them. */
async function deadCalls(world: World, businessName: string, count: number) {
  const customer = await world.customer(businessName)
  const callId = await world.call(customer.phoneNumber, 60)
  await world.settled()
  await world.sql`
    insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding, body_bytes,
      body_sha256, verdict, secret_id, state, received_at, attempts, last_error)
    select uuidv7(), provider, door, event_type, phone_number, url, remote_address, headers, replace(body, ${callId}, ${callId} || '_' || nth),
      body_encoding, body_bytes, body_sha256, verdict, secret_id, 'dead', received_at, 8, 'It was so'
    from webhook_queue, generate_series(1, ${count}::int) as nth where body like ${`%${callId}%`} and event_type = 'call_ended'`
  return customer
}
const used = async (world: World, id: string) => {
  const [row] = await world.sql`
    select coalesce(sum(quantity), 0)::int as seconds from usage_entries where customer_id = ${id.slice(4)}`
  return row?.seconds
}

test('by keyboard: what died is planned, its minutes add up, the plan is confirmed, and its run books them', async ({
  open,
  world,
}) => {
  const { id } = await deadCalls(world, 'Harbor Plumbing', 25)
  const page = await open('/webhooks?state=dead')
  await page.getByRole('link', { name: 'Replay many…' }).press('Enter')
  await page.waitForURL(/\/replays\/new\?of=dead/)
  await page.getByRole('button', { name: 'State: Dead' }).waitFor()
  await page.keyboard.press('p')
  await page.getByRole('heading', { name: 'Replay of 25 webhooks' }).waitFor()
  await page.getByText('Waits to be confirmed').waitFor()
  await page.getByRole('row', { name: /Harbor Plumbing .* \+25 m 00 s \$0\.00/ }).waitFor()
  expect(await used(world, id)).toBe(60)

  await page.keyboard.press('r')
  const dialog = page.getByRole('dialog', { name: 'Replay 25 webhooks?' })
  await dialog.getByText('+25 m 00 s for 1 customer.').waitFor()
  await expectSoundLook(page, { floating: true })
  await dialog.getByLabel('Why').fill('The cause is mended')
  await dialog.getByLabel('Why').press('Enter')
  await page.getByText('25 webhooks replayed. Usage booked: +25 m 00 s.').waitFor()
  expect(await used(world, id)).toBe(60 + 25 * 60)
  await page.reload()
  await page.getByRole('progressbar', { name: 'Run' }).waitFor()
  await page.getByText(/^25 of 25 done in/).waitFor()
  await page.getByRole('list', { name: 'Webhooks of this replay' }).getByRole('link').first().press('Enter')
  await page
    .getByRole('complementary', { name: 'Webhook' })
    .getByText(/Replayed/)
    .first()
    .waitFor()
})

test('by pointer: the filters stand in the address, what is refused says why, and a plan that is under way is cancelled', async ({
  open,
  world,
}) => {
  const { phoneNumber } = await deadCalls(world, 'Bright Smile Dental', 150)
  const page = await open('/replays/new')
  await page.getByText('Choose what is replayed.').waitFor()
  await page.getByRole('button', { name: 'Provider', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Retell' }).click()
  await page.waitForURL(/provider=retell/)
  await page.getByText(/in at most 31 days/).waitFor()
  await page.getByRole('button', { name: 'Number', exact: true }).click()
  await page.getByRole('textbox', { name: 'Number' }).fill(phoneNumber)
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.waitForURL(/phone=/)
  await page.getByRole('button', { name: 'Make the plan' }).click()
  await page.getByRole('progressbar', { name: 'Plan' }).waitFor()
  await page.getByRole('button', { name: 'Cancel', exact: true }).click()
  await page.getByText('Cancelled', { exact: true }).waitFor()
  await page.getByRole('link', { name: 'All replays' }).click()
  await page.getByRole('grid', { name: 'Replays' }).waitFor()
  await page.getByRole('button', { name: 'State', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Stopped by itself' }).click()
  await page.waitForURL(/replay=stopped/)
  await page.getByText('No replay matches these filters').waitFor()
  await page.getByRole('button', { name: 'Clear all filters' }).click()
  await page.getByRole('link', { name: /^15\d webhooks$/ }).click()
  await page.getByRole('heading', { name: /^Replay of 15\d webhooks/ }).waitFor()
})

test('a plan that a cause leads to names the cause', async ({ open, world }) => {
  await deadCalls(world, 'Named Plumbing', 1)
  const page = await open('/webhooks?state=dead')
  await page.getByRole('button', { name: 'Cause', exact: true }).click()
  const cause = page.getByRole('menuitemradio').first()
  const text = (await cause.textContent()) ?? ''
  await cause.click()
  await page.waitForURL(/cause=[0-9a-f]{16}/)
  await page.getByRole('link', { name: 'Replay many…' }).click()

  await page.getByRole('button', { name: `Cause: ${text}` }).waitFor()
})

test('a plan of the last hour says since when, counts back from its making, and leaves out none whose id runs ahead', async ({
  open,
  world,
}) => {
  const { phoneNumber } = await deadCalls(world, 'Fast Clock Repairs', 2)
  await world.sql`
    update webhook_queue set id = uuidv7(interval '50 minutes')
    where id = (select max(id::text)::uuid from webhook_queue where phone_number = ${phoneNumber} and state = 'dead')`
  const page = await open(`/replays/new?of=dead&phone=${encodeURIComponent(phoneNumber)}&range=1h`)
  const said = page.getByText(/^What came since .+, up to the moment when the plan is made\.$/)
  await said.waitFor()
  const opened = await page.evaluate(() => Date.now())
  const request = page.waitForRequest(/webhooks\.replays\.plan/)
  await page.getByRole('button', { name: 'Make the plan' }).click()

  const body = (await request).postData() ?? ''
  const from = Date.parse(/"from":"([^"]+)"/.exec(body)?.[1] ?? '')
  expect(from).toBeGreaterThanOrEqual(opened - 3_600_000)
  await page.getByRole('heading', { name: 'Replay of 2 webhooks' }).waitFor()
  await page.getByText(/Dead, one number, since \d+ \w+, \d\d:\d\d/).waitFor()

  await page.goto(`${world.url}/admin/replays/new?of=dead&range=2026-03-02T10:00:00.000Z~2026-03-02T11:00:00.000Z`)
  await page.getByText('What came from 2 Mar 2026, 05:00 to 2 Mar 2026, 06:00.').waitFor()
  await expectSoundLook(page)
})

/** A plan of the dead webhooks of this customer. */
async function planOf(world: World, { phoneNumber: phone }: { phoneNumber: string }): Promise<string> {
  const { id } = await world.ask<{ id: string }>('POST', '/api/admin/webhook-queue/replays', {
    filter: { state: 'dead', phone },
  })
  await until('it is planned', async () => {
    const { state } = await world.ask<{ state: string }>('GET', `/api/admin/webhook-queue/replays/${id}`)
    return state === 'planned'
  })
  return id
}

test('a plan of which nothing can be replayed cannot be confirmed, says why, and shows what stands in the way', async ({
  open,
  world,
}) => {
  const customer = await deadCalls(world, 'Withered Gardens', 3)
  await world.sql`update webhook_queue set body = '{' where state = 'dead' and phone_number = ${customer.phoneNumber}`
  const id = await planOf(world, customer)
  const page = await open(`/replays/${id}?act=confirm`)
  await page.getByText('None of the 3 webhooks can be replayed.').waitFor()
  expect(await page.getByRole('dialog').count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Replay 3 webhooks…' }).getAttribute('aria-disabled')).toBe('true')
  await page
    .getByRole('list', { name: 'Webhooks of this replay' })
    .getByText(/not JSON/)
    .first()
    .waitFor()
  await page.keyboard.press('r')
  expect(await page.getByRole('dialog').count()).toBe(0)
  await expectSoundLook(page)
})

test('a plan of which some can be replayed warns of the others before it is confirmed', async ({ open, world }) => {
  const customer = await deadCalls(world, 'Halfway House', 3)
  await world.sql`
    update webhook_queue set body = '{' where state = 'dead' and phone_number = ${customer.phoneNumber}
      and body like ${'%\\_1"%'}`
  await world.sql`
    update webhook_queue set body = replace(body, 'call_ended', 'call_started') where state = 'dead'
      and phone_number = ${customer.phoneNumber}`
  const page = await open(`/replays/${await planOf(world, customer)}`)
  await page.getByRole('button', { name: 'Replay 3 webhooks…' }).click()
  const told = page.getByRole('dialog').getByText(/Nobody’s usage moves. 1 cannot be replayed and will fail./)
  await told.waitFor()
  expect(await told.locator('xpath=ancestor::*[contains(@class, "bg-warn-soft")]').count()).toBe(1)
})

test('on a phone a plan opens at its beginning', async ({ open, world }) => {
  const id = await planOf(world, await deadCalls(world, 'Long Lane Laundry', 2))
  const page = await open(`/replays/${id}`, { width: 360 })
  await page.getByRole('list', { name: 'Webhooks of this replay' }).getByRole('link').first().waitFor()
  const back = page.getByRole('link', { name: 'All replays' })
  expect(await back.evaluate((link) => link.getBoundingClientRect().top)).toBeGreaterThan(48)
})

test('a plan that was cancelled says how many it had tried, and not that nothing would move', async ({
  open,
  world,
}) => {
  await deadCalls(world, 'Summit Roofing', 3)
  const { id } = await world.ask<{ id: string }>('POST', '/api/admin/webhook-queue/replays', {
    filter: { state: 'dead' },
  })
  await until('it is planned', async () => {
    const { state } = await world.ask<{ state: string }>('GET', `/api/admin/webhook-queue/replays/${id}`)
    return state === 'planned'
  })
  // cancelled after the second of what there is, before anything had been found
  await world.sql`
    update webhook_replays set state = 'cancelled', planned = 2, changed = 0, finished_at = now() where id = ${id.slice(4)}`
  await world.sql`delete from webhook_replay_sums where replay_id = ${id.slice(4)}`
  const page = await open(`/replays/${id}`)
  await page.getByText(/^2 of \d+ webhooks had been tried when it was cancelled\./).waitFor()
  await page.getByText('Of 2 tried', { exact: true }).first().waitFor()
  await page.getByText('Of the 2 that were tried, none moves anybody’s usage.').waitFor()
  for (const wrong of ['Nobody’s usage moves.', 'All can be replayed'])
    expect(await page.getByText(wrong).count()).toBe(0)
  await expectSoundLook(page)
})

test('when a replay cannot be read the page says so, and reads it on request', async ({ open }) => {
  const page = await open('/', { tolerate: /ERR_FAILED/ })
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.route(/webhooks\.replays\.list/, (route) => route.abort())
  await page.goto(page.url().replace(/\/admin.*/, '/admin/replays'))
  await page.getByText('The replays could not be loaded').waitFor()
  await page.unroute(/webhooks\.replays\.list/)
  await page.getByRole('button', { name: 'Try again' }).last().click()
  await page.getByRole('grid', { name: 'Replays' }).waitFor()
})

for (const look of looks)
  test(`the replays and the way to one are sound at ${look.width} px in the ${look.theme} theme`, async ({ open }) => {
    const page = await open('/replays', look)
    await page.getByRole('grid', { name: 'Replays' }).waitFor()
    await expectSoundLook(page)
    await page.getByRole('button', { name: 'Plan a replay' }).click()
    await page.getByRole('heading', { name: 'Plan a replay' }).waitFor()
    await expectSoundLook(page)
    await page.goBack()
    await page
      .getByRole('link', { name: /webhooks$/ })
      .last()
      .click()
    await page.getByRole('progressbar', { name: 'Run' }).waitFor()
    await expectSoundLook(page)
  })
