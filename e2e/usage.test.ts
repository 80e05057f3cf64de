import { expect } from 'vitest'
import { expectReasonAsked, expectSoundLook, looks, test } from './browser.ts'
import type { World } from './world.ts'

const tolerate = /40[09] \((Bad Request|Conflict)\)/
const fromTheApi = (world: World, path: string, body: object) => world.ask('POST', `/api/admin/usage/${path}`, body)

test('a ledger entry opens to its call and webhook, and another process’s call appears in the list by itself', async ({
  open,
  world,
}) => {
  const { id, phoneNumber } = await world.customer('Harbor Plumbing')
  await world.call(phoneNumber, 90)
  await world.settled()
  const page = await open(`/customers/${id}`)
  await page.getByRole('button', { name: 'Ledger', exact: true }).click()
  await page.getByRole('grid', { name: 'Ledger' }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  const panel = page.getByRole('complementary', { name: 'Ledger entry' })
  await panel.getByText(/cal_…/).waitFor()
  expect(new URL(page.url()).searchParams.get('tab')).toBe('ledger')
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })

  await world.call(phoneNumber, 61)
  await page.getByText('1 m 01 s').waitFor()
  await page.getByRole('grid').getByRole('link', { name: 'Call' }).first().click()
  await panel.getByRole('link', { name: /with its bytes/ }).click()
  await page.getByRole('complementary', { name: 'Webhook' }).waitFor()
})

test('ten thousand entries are a list that is filtered in the address and walked with the keyboard', async ({
  open,
  world,
}) => {
  const { id } = await world.customer('Golden Gate Drains')
  await world.sql`
    insert into usage_entries (id, customer_id, meter, idem_key, kind, quantity, occurred_at, period_start, event_id, reason)
    select uuidv7(), ${id.slice(4)}::uuid, case when nth % 2 = 0 then 'call_seconds' else 'sms_segments' end, 'adjustment:bulk' || nth,
      case when nth % 100 = 0 then 'adjustment' else 'usage' end, 1 + nth % 50, now(), date_trunc('month', now()), gen_random_uuid(), 'row ' || nth
    from generate_series(1, 10000) as nth`
  const page = await open(`/customers/${id}?tab=ledger`)
  await page.getByRole('grid', { name: 'Ledger' }).waitFor()
  await page.getByText('50+').waitFor()
  const rows = () => page.getByRole('row').count()
  expect(await rows()).toBeLessThan(80)
  for (let nth = 0; nth < 6; nth++) {
    await page.mouse.move(500, 500)
    await page.mouse.wheel(0, 4000)
  }
  await page.getByText(/1\d\d\+|[2-9]\d\d\+/).waitFor()
  expect(await rows()).toBeLessThan(80)

  await page.getByRole('button', { name: 'Kind', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Adjustment' }).click()
  await page.waitForURL(/kind=adjustment/)
  await page.getByText('row 10000', { exact: true }).waitFor()
})

test('a credit is granted and taken back, each with its reason, and the meters follow', async ({ open, world }) => {
  const { id } = await world.customer('Bright Smile Dental')
  const page = await open(`/customers/${id}`)
  await page.getByRole('button', { name: 'Grant credit…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Grant credit' })
  await dialog.getByLabel('Minutes', { exact: true }).fill('30')
  await dialog.getByLabel('Why').fill('They were cut off by us')
  await expectSoundLook(page, { floating: true })
  await page.keyboard.press('Enter')
  await page.getByText('Bright Smile Dental has 30 min more').waitFor()
  await page.getByText('+ 30 min credit').waitFor()

  await page.getByRole('button', { name: 'Credits', exact: true }).click()
  await page.getByRole('link', { name: /Goodwill, 30 m/ }).click()
  const panel = page.getByRole('complementary', { name: 'Credit' })
  await panel.getByText('They were cut off by us').waitFor()
  await panel.getByRole('button', { name: 'Revoke…' }).click()
  const revoke = page.getByRole('dialog', { name: 'Revoke this credit' })
  await revoke.getByLabel('Why').fill('Granted to the wrong one')
  await revoke.getByRole('button', { name: /^Revoke 30 m/ }).click()
  await page.getByText('No living credit').waitFor()
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await page.getByText('Revoked').first().waitFor()
})

test('a customer is paused for a cause and goes on when it is lifted; who does it elsewhere is seen at once', async ({
  open,
  world,
}) => {
  const { id } = await world.customer('Lakeside Orthodontics')
  const page = await open(`/customers/${id}?act=pause`)
  const dialog = page.getByRole('dialog', { name: 'Pause Lakeside Orthodontics' })
  await dialog.getByLabel('Why').fill('Calls go to a stranger')
  await dialog.getByRole('button', { name: 'Pause Lakeside Orthodontics' }).click()
  await page.getByText('By hand: Calls go to a stranger').waitFor()
  await page.locator('[data-live=live]').waitFor()

  await fromTheApi(world, 'pause', { customerId: id, cause: 'compliance', reason: 'No consent on file' })
  await page.getByText('Compliance: No consent on file').waitFor()

  await page.getByRole('button', { name: 'Resume…' }).click()
  const resume = page.getByRole('dialog', { name: 'Resume Lakeside Orthodontics' })
  await resume.getByText('It stays paused for: compliance').waitFor()
  await resume.getByLabel('Why').fill('The line was fixed')
  await resume.getByRole('button', { name: 'Lift the pause: by hand' }).click()
  await page.getByText('Lifted; another cause still stands').waitFor()
  await page.getByText('By hand: Calls go to a stranger').waitFor({ state: 'detached' })
})

test('a change of tier is previewed, waits for the period’s end, and is taken back', async ({ open, world }) => {
  const { id } = await world.customer('Summit Roofing', { tier: 'pro' })
  const page = await open(`/customers/${id}`)
  await page.getByRole('button', { name: 'Change tier…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Change the tier of Summit Roofing' })
  await dialog.getByRole('region', { name: 'What it means' }).waitFor()
  await dialog.getByText(/for the rest of the period, less/).waitFor()
  await expectSoundLook(page, { floating: true })

  await dialog.getByLabel('Tier', { exact: true }).selectOption('core')
  await dialog.getByText('300 min → 150 min').waitFor()
  await dialog.getByLabel('Why').fill('They asked for less')
  await dialog.getByRole('button', { name: 'Change to Core at the period’s end' }).click()
  await page.getByText(/^Becomes Core on/).waitFor()

  await page.getByRole('button', { name: 'Change or take back…' }).click()
  const takeBack = dialog.getByRole('button', { name: 'Take it back' })
  await expectReasonAsked(dialog, { act: takeBack, short: 'no', sentence: 'Say why, in three letters or more.' })
  await dialog.getByLabel('Why').fill('They changed their mind')
  await takeBack.click()
  await page.getByText('The change is taken back').waitFor()
  await page.getByText(/^Becomes Core on/).waitFor({ state: 'detached' })
})

for (const width of [1280, 360] as const)
  test(`what a dialog could not load leaves room for the rest of it, and is tried again there, at ${width} px`, async ({
    open,
    world,
  }) => {
    const { id } = await world.customer(`Away ${width}`, { tier: 'pro' })
    const page = await open(`/customers/${id}`, { width, tolerate: /ERR_FAILED/ })
    await page.getByRole('button', { name: 'Change tier…' }).waitFor()
    await page.route(/tierChanges\.preview/, (route) => route.abort())
    await page.getByRole('button', { name: 'Change tier…' }).click()
    const dialog = page.getByRole('dialog', { name: `Change the tier of Away ${width}` })
    const failed = dialog.getByRole('alert').filter({ hasText: 'The preview could not be loaded' })
    await failed.waitFor()
    // no taller than the preview that would stand there
    // what asks again by itself meanwhile stands there in its place
    await expect
      .poll(async () => (await failed.boundingBox())?.height ?? Number.POSITIVE_INFINITY)
      .toBeLessThan(width === 360 ? 180 : 120)
    await expectSoundLook(page, { floating: true })

    const again = failed.getByRole('button', { name: 'Try again' })
    const asked = page.waitForRequest(/tierChanges\.preview/)
    await again.click()
    await asked
    await failed.waitFor()
    await page.unroute(/tierChanges\.preview/)
    // a change elsewhere may ask again first
    const means = dialog.getByRole('region', { name: 'What it means' })
    await Promise.race([again.click(), means.waitFor()])
    await means.waitFor()
  })

test('an adjustment that takes more than was used is refused at its field, and one that does not is an entry', async ({
  open,
  world,
}) => {
  const { id, phoneNumber } = await world.customer('Evergreen Dental')
  await world.call(phoneNumber, 600)
  await world.settled()
  const page = await open(`/customers/${id}?tab=ledger`, { tolerate })
  await page.getByRole('button', { name: 'Adjust…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Adjust the ledger' })
  await dialog.getByLabel('Seconds more or less').fill('-900')
  await dialog.getByLabel('Why').fill('The line was dead')
  await dialog.getByRole('button', { name: 'Book −15 m 00 s' }).click()
  await dialog.getByText('must be at least -600').waitFor()
  await dialog.getByLabel('Seconds more or less').fill('−120')
  await dialog.getByRole('button', { name: 'Book −2 m 00 s' }).click()

  await page.getByRole('link', { name: 'Adjustment' }).waitFor()
  await page.getByText('The line was dead').first().waitFor()
})

test('the usage of all is drawn by hour and customer, and the nearest to its cap stands first', async ({
  open,
  world,
}) => {
  const { phoneNumber } = await world.customer('Nearest Plumbing')
  await world.call(phoneNumber, 9700)
  await world.settled()
  const page = await open('/')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.keyboard.press('g')
  await page.keyboard.press('d')
  await page.getByRole('heading', { name: 'Usage', level: 1 }).waitFor()
  const chart = page.getByRole('figure')
  await chart.getByRole('img', { name: /^Minutes used a day/ }).waitFor()
  await page.getByRole('row').nth(1).getByText('Nearest Plumbing').waitFor()

  await page.getByRole('button', { name: 'Hour', exact: true }).click()
  await page.getByRole('button', { name: 'By', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Customer' }).click()
  await page.waitForURL(/grain=hour&by=customer/)
  await chart.getByText('Nearest Plumbing').waitFor()
  await chart.getByRole('button', { name: 'Show as a table' }).click()
  await chart.getByRole('columnheader', { name: 'Nearest Plumbing' }).waitFor()
  await chart.getByRole('button', { name: 'Save' }).click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('menuitem', { name: 'Save as CSV' }).click(),
  ])
  expect(file.suggestedFilename()).toMatch(/\.csv$/)

  await page.getByRole('grid').focus()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Nearest Plumbing', level: 1 }).waitFor()
})

test('ten thousand customers are a list by share of cap', async ({ open, world }) => {
  await world.sql`
    with made as (
      insert into customers (id, business_name, tier, status, timezone, country, updated_at)
      select gen_random_uuid(), 'Bulk ' || lpad(nth::text, 5, '0'), 'core', 'active', 'UTC', 'US', now() from generate_series(1, 10000) as nth
      returning id, business_name
    )
    insert into usage_limits (customer_id, tier_snapshot_id, period_start, period_end, call_used_seconds, call_cap_seconds, grace_seconds, sms_cap, updated_at)
    select made.id, (select id from tier_snapshots where tier = 'core' order by version desc limit 1), date_trunc('month', now()), date_trunc('month', now()) + interval '1 month',
      right(business_name, 5)::int, 9000, 600, 250, now() from made`
  const page = await open('/usage?q=bulk')
  await page.getByRole('row').nth(1).getByText('Bulk 10000').waitFor()
  for (let nth = 0; nth < 6; nth++) {
    await page.mouse.move(500, 700)
    await page.mouse.wheel(0, 4000)
  }
  await page.getByText(/1\d\d\+|[2-9]\d\d\+/).waitFor()
  expect(await page.getByRole('row').count()).toBeLessThan(80)
})

test('ten thousand holds, and ten thousand credits, are lists that stay short on the page', async ({ open, world }) => {
  const { id } = await world.customer('Many Promises')
  const customerId = id.slice(4)
  await world.sql`
    insert into usage_holds (id, customer_id, meter, quantity, state, expires_at, ended_at)
    select uuidv7(), ${customerId}::uuid, 'call_seconds', 60, case when nth > 9990 then 'open' else 'settled' end, now() + interval '1 hour',
      case when nth > 9990 then null else now() end from generate_series(1, 10000) as nth`
  await world.sql`
    insert into usage_credits (id, customer_id, meter, source, source_key, quantity, remaining, priority, granted_by)
    select uuidv7(), ${customerId}::uuid, 'call_seconds', 'goodwill', 'bulk:' || nth, 60, 60, 30, 'system:test' from generate_series(1, 10000) as nth`
  for (const [tab, name] of [
    ['holds', 'Holds'],
    ['credits', 'Credits'],
  ] as const) {
    const page = await open(`/customers/${id}?tab=${tab}`)
    await page.getByRole('grid', { name }).waitFor()
    await page.getByText('50+').first().waitFor()
    for (let nth = 0; nth < 6; nth++) {
      await page.mouse.move(500, 700)
      await page.mouse.wheel(0, 4000)
    }
    await page
      .getByText(/1\d\d\+|[2-9]\d\d\+/)
      .first()
      .waitFor()
    expect(await page.getByRole('grid', { name }).getByRole('row').count()).toBeLessThan(80)
  }
})

test('a top-up is sold at another price, a new one beside it, and one is taken off sale', async ({ open }) => {
  const page = await open('/tiers')
  await page.getByRole('button', { name: 'Change sms_500' }).click()
  const dialog = page.getByRole('dialog', { name: 'Change sms_500' })
  await dialog.getByLabel('Price, in $').fill('55')
  await dialog.getByLabel('Why').fill('Carriers ask more')
  await expectSoundLook(page, { floating: true })
  await dialog.getByRole('button', { name: 'Sell sms_500 for $55.00' }).click()
  await page.getByText('sms_500 is sold for $55.00').waitFor()

  await page.getByRole('button', { name: 'New top-up…' }).click()
  const fresh = page.getByRole('dialog', { name: 'New top-up' })
  await fresh.getByLabel('Key').fill('call_1500')
  await fresh.getByLabel('How many minutes').fill('1500')
  await fresh.getByLabel('Price, in $').fill('900')
  await fresh.getByLabel('Why').fill('Asked for often')
  await fresh.getByRole('button', { name: 'Sell call_1500 for $900.00' }).click()
  await page.getByRole('cell', { name: 'call_1500', exact: true }).waitFor()

  await page.getByRole('button', { name: 'Change call_1500' }).click()
  const off = page.getByRole('dialog', { name: 'Change call_1500' })
  await off.getByLabel('Off sale').check()
  await off.getByLabel('Why').fill('Not now')
  await off.getByRole('button', { name: 'Take call_1500 off sale' }).click()
  await page.getByText('call_1500 is off sale').waitFor()
})

test('a new version of a tier shows who feels it, and is published once', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Uses Elite', { tier: 'elite' })
  await world.call(phoneNumber, 3600)
  await world.settled()
  const page = await open('/tiers')
  await page.getByRole('button', { name: 'New version of Elite' }).click()
  const dialog = page.getByRole('dialog', { name: 'New version of Elite' })
  await dialog.getByText('1 customer has this tier').waitFor()
  await dialog.getByLabel('Minutes included').fill('60')
  await dialog.getByRole('cell', { name: 'Uses Elite' }).waitFor()
  await dialog.getByLabel('At once').check()
  await dialog.getByText(/At once these levels are passed/).waitFor()
  await expectSoundLook(page, { floating: true })
  await dialog.getByLabel('Minutes included').fill('650')
  await dialog.getByRole('button', { name: 'Publish version 2 for 1 customer' }).click()
  await page.getByText('Elite has a version 2').waitFor()
  await page.getByText('1 earlier version').waitFor()
})

test('when the server is away the usage says so, and comes back by itself', async ({ open }) => {
  const page = await open('/', { tolerate: /ERR_FAILED/ })
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.route(/usage\.(standings|series)/, (route) => route.abort())
  await page.getByRole('link', { name: 'Usage', exact: true }).click()
  await page.getByText('The customers could not be loaded').waitFor()
  await page.unroute(/usage\.(standings|series)/)
  await page.getByText('The usage over time could not be loaded').waitFor()
  await page.getByRole('button', { name: 'Try again' }).last().click()
  await page.getByRole('grid', { name: 'Customers by share of cap' }).waitFor()
  await page.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('img', { name: /^Minutes used a day/ }).waitFor()
})

for (const look of looks)
  test(`usage, tiers and every view of a customer are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    world,
  }) => {
    const { id, phoneNumber } = await world.customer(`Sound ${look.width} ${look.theme}`)
    await world.call(phoneNumber, 7400)
    await world.ask('POST', '/api/usage/check', { customerId: id, kind: 'call', quantity: 60, direction: 'outbound' })
    await fromTheApi(world, 'credits', { customerId: id, meter: 'sms_segments', quantity: 100, reason: 'for the look' })
    await fromTheApi(world, 'pause', { customerId: id, reason: 'for the look' })
    await world.settled()
    const page = await open(`/customers/${id}`, look)
    await page.getByText('By hand: for the look').waitFor()
    await page
      .getByRole('button', { name: /The mean of the last 14 days/ })
      .first()
      .waitFor()
    await expectSoundLook(page)
    for (const tab of ['Ledger', 'Holds', 'Credits']) {
      await page.getByRole('button', { name: tab, exact: true }).click()
      await page.getByRole('grid', { name: tab }).waitFor()
      await expectSoundLook(page)
    }
    await page.goto(page.url().replace(/\/customers.*/, '/usage'))
    await page.getByRole('grid', { name: 'Customers by share of cap' }).waitFor()
    await expectSoundLook(page)
    await page.goto(page.url().replace(/\/usage.*/, '/tiers'))
    await page.getByRole('heading', { name: 'Core' }).waitFor()
    await expectSoundLook(page)
  })
