import { expect } from 'vitest'
import { expectSoundLook, looks, test } from './browser.ts'

test('every page is two keys away', async ({ open }) => {
  const page = await open('/')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()

  for (const [letter, heading] of [
    ['a', 'Alerts'],
    ['w', 'Webhooks'],
    ['l', 'Calls'],
    ['m', 'Messages'],
    ['u', 'Unknown numbers'],
    ['c', 'Customers'],
    ['s', 'Settings'],
    ['o', 'Overview'],
  ] as const) {
    await page.keyboard.press('g')
    await page.keyboard.press(letter)
    await page.getByRole('heading', { name: heading, level: 1 }).waitFor()
  }
})

test('the palette finds a customer by name and a webhook by number, and goes there', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Harbor Plumbing')
  await world.text(phoneNumber, 'Hello')
  await world.settled()
  const page = await open('/settings')
  await page.getByRole('heading', { name: 'Settings' }).waitFor()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('harbor')
  await page.getByRole('option', { name: /Harbor Plumbing/ }).waitFor()
  await expectSoundLook(page, { floating: true })
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Harbor Plumbing' }).waitFor()

  await page.getByRole('button', { name: /Search or jump to/ }).click()
  await page.keyboard.type(phoneNumber)
  await page.getByRole('option', { name: /message\.received/ }).click()
  await page.getByRole('complementary', { name: 'Webhook' }).waitFor()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('nobody has such a name')
  await page.getByText('Nothing matches.').waitFor()
  await expectSoundLook(page, { floating: true })
})

test('what the palette had found for fewer letters is not what Enter opens', async ({ open, world }) => {
  await world.customer('Pays Nothing Yet')
  const page = await open('/')
  const held = Promise.withResolvers<void>()
  await page.route(/customers\.list.*past/, async (route) => {
    await held.promise
    await route.continue()
  })
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('pa')
  await page.getByRole('option', { name: /Pays Nothing Yet/ }).waitFor()
  await page.keyboard.type('st due')
  await page.getByRole('option', { name: /Billing/ }).waitFor()
  await page.keyboard.press('Enter')

  await page.getByRole('heading', { name: 'Billing', level: 1 }).waitFor()
  held.resolve()
})

test('the palette runs commands', async ({ open }) => {
  const page = await open('/')
  await page.getByRole('navigation', { name: 'Main' }).waitFor()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('theme')
  await page.getByRole('option', { name: /dark theme/ }).waitFor()
  await page.keyboard.press('Enter')

  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
})

test('all keys are listed on request', async ({ open }) => {
  const page = await open('/webhooks')
  await page.getByRole('heading', { name: 'Webhooks' }).waitFor()

  await page.keyboard.press('?')

  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).getByText('Go to unknown numbers').waitFor()
  await expectSoundLook(page, { floating: true })
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
})

test('whoever chose no theme has that of his system, also when it changes while the page is busy', async ({ open }) => {
  const quiet = await open('/', { theme: 'light' })
  const page = await quiet.context().newPage()
  await page.addInitScript(readAgainAndAgain)
  await page.goto(quiet.url())
  await page.getByRole('navigation', { name: 'Main' }).waitFor()

  await page.emulateMedia({ colorScheme: 'dark' })

  await page.locator('html[data-theme=dark]').waitFor()
})

test('the chosen theme is remembered, and there from the first paint', async ({ open }) => {
  const page = await open('/', { theme: 'light' })

  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitemradio', { name: 'Dark' }).click()
  await page.waitForFunction(() => document.documentElement.dataset.theme === 'dark')
  await page.goto(page.url(), { waitUntil: 'commit' })
  await page.waitForSelector('body')

  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe('dark')
})

test('whoever asks for less motion gets none: a new theme is whole at once', async ({ open }) => {
  const page = await open('/billing')
  await page.getByRole('heading', { name: 'Billing', exact: true }).waitFor()

  const moving = await page.evaluate(() => {
    document.documentElement.dataset.theme = 'dark'
    return document.getAnimations().length
  })

  expect(moving).toBe(0)
})

test('what waits is counted beside its page, as it changes', async ({ open, world }) => {
  const page = await open('/settings')
  await page.locator('[data-live=live]').waitFor()

  await world.unreadable('nobody can read this')

  await page.getByRole('link', { name: /^Webhooks\s*1/ }).waitFor({ timeout: 5000 })
})

test('while the server is away the page says so, and catches up when it is back', async ({ open, world }) => {
  const { phoneNumber } = await world.customer('Summit Heating & Air')
  const page = await open('/webhooks', { tolerate: /Failed to load resource|ERR_/ })
  await page.locator('[data-live=live]').waitFor()

  const comeBack = await world.goAway()
  await page.locator('[data-live=reconnecting]').waitFor()
  await page.getByRole('button', { name: 'Live updates: Reconnecting' }).click()
  await page.getByText('The stream of changes is interrupted').waitFor()
  await page.keyboard.press('Escape')
  await comeBack()
  await world.text(phoneNumber, 'Are you back?')

  await page.locator('[data-live=live]').waitFor({ timeout: 30_000 })
  await page.getByRole('grid').getByText('message.received').first().waitFor()
})

test('a person signs out and is out', async ({ open, world }) => {
  const page = await open('/', { tolerate: /401 \(Unauthorized\)/ })

  await page.getByRole('button', { name: /^Account of/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
  await page.goto(`${world.url}/admin/customers`)

  await page.getByRole('heading', { name: 'Sign in' }).waitFor()
})

test('an address that names nothing says so and leads on', async ({ open }) => {
  const page = await open('/nowhere')

  await page.getByText('There is no page at this address').waitFor()
  await page.getByRole('link', { name: 'Go to the overview' }).click()

  await page.getByRole('navigation', { name: 'Main' }).waitFor()
})

test('on a telephone the menu opens as a sheet and closes when a page is chosen', async ({ open }) => {
  const page = await open('/', { width: 360 })

  await page.getByRole('button', { name: 'Menu' }).click()
  const sheet = page.getByRole('dialog', { name: 'Main menu' })
  await sheet.waitFor()
  await expectSoundLook(page, { floating: true })
  await sheet.getByRole('link', { name: 'Customers' }).click()

  await page.getByRole('heading', { name: 'Customers', level: 1 }).waitFor()
  await sheet.waitFor({ state: 'detached' })
})

test('what every page needs is no more than 200 kB of script, compressed', async ({ world }) => {
  const html = await (await fetch(`${world.url}/admin`)).text()
  const scripts = [...html.matchAll(/(?:src|href)="(\/admin\/assets\/[^"]+\.js)"/g)].map(([, path]) => path)

  const sizes = await Promise.all(
    scripts.map(async (path) => {
      const body = new Blob([await (await fetch(`${world.url}${path}`)).arrayBuffer()])
      const packed = new Response(body.stream().pipeThrough(new CompressionStream('gzip')))
      return (await packed.arrayBuffer()).byteLength
    }),
  )

  expect(scripts.length).toBeGreaterThan(0)
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(200 * 1024)
})

for (const look of looks)
  test(`the account menu is sound at ${look.width} px in the ${look.theme} theme`, async ({ open }) => {
    const page = await open('/settings', look)

    await page.getByRole('button', { name: /^Account of/ }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).waitFor()

    await expectSoundLook(page, { floating: true })
  })

/** A page that renders without rest: whichever media query it has read once, it reads again before the next frame. */
function readAgainAndAgain(): void {
  const lists = new Set<MediaQueryList>()
  const original = globalThis.matchMedia
  globalThis.matchMedia = (query) => {
    const list = original(query)
    Object.defineProperty(list, 'matches', {
      get: () => {
        lists.add(list)
        return original(query).matches
      },
    })
    return list
  }
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => {
    for (const list of lists) Reflect.get(MediaQueryList.prototype, 'matches', list)
    port2.postMessage('again')
  }
  port2.postMessage('begin')
}
