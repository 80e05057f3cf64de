import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { test as base, expectSoundLook, looks } from './browser.ts'

type Report = { message: string; stack?: string }

const test = base.extend<{ report: (report: Report) => Promise<void>; gone: undefined }>({
  /** An error that a front end of somebody who is signed in tells of, and that is written down. */
  report: async ({ world }, use) => {
    await use(async (report) => {
      await world.ask('POST', '/api/errors', { type: 'TypeError', page: '/admin/calls', ...report })
      await expect
        .poll(async () => (await world.sql`select from error_groups where title = ${report.message}`).length, {
          timeout: 10_000,
        })
        .toBe(1)
    })
  },
  gone: [
    async ({ world }, use) => {
      await use(undefined)
      await world.sql`delete from error_groups`
    },
    { auto: true },
  ],
})

const rows = (page: Page) =>
  page
    .getByRole('grid', { name: 'Errors' })
    .getByRole('row')
    .filter({ has: page.getByRole('gridcell') })
const panel = (page: Page) => page.getByRole('complementary', { name: 'Error' })

test('while there is none it says so', async ({ open }) => {
  const page = await open('/errors')

  await page.getByText('No open errors').waitFor()
})

test('an error appears by itself, shows its stack, customer, webhook and alert, and is resolved with the pointer', async ({
  open,
  world,
  report,
}) => {
  const { id, phoneNumber } = await world.customer('Harbor Plumbing')
  await world.call(phoneNumber, 60)
  await world.settled()
  const page = await open('/errors')
  await page.locator('[data-live=live]').waitFor()

  await report({
    message: 'The call has no end',
    stack:
      'TypeError: x\n    at endOf (https://x/apps/admin/src/calls/words.tsx:7:9)\n    at run (https://x/lib.js:1:1)',
  })
  await world.sql`
    update error_logs set customer_id = ${`${id.slice(4)}`}::uuid, webhook_id = (select id from webhook_queue limit 1),
      input = '{"limit":50}' where message = 'The call has no end'`
  await page.getByRole('link', { name: 'The call has no end' }).click()

  await panel(page).getByText('endOf (apps/admin/src/calls/words.tsx:7:9)').waitFor()
  await panel(page).getByRole('link', { name: 'Harbor Plumbing' }).waitFor()
  await panel(page)
    .getByRole('link', { name: /Webhook/ })
    .waitFor()
  await panel(page)
    .getByRole('link', { name: /New error: TypeError/ })
    .waitFor()
  await panel(page).getByRole('button', { name: 'Resolve' }).click()
  await page.getByLabel('What mended it').fill('Released in the evening')
  await page.getByRole('button', { name: 'Resolve the error' }).click()

  await panel(page).getByText(': Released in the evening').waitFor()
  await page.getByRole('button', { name: 'Resolved', exact: true }).click()
  await rows(page).filter({ hasText: 'The call has no end' }).waitFor()
})

test('an error is ignored with the keyboard until it happens more often, and opened again', async ({
  open,
  report,
}) => {
  await report({ message: 'Not so bad' })
  const page = await open('/errors')
  await rows(page).first().waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await panel(page).getByText('Not so bad').first().waitFor()
  await page.keyboard.press('i')
  await page.getByRole('radio', { name: /happened more often/ }).check()
  await page.getByLabel('More occurrences').fill('nine')
  await page.getByText('A whole number between').waitFor()
  await page.getByLabel('More occurrences').fill('9')
  await page.keyboard.press('Enter')

  await panel(page).getByText('10 occurrences in all').waitFor()
  await panel(page).getByRole('button', { name: 'Open again' }).click()
  await panel(page).getByRole('button', { name: 'Resolve' }).waitFor()
})

test('what a page of the admin throws is told to the server and led back to our source', async ({ open, world }) => {
  const page = await open('/errors')
  await page.getByText('No open errors').waitFor()
  await page.locator('[data-live=live]').waitFor()

  await page.evaluate(() => {
    const script = [...document.scripts].find(({ src }) => /\/index-[\w-]+\.js$/.test(src))?.src
    const error = new RangeError('Thrown by a page, call +13125550101')
    error.stack = `RangeError: x\n    at x (${script}:9:20)\n    at y (${script}:9:60)`
    dispatchEvent(new ErrorEvent('error', { error, message: error.message }))
  })

  await page.getByRole('link', { name: 'Thrown by a page, call <phone>' }).click()
  await panel(page)
    .getByText(/RangeError/)
    .first()
    .waitFor()
  const stack = panel(page).getByRole('list', { name: /Stack/ })
  await stack.waitFor()
  expect(await stack.textContent()).not.toContain('/admin/assets/')
  expect(await panel(page).textContent()).not.toContain('3125550101')
  // what maps it is served to nobody
  const script = await page.evaluate(() => [...document.scripts].find(({ src }) => src.includes('/index-'))?.src ?? '')
  for (const url of [`${script}.map`, script.replace('/assets/', '/maps/').replace(/$/, '.map')]) {
    const answer = await fetch(url)
    expect(await answer.text()).not.toContain('"mappings"')
  }
  expect((await world.sql`select from error_logs where release is not null`).length).toBe(1)
})

test('a page that cannot be drawn and an answer that is none are told to the server', async ({ open, world }) => {
  const page = await open('/settings', { tolerate: /Failed to load resource|The page is broken/ })
  await page.getByRole('heading', { name: 'Settings' }).waitFor()
  const told = (title: string) =>
    expect
      .poll(async () => (await world.sql`select from error_groups where title = ${title}`).length, { timeout: 10_000 })
      .toBe(1)

  await page.route(/\/trpc\/.*customers\.list/, (route) =>
    route.fulfill({ status: 502, contentType: 'text/html', body: '<html>Bad gateway</html>' }),
  )
  await page.getByRole('link', { name: 'Customers' }).click()
  await page.getByRole('alert').getByText('could not be loaded').waitFor()
  await told('customers.list was answered with what is no answer')

  await page.route(/errors-page-[\w-]+\.js/, (route) =>
    route.fulfill({ contentType: 'text/javascript', body: "throw new Error('The page is broken')" }),
  )
  await page.getByRole('link', { name: 'Errors' }).click()
  await page.getByText('This page could not be shown').waitFor()
  await told('The page is broken')
})

test('errors are filtered in the address, and several are resolved at once', async ({ open, world, report }) => {
  await report({ message: 'The one that is looked for' })
  await report({ message: 'Another' })
  const page = await open('/errors?source=web')
  await rows(page).nth(1).waitFor()

  await page.keyboard.press('/')
  await page.keyboard.type('looked for')
  await page.waitForFunction(
    () => document.querySelectorAll('[role=grid] [role=row]:has([role=gridcell])').length === 1,
  )
  expect(new URL(page.url()).searchParams.get('q')).toBe('looked for')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await rows(page).nth(1).waitFor()

  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByRole('button', { name: 'Resolve 2 errors' }).click()
  await page.getByText('2 errors resolved').waitFor()
  const [open_] = await world.sql`select count(*)::int as groups from error_groups where state = 'open'`
  expect(open_?.groups).toBe(0)
})

test('ten thousand errors scroll, and few of them are in the page', async ({ open, world }) => {
  await world.sql`
    insert into error_groups (id, fingerprint, source, severity, type, title, culprit, first_seen_at, last_seen_at, occurrences)
    select gen_random_uuid(), number::text, 'api', 'high', 'Error', 'Error ' || number, 'x', now(), now() - make_interval(secs => number), 1
    from generate_series(1, 10000) as number`
  const page = await open('/errors')
  await rows(page).first().waitFor()

  const grid = page.getByRole('grid', { name: 'Errors' })
  await grid.hover()
  while (Number(await grid.getAttribute('aria-rowcount')) < 500) await page.mouse.wheel(0, 4000)

  expect(await rows(page).count()).toBeLessThan(80)
})

for (const look of looks)
  test(`the list and an open error are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    report,
  }) => {
    await report({
      message: `A sound look ${look.theme}`,
      stack: 'TypeError: x\n    at endOf (https://x/apps/admin/src/calls/words.tsx:7:9)',
    })
    const page = await open('/errors', look)
    await page.getByRole('link', { name: /A sound look/ }).waitFor()
    await expectSoundLook(page)

    await page.getByRole('link', { name: /A sound look/ }).click()
    await page.getByText('endOf (apps').waitFor()
    await expectSoundLook(page, { floating: look.width === 360 })
    await page.getByRole('button', { name: 'Ignore', exact: true }).click()
    await page.getByText('Until when').waitFor()
    await expectSoundLook(page, { floating: true })
  })
