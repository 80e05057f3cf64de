import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'
import { until } from '../test/process/stage.ts'
import { expectReasonAsked, expectSoundLook, looks, test } from './browser.ts'

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

test('a long name of a source takes two lines at most at the usual width', async ({ open, world }) => {
  const secret = `whsec_${Buffer.alloc(24, 7).toString('base64')}`
  await world.ask('POST', '/api/admin/webhook-secrets', { provider: 'standard', door: 'holidays', secret })
  const page = await open('/sources')
  const name = page.getByText('Standard Webhooks: holidays', { exact: true })
  await name.waitFor()
  expect(await name.evaluate((shown) => shown.getBoundingClientRect().height)).toBeLessThanOrEqual(40)
})

test('a bug leads from its cause to where it fails', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Lakeside Orthodontics')
  await world.call(phoneNumber, 61)
  await world.settled()
  await world.sql`
    update webhook_queue set state = 'dead', last_error = 'Nobody has foreseen this' where id =
      (select max(id::text)::uuid from webhook_queue where phone_number = ${phoneNumber})`
  const page = await open('/sources?tab=causes')
  const bug = page.getByRole('row').filter({ hasText: 'Nobody has foreseen this' })
  await bug.getByText('Bug of ours').waitFor()
  await bug.getByRole('link', { name: 'Open Errors' }).click()
  await page.waitForURL(/\/admin\/errors$/)
  await page.getByRole('heading', { name: 'Errors', level: 1 }).waitFor()
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

test('a reason that is too short is told at its field, by Enter and by the button', async ({ open }) => {
  const page = await open('/sources')
  await page.getByRole('button', { name: 'Pause Twilio…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Pause Twilio' })
  const act = dialog.getByRole('button', { name: 'Pause Twilio' })
  await expectReasonAsked(dialog, { act, short: ' n ', sentence: 'Say why, in three letters or more.' })
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await row(page, 'Twilio').getByText('Paused').waitFor({ state: 'detached' })
})

test('on a phone every figure and act of the sources and their gaps is there without scrolling sideways', async ({
  open,
  world,
}) => {
  await world.sql`
    insert into call_events (id, status, occurred_at, facts, updated_at)
    values (uuidv7(interval '-3 hours'), 'in-progress', now() - interval '3 hours', '{}', now() - interval '3 hours')`
  const page = await open('/sources', { width: 360 })
  const isInSight = async (of: Locator) => {
    await of.scrollIntoViewIfNeeded()
    const box = await of.boundingBox()
    return box !== null && box.x >= 0 && box.x + box.width <= 360
  }
  const sideways = () =>
    page.evaluate(
      () =>
        [...document.querySelectorAll('main div')].filter(
          (each) => each.scrollWidth > each.clientWidth && getComputedStyle(each).overflowX === 'auto',
        ).length,
    )
  const retell = row(page, 'Retell')
  await retell.waitFor()
  expect(await isInSight(page.getByRole('button', { name: 'Pause Retell…' }))).toBe(true)
  expect(await isInSight(retell.getByText('Refused', { exact: true }))).toBe(true)
  expect(await sideways()).toBe(0)
  await expectSoundLook(page)

  await page.getByRole('button', { name: 'Gaps' }).click()
  const missing = page.getByRole('table', { name: 'Missing' })
  await missing.getByText('have no end').waitFor()
  expect(await isInSight(missing.getByText('How many').last())).toBe(true)
  expect(await sideways()).toBe(0)
  await expectSoundLook(page)

  await world.forged()
  await page.getByRole('button', { name: /^Causes/ }).click()
  expect(await isInSight(page.getByRole('button', { name: /^Verify again: The signature is wrong/ }))).toBe(true)
  expect(await sideways()).toBe(0)
  await expectSoundLook(page)
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
    await page.getByRole('table', { name: 'Missing' }).getByText('Not asked yet').waitFor()
    await page.getByRole('button', { name: 'Ask now' }).click()
    await page.getByText(/^(The providers are asked now|They are being asked already)$/).waitFor()
    await page.getByRole('table', { name: 'Rounds of asking' }).getByText('Done').first().waitFor()
    await expectSoundLook(page)
    await page.getByRole('button', { name: /^Causes/ }).click()
    await page.getByRole('link', { name: 'The signature is wrong' }).click()
    await page.getByRole('button', { name: /^Cause: The signature is wrong/ }).waitFor()
    await page.getByRole('grid', { name: 'Webhooks' }).getByText('Quarantined').first().waitFor()
  })

test('an administrator adds a source, is shown its secret once, and replaces and ends it; what was refused for want of it is taken in', async ({
  open,
  world,
}) => {
  const page = await open('/sources', { tolerate: /status of 400/ })
  await page.getByRole('button', { name: 'Add a source…' }).click()
  const adding = page.getByRole('dialog', { name: 'Add a source' })
  await adding.getByLabel('Name').fill('calendar')
  await expectSoundLook(page, { floating: true })
  await adding.getByText('Its door opens as soon as its secret is set.').waitFor()
  await adding.getByRole('group', { name: 'Who makes the secret' }).waitFor()
  await adding.getByRole('button', { name: 'Add the source' }).click()
  const kept = page.getByRole('dialog', { name: /calendar counts$/ })
  const secret = (await kept.getByLabel('The secret', { exact: true }).textContent()) ?? ''
  expect(secret).toMatch(/^whsec_/)
  await kept.getByText('/webhooks/standard/calendar').waitFor()
  await expectSoundLook(page, { floating: true })
  await kept.getByRole('button', { name: 'I have kept it' }).click()
  await until('the door takes it', async () => (await world.standard('calendar', secret)) === 200)

  const other = `whsec_${Buffer.alloc(24, 5).toString('base64')}`
  expect(await world.standard('calendar', other)).toBe(401)
  const secrets = page.getByRole('button', { name: /^Secrets of .*calendar…$/ })
  await secrets.press('Enter')
  const list = page.getByRole('dialog', { name: /^Secrets of .*calendar$/ })
  await list.getByRole('listitem').waitFor()
  expect(await page.content()).not.toContain(secret.slice('whsec_'.length))
  await expectSoundLook(page, { floating: true })
  await list.getByRole('button', { name: /^Replace / }).click()
  const replacing = page.getByRole('dialog', { name: /^Replace / })
  await replacing.getByRole('radio', { name: /The sender gave me one/ }).check()
  await replacing.getByRole('textbox', { name: 'Secret' }).fill('no secret')
  await replacing.getByLabel('Called').fill('autumn')
  await replacing.getByRole('button', { name: 'Replace the secret' }).click()
  await replacing.getByText(/must be whsec_/).waitFor()
  await expectSoundLook(page, { floating: true })
  await replacing.getByRole('textbox', { name: 'Secret' }).fill(other)
  await replacing.getByRole('button', { name: 'Replace the secret' }).click()
  const replaced = page.getByRole('dialog', { name: /calendar counts$/ })
  await replaced.getByText(/^The one before it counts until/).waitFor()
  await replaced.getByRole('button', { name: 'Take in 1 webhook' }).click()
  await page.getByText('1 webhook taken in').waitFor()
  await replaced.getByRole('button', { name: 'Done' }).click()

  await secrets.click()
  await list.getByRole('button', { name: 'End autumn…' }).click()
  const last = page.getByRole('dialog', { name: 'End autumn' })
  await last.getByText(/^No other secret of .*calendar stays/).waitFor()
  await last.getByRole('button', { name: 'Cancel' }).click()
  await list.getByRole('button', { name: /^End set on / }).click()
  await page.getByRole('button', { name: 'End the secret' }).click()
  await list.getByText('autumn').waitFor()
  await until('the old one is refused', async () => (await world.standard('calendar', secret)) === 401)
  expect(await world.standard('calendar', other)).toBe(200)
})

test('on a screen of the usual width every act of a source is in sight, also where its name is long and a secret is leaving', async ({
  open,
  world,
}) => {
  const door = 'northern-branch-calendar'
  const made = { provider: 'standard', door }
  const { secret } = await world.ask<{ secret: { id: string } }>('POST', '/api/admin/webhook-secrets', made)
  await world.ask('POST', `/api/admin/webhook-secrets/${secret.id}/rotate`, { overlapHours: 24 })
  const page = await open('/sources')

  await row(page, `Standard Webhooks: ${door}`)
    .getByText(/^2 set, one until/)
    .waitFor()

  expect(
    await page
      .getByRole('table', { name: 'Sources' })
      .evaluate((table) => table.scrollWidth - (table.parentElement?.clientWidth ?? 0)),
  ).toBeLessThanOrEqual(0)
  await expectSoundLook(page)
})

test('half a date is not taken for none: a pause would have no end', async ({ open, world: _ }) => {
  const page = await open('/sources')
  await page.getByRole('button', { name: 'Pause Twilio…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Pause Twilio' })
  await dialog.getByLabel('Until').focus()
  await page.keyboard.type('12242036')
  await dialog.getByLabel('Why').fill('They move our lines')
  await page.keyboard.press('Enter')

  await expect.poll(() => dialog.getByLabel('Until').evaluate((field) => field === document.activeElement)).toBe(true)
  await page.waitForTimeout(300)
  expect(await dialog.count()).toBe(1)
  expect(await row(page, 'Twilio').getByText('Paused').count()).toBe(0)
})

test('who leaves a dialog with the keyboard goes on where it was opened', async ({ open, world }) => {
  await world.unreadable('upstream connect error')
  await world.settled()
  const page = await open('/sources')
  const pause = page.getByRole('button', { name: 'Pause Twilio…' })
  await pause.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('dialog', { name: 'Pause Twilio' }).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => pause.evaluate((button) => button === document.activeElement)).toBe(true)

  await page.goto(page.url().replace(/sources.*/, 'webhooks?state=dead'))
  await page.getByRole('grid', { name: 'Webhooks' }).getByRole('link').first().click()
  const replay = page.getByRole('button', { name: 'Replay…' })
  await replay.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('alertdialog').waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => replay.evaluate((button) => button === document.activeElement)).toBe(true)
})
