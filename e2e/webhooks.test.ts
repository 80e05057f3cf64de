import type { Page } from 'playwright-core'
import { expect, vi } from 'vitest'
import { test as base, expectSoundLook, looks } from './browser.ts'
import { admin } from './world.ts'

const test = base.extend<{ night: { line: string; business: string } }>({
  night: [
    async ({ world }, use) => {
      const { phoneNumber, businessName } = await world.customer('Harbor Plumbing')
      await world.call(phoneNumber, 184)
      await world.text(phoneNumber, 'Can you come by tomorrow at 9?')
      await world.unreadable('upstream connect error')
      await world.forged()
      await world.settled()
      await use({ line: phoneNumber, business: businessName })
    },
    { scope: 'file' },
  ],
})

const rows = (page: Page) =>
  page
    .getByRole('grid', { name: 'Webhooks' })
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') })
const panel = (page: Page) => page.getByRole('complementary', { name: 'Webhook' })

test('an operator walks the list with the keyboard', async ({ open, night: _ }) => {
  const page = await open('/webhooks')
  await rows(page).first().waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await panel(page).waitFor()
  const first = page.url()
  expect(first).toMatch(/\/webhooks\/whk_[0-9a-f]{32}$/)
  await page.keyboard.press('j')
  await page.waitForURL((url) => url.href !== first)
  await page.keyboard.press('k')
  await page.waitForURL(first)
  await page.keyboard.press('Escape')
  await panel(page).waitFor({ state: 'detached' })

  await page.keyboard.press('/')
  await page.keyboard.type('message.received')
  await page.waitForURL(/\?q=message\.received$/)
  await page.keyboard.press('Escape')
})

test('who has just chosen a filter walks the rows and opens one, and does not press the filter again', async ({
  open,
  night: _,
}) => {
  const page = await open('/webhooks')
  await page.getByRole('button', { name: 'Processed', exact: true }).click()
  await page.waitForURL(/state=processed/)
  await page.getByRole('grid', { name: 'Webhooks' }).getByRole('link').first().waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await panel(page).getByText('Why it is so').waitFor()
  await expectSoundLook(page)
})

test('a row opens as a full page, and leads back to its list', async ({ open, night: _ }) => {
  const page = await open('/webhooks')
  await rows(page).first().waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('o')

  await page.waitForURL(/\/whk_[0-9a-f]{32}\/full$/)
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.getByRole('heading', { name: 'Why it is so' }).waitFor()
  await expectSoundLook(page)
  await page.getByRole('link', { name: 'All webhooks' }).click()
  await panel(page).waitFor()
})

test('a webhook shows what came of it, as links, and its bytes as they came', async ({ open, night }) => {
  const page = await open('/webhooks')
  await page.getByRole('link', { name: 'call_ended' }).first().click()

  await panel(page).getByText('Received and verified').waitFor()
  await panel(page)
    .getByRole('link', { name: /Completed.*3 m 04 s.*Harbor Plumbing/ })
    .waitFor()
  await panel(page).getByText('Body', { exact: true }).click()
  await panel(page).getByText('"duration_ms"').waitFor()
  await panel(page).getByRole('button', { name: 'Raw' }).click()
  await panel(page).getByText('"duration_ms":184000').waitFor()
  await panel(page).getByText('Headers', { exact: true }).click()
  await panel(page).getByText('x-retell-signature').waitFor()

  await panel(page)
    .getByRole('link', { name: /Completed/ })
    .click()
  await page.getByRole('complementary', { name: 'Call' }).getByText(night.business).waitFor()
})

test('every filter stands in the address, and the address brings it back', async ({ open, night }) => {
  const page = await open('/webhooks')

  await page.getByRole('button', { name: /^Processed/ }).click()
  await page.getByRole('button', { name: 'Provider', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Retell' }).click()
  await page.getByRole('button', { name: 'Number', exact: true }).click()
  await page.getByRole('textbox', { name: 'Number' }).fill(night.line)
  await page.keyboard.press('Enter')
  await page.waitForURL((url) => url.searchParams.get('phone') === night.line)
  await page.reload()

  await page.getByRole('button', { name: /^Provider: Retell/ }).waitFor()
  await rows(page).first().waitFor()
  expect(await rows(page).count()).toBe(2)
  await page.getByRole('button', { name: 'Clear provider' }).click()
  await page.waitForURL((url) => !url.searchParams.has('provider'))
  expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({ state: 'processed', phone: night.line })
})

test('what nobody could read says why, and a replay says that nothing changed', async ({ open, night: _ }) => {
  const page = await open('/webhooks?state=dead')
  await page.getByRole('link', { name: 'Unread' }).click()
  await panel(page).getByText('It is not tried again. It waits for a person.').waitFor()

  await panel(page).getByRole('button', { name: 'Replay…' }).click()
  await page.getByRole('alertdialog').getByText('Usage is not counted twice').waitFor()
  await page.getByRole('button', { name: 'Replay 1 webhook' }).click()

  const result = page.getByRole('dialog', { name: /^Replayed/ })
  await result.waitFor()
  await result.getByText(/It is now/).waitFor()
  await result.getByRole('button', { name: 'Done' }).click()
  await panel(page).getByText(`replayed by ${admin.email}`).waitFor()
})

test('a forged delivery is kept with the reason of its refusal', async ({ open, night: _ }) => {
  const page = await open('/webhooks?state=quarantined')

  await rows(page).first().getByRole('link').click()

  await panel(page).getByText('Received and refused').waitFor()
  await panel(page)
    .getByText(/The signature is wrong/)
    .waitFor()
})

test('a delivery to another process is on the screen by itself', async ({ open, world, night }) => {
  const page = await open(`/webhooks?phone=${encodeURIComponent(night.line)}`)
  await rows(page).first().waitFor()
  await page.locator('[data-live=live]').waitFor()
  const before = await rows(page).count()

  await world.text(night.line, 'STOP')

  await rows(page).nth(before).waitFor({ timeout: 5000 })
})

test('nothing moves under the pointer: new rows are counted, and shown when asked for', async ({
  open,
  world,
  night,
}) => {
  const page = await open('/webhooks')
  await page.locator('[data-live=live]').waitFor()
  await rows(page).first().hover()
  const first = await rows(page).first().getAttribute('id')

  await world.text(night.line, 'Are you there?')

  await page.getByRole('button', { name: /new row/ }).waitFor({ timeout: 5000 })
  expect(await rows(page).first().getAttribute('id')).toBe(first)
  await page.getByRole('button', { name: /new row/ }).click()
  await page.waitForFunction(
    (id) => document.querySelector('[role=grid] [role=gridcell]')?.parentElement?.id !== id,
    first,
  )
})

test('of thousands of rows only those in sight are in the page', async ({ open, world, night: _ }) => {
  await world.sql`
    insert into webhook_queue
    select (jsonb_populate_record(null::webhook_queue, to_jsonb(webhook) || jsonb_build_object('id',
      overlay(webhook.id::text placing lpad(to_hex(number), 12, '0') from 25)))).*
    from (select * from webhook_queue where state = 'processed' order by id limit 1) as webhook,
      generate_series(1, 2000) as number`
  const page = await open('/webhooks?state=processed')
  await rows(page).first().waitFor()

  const grid = page.getByRole('grid', { name: 'Webhooks' })
  await grid.hover()
  const loaded = async () => Number(await grid.getAttribute('aria-rowcount'))
  while ((await loaded()) < 500) await page.mouse.wheel(0, 4000)

  expect(await rows(page).count()).toBeLessThan(80)
  await world.sql`delete from webhook_queue where id::text like '%-000000000%'`
})

test('a row is one line, also with the longest name of a provider', async ({ open, world, night: _ }) => {
  await world.sql`
    insert into webhook_queue (id, provider, door, event_type, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    values (uuidv7(), 'standard', 'standard/calendar', 'booking.created', 'x', '10.0.0.1', '[]', '{}', 'utf8', 2, '\\x00', 'verified', 'processed', now())`
  const page = await open('/webhooks')
  const row = rows(page).filter({ hasText: 'booking.created' })
  await row.waitFor()

  expect(await row.evaluate(({ scrollHeight, clientHeight }) => scrollHeight - clientHeight)).toBe(0)
  await world.sql`delete from webhook_queue where event_type = 'booking.created'`
})

test('a list that cannot be loaded says so, and tries again when asked', async ({ open, night: _ }) => {
  const page = await open('/settings', { tolerate: /Failed to load resource/ })
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  await page.route(/\/trpc\/.*webhooks\.list/, (route) => route.abort())

  await page.getByRole('link', { name: 'Webhooks' }).click()

  const alert = page.getByRole('alert')
  await alert.getByText('The webhooks could not be loaded').waitFor()
  await alert.getByText('The server cannot be reached').waitFor()
  await page.unroute(/\/trpc\/.*webhooks\.list/)
  await alert.getByRole('button', { name: 'Try again' }).click()
  await rows(page).first().waitFor()
})

test('a list that could not be loaded is there by itself once the server is', async ({ open, world, night }) => {
  const page = await open('/settings', { tolerate: /Failed to load resource/ })
  await page.locator('[data-live=live]').waitFor()
  await page.route(/\/trpc\/.*webhooks\.list/, (route) => route.abort())
  await page.getByRole('link', { name: 'Webhooks' }).click()
  await page.getByText('The webhooks could not be loaded').waitFor()
  await page.unroute(/\/trpc\/.*webhooks\.list/)
  await world.call(night.line, 60)
  await rows(page).first().waitFor()
})

test('columns and density are chosen and remembered', async ({ open, night: _ }) => {
  const page = await open('/webhooks')
  await rows(page).first().waitFor()

  await page.getByRole('button', { name: 'Columns and density' }).click()
  await page.getByRole('menuitemcheckbox', { name: 'Provider' }).click()
  await page.getByRole('menuitemradio', { name: 'Comfortable' }).click()
  await page.reload()

  await page.getByRole('columnheader', { name: 'Number' }).waitFor()
  expect(await page.getByRole('columnheader', { name: 'Provider' }).count()).toBe(0)
  expect((await rows(page).first().boundingBox())?.height).toBe(44)
})

test('filters are kept under a name and come back', async ({ open, night: _ }) => {
  const page = await open('/webhooks?state=dead')
  await rows(page).first().waitFor()

  await page.getByRole('button', { name: 'Saved views' }).click()
  await page.getByLabel('Name of this view').fill('Needs a person')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: /^All/ }).click()
  await page.waitForURL((url) => url.search === '')
  await page.getByRole('button', { name: 'Saved views' }).click()
  await page.getByRole('button', { name: 'Needs a person', exact: true }).click()

  await page.waitForURL(/\?state=dead$/)
  const elsewhere = await open('/webhooks?state=dead')
  const views = elsewhere.getByRole('button', { name: 'Saved view Needs a person' })
  await views.waitFor()

  await views.click()
  await elsewhere.getByRole('button', { name: 'Rename Needs a person' }).click()
  await elsewhere.getByLabel('New name of Needs a person').fill('For the morning')
  await expectSoundLook(elsewhere, { floating: true })
  await elsewhere.keyboard.press('Enter')
  await elsewhere.getByRole('button', { name: 'For the morning', exact: true }).waitFor()
  await page.getByRole('button', { name: 'Saved view For the morning' }).waitFor()
})

test('what has no room in a row is read whole where the pointer rests', async ({ open, world, night: _ }) => {
  const [eventType, lastError] = [
    'customer.subscription.trial_will_end',
    'The plan of the subscription is not known here',
  ]
  await world.sql`
    update webhook_queue set event_type = ${eventType}, last_error = ${lastError}, state = 'dead' where id = (
      select max(id::text)::uuid from webhook_queue where state = 'processed')`
  const page = await open('/webhooks?state=dead')
  const link = rows(page).getByRole('link', { name: eventType })
  await link.waitFor()
  expect(await link.evaluate((shown) => shown.scrollWidth > shown.clientWidth)).toBe(true)
  expect(await link.getAttribute('title')).toBe(eventType)
  expect(await page.getByText(lastError).first().getAttribute('title')).toBe(lastError)
})

test('a state that is counted is told with its whole count, also while more rows are to come', async ({
  open,
  world,
  night: _,
}) => {
  await world.sql`
    insert into webhook_queue (id, provider, door, event_type, phone_number, url, remote_address, headers, body, body_encoding, body_bytes,
      body_sha256, verdict, secret_id, state, received_at, attempts, last_error)
    select uuidv7(), provider, door, 'x', phone_number, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256,
      verdict, secret_id, 'failed', received_at, 1, 'It was so'
    from (select * from webhook_queue where state = 'processed' limit 1) one, generate_series(1, 60)`
  await world.sql`update webhook_queue set next_attempt_at = now() + interval '1 day' where event_type = 'x'`
  const page = await open('/webhooks?state=failed')
  await rows(page).first().waitFor()

  await page.getByRole('heading', { name: 'Webhooks 60', exact: true }).waitFor()
  await page.goto(`${page.url()}&provider=retell`)
  await page.getByRole('heading', { name: /^Webhooks (50\+|60|0)$/ }).waitFor()
  await world.sql`delete from webhook_queue where event_type = 'x'`
})

test('a name that another view has is not taken from it before it is said', async ({ open, night: _ }) => {
  const page = await open('/webhooks?state=failed')
  const views = page.getByRole('button', { name: /^Saved view/ })
  const save = async (name: string, act: string) => {
    await views.click()
    await page.getByLabel('Name of this view').fill(name)
    await page.getByRole('button', { name: act, exact: true }).click()
  }
  await save('Mine to mend', 'Save')
  await page.getByRole('button', { name: 'Saved view Mine to mend' }).waitFor()
  await page.goto(page.url().replace('state=failed', 'state=failed&provider=retell'))
  await save('Mine to mend', 'Save')

  await page.getByRole('alert').getByText('A view of this name exists. Replace it?').waitFor()
  await expectSoundLook(page, { floating: true })
  await page.getByLabel('Name of this view').fill('Mine to mend too')
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Saved view Mine to mend too' }).waitFor()

  // however late the names come, none is taken without a word
  const held = Promise.withResolvers<void>()
  await page.route(/savedFilters\.list/, async (route) => {
    await held.promise
    await route.continue()
  })
  await page.goto(page.url().replace('provider=retell', 'provider=twilio'))
  await views.or(page.getByRole('button', { name: 'Saved views' })).click()
  expect(await page.getByLabel('Name of this view').count()).toBe(0)
  held.resolve()
  await page.getByLabel('Name of this view').fill('Mine to mend')
  await page.getByRole('button', { name: 'Save', exact: true }).click()
  await page.getByRole('button', { name: 'Replace', exact: true }).click()
  await page.getByRole('button', { name: 'Saved view Mine to mend', exact: true }).waitFor()
  await page.goto(page.url().replace('&provider=twilio', ''))
  await views.click()
  await page.getByRole('button', { name: 'Mine to mend', exact: true }).click()
  await page.waitForURL(/provider=twilio/)
})

test('the tail shows what comes in, pauses with its place, and goes on there after a reload', async ({
  open,
  world,
  night,
}) => {
  const page = await open('/webhooks')
  await page.getByRole('link', { name: 'Live tail' }).click()
  const tailed = page.getByRole('grid', { name: 'Webhooks as they come in' }).getByRole('link')
  const status = page.getByRole('status').filter({ hasText: /Listening|Paused/ })
  await status.getByText(/^Listening/).waitFor()
  await world.text(night.line, 'Are you open?')
  await tailed.filter({ hasText: 'message.received' }).waitFor({ timeout: 5000 })

  await page.keyboard.press('p')
  await page.waitForURL(/after=\d+-[0-9a-f]{32}/)
  await world.call(night.line, 60)
  await page.reload()
  await status.getByText(/^Paused/).waitFor()
  await expectSoundLook(page)
  expect(await tailed.count()).toBe(0)

  await page.getByRole('button', { name: 'Resume' }).click()
  await tailed.filter({ hasText: 'call_ended' }).waitFor({ timeout: 5000 })
  expect(await tailed.filter({ hasText: 'message.received' }).count()).toBe(0)
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await panel(page).getByText('Received and verified').waitFor()
  await panel(page).getByRole('button', { name: 'Copy as curl' }).waitFor()
  await expectSoundLook(page)
})

test('on a phone the tail says that it is paused beside its mark', async ({ open, world: _ }) => {
  const page = await open('/webhooks/tail', { width: 360 })
  const told = page.getByRole('status').filter({ hasText: /Listening|Paused/ })
  await told.getByText(/^Listening/).waitFor()
  await page.getByRole('button', { name: 'Pause' }).click()
  const words = told.getByText(/^Paused\./)
  await words.waitFor()
  const [left, own] = await Promise.all(
    [words, told].map((each) => each.evaluate((box) => box.getBoundingClientRect().left)),
  )
  expect(left).toBeGreaterThan(Number(own) + 20)
  await expectSoundLook(page)
})

test('what the tail shows is what its filters say, also once they are changed', async ({ open, world, night }) => {
  const page = await open('/webhooks/tail')
  const tailed = page.getByRole('grid', { name: 'Webhooks as they come in' }).getByRole('link')
  await page.getByText(/^Listening/).waitFor()
  await world.text(night.line, 'Are you open?')
  await tailed.filter({ hasText: 'message.received' }).waitFor({ timeout: 5000 })

  await page.getByRole('button', { name: 'Provider', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Retell' }).click()
  await page.getByText('Listening.').waitFor()
  await page.getByText('Nothing has come in yet').waitFor()
  await world.call(night.line, 60)
  await tailed.filter({ hasText: 'call_ended' }).waitFor({ timeout: 5000 })
  expect(await tailed.filter({ hasText: 'message.received' }).count()).toBe(0)
})

for (const look of looks)
  test(`the list and an open webhook are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    night: _,
  }) => {
    const page = await open('/webhooks', look)
    await page.getByRole('link', { name: 'call_ended' }).first().waitFor()
    await expectSoundLook(page)

    await page.getByRole('link', { name: 'call_ended' }).first().click()
    await page.getByText('Received and verified').waitFor()
    await page.getByText('Body', { exact: true }).click()
    await expectSoundLook(page, { floating: look.width === 360 })
  })

test('a search that came to its bound says how far it looked, and goes on when asked', async ({
  open,
  night,
  world,
}) => {
  await world.sql`
    insert into webhook_queue (id, provider, door, event_type, url, remote_address, headers, body, body_encoding, body_bytes, body_sha256, verdict, state, received_at)
    select uuidv7(n * interval '1 millisecond'), 'retell', 'events', 'call_noted', 'x', '10.0.0.1', '[]', 'nothing', 'utf8', 7, '\\x00', 'verified', 'processed', now()
    from generate_series(1, 10500) as n`
  const page = await open('/webhooks?q=sentiment')
  await page.getByText(/^Searched back to/).waitFor()
  await expectSoundLook(page)
  await page.getByRole('button', { name: 'Look further' }).click()
  await page.getByText('No webhook matches these filters').waitFor()

  await page.getByRole('button', { name: 'Clear all filters' }).click()
  await page.waitForURL(({ searchParams }) => !searchParams.has('q'))
  let furtherPages = 0
  page.on('request', (request) => {
    if (/webhooks\.list\b.*cursor/.test(decodeURIComponent(request.url()))) furtherPages++
  })
  await page.goto(page.url().replace(/\?.*|$/, `?q=${encodeURIComponent(night.line)}`))
  await rows(page).nth(1).waitFor()
  // what the table asks for by itself it asks for with the frame that shows its rows
  await page.evaluate(() => new Promise((shown) => requestAnimationFrame(() => setTimeout(shown))))
  expect(furtherPages).toBe(0)
  await page.getByText(/^Found by its name/).waitFor()
  await expectSoundLook(page)
  await page.getByRole('button', { name: 'Look further' }).click()
  await expect.poll(() => furtherPages).toBe(1)
  await world.sql`delete from webhook_queue where event_type = 'call_noted'`
})

test('the list waits for nothing that is only about its filters, and asks that again the more seldom the longer it takes', async ({
  open,
  world,
  night,
}) => {
  const page = await open('/settings')
  let asked = 0
  let answer = () => {}
  await page.route(/webhooks\.causes\.list/, async (route) => {
    asked++
    await new Promise<void>((resolve) => {
      answer = resolve
    })
    await route.continue()
  })

  const shown = async (text: string) => {
    const before = await rows(page).count()
    await world.text(night.line, text)
    await vi.waitFor(async () => expect(await rows(page).count()).toBeGreaterThan(before), { timeout: 20_000 })
  }

  await page.getByRole('link', { name: /^Webhooks/ }).click()
  await rows(page).first().waitFor()
  expect(asked).toBe(1)
  await shown('Are you open?')
  answer()
  await vi.waitFor(() => expect(asked).toBe(2), { timeout: 20_000 })

  // this one took as long as it takes a webhook to come in; the next one has to wait for ten times as long
  await shown('Are you there?')
  answer()
  await page.getByRole('button', { name: 'Cause', exact: true }).click()
  await page.getByRole('menuitemradio', { name: /JSON/ }).waitFor()
  await page.keyboard.press('Escape')
  await shown('Hello?')
  expect(asked).toBe(2)
  await page.unroute(/webhooks\.causes\.list/)
})

test('on a phone a webhook that is no longer there is closed, and its list is behind it', async ({
  open,
  night: _,
}) => {
  const page = await open(`/webhooks/whk_${'0'.repeat(32)}?state=dead`, { width: 360, tolerate: /404/ })
  await page.getByText('This webhook cannot be found').waitFor()
  await expectSoundLook(page, { floating: true })

  await page.getByRole('dialog', { name: 'Webhook' }).getByRole('button', { name: 'Close' }).click()

  await page.waitForURL(/\/webhooks\?state=dead$/)
  await page.getByRole('link', { name: 'Unread' }).waitFor()
})

test('who listens to the tail hears that it listens, and not each webhook', async ({ open, world, night }) => {
  const page = await open('/webhooks/tail')
  const status = page.getByRole('status').filter({ hasText: 'Listening' })
  await status.waitFor()
  const before = await status.textContent()
  await world.text(night.line, 'Are you there?')
  await page.getByRole('grid', { name: 'Webhooks as they come in' }).getByRole('link').first().waitFor()

  expect(await status.textContent()).toBe(before)
})

test('a tail that is refused does not promise that anything will come', async ({ open, night: _ }) => {
  const page = await open('/webhooks/tail?after=yesterday', { tolerate: /400/ })
  await page.getByRole('button', { name: 'Resume' }).click()

  await page.getByRole('heading', { name: 'It does not listen' }).waitFor()
  expect(await page.getByText('Nothing has come in yet').count()).toBe(0)
  await expectSoundLook(page)
  await page.getByRole('button', { name: 'Start anew' }).click()
  await page.getByText('Nothing has come in yet').waitFor()
})

test('where a system gives the colours, what is chosen has a line around it', async ({ open, night: _ }) => {
  const page = await open('/webhooks?state=dead')
  await page.emulateMedia({ forcedColors: 'active' })
  const lineOf = (name: RegExp) =>
    page.getByRole('button', { name }).evaluate((button) => getComputedStyle(button).outlineStyle)

  expect([await lineOf(/^Dead/), await lineOf(/^Failed/)]).toEqual(['solid', 'none'])
  await page.emulateMedia({ forcedColors: 'none' })
})

test('the tail is filtered by what is typed, however fast it fills', async ({ open, world, night }) => {
  const page = await open('/webhooks/tail')
  await page.getByText(/^Listening/).waitFor()
  let isBusy = true
  const senders = Promise.all(
    Array.from({ length: 6 }, async () => {
      while (isBusy) await world.text(night.line, 'Are you open?')
    }),
  )
  await expect.poll(() => page.getByRole('grid').getByRole('link').count()).toBeGreaterThan(5)
  await page.waitForTimeout(1500)
  await page.getByRole('searchbox', { name: 'Event type' }).fill('call_ended')
  const isFiltered = await page.waitForURL(/type=call_ended/, { timeout: 3000 }).then(
    () => true,
    () => false,
  )
  isBusy = false
  await senders

  expect(isFiltered).toBe(true)
})
