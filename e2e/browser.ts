/* oxlint-disable no-empty-pattern -- vitest reads the names of the fixtures from the pattern */

import { mkdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Locator, type Page } from 'playwright-core'
import { test as base, expect } from 'vitest'
import { chromiumFlags, findChromium } from '../scripts/lib/chromium.ts'
import { openWorld, type World } from './world.ts'

const pictures = fileURLToPath(new URL('../test-results', import.meta.url))
const isFull = process.env.TRUNKLINE_TEST_GRID === 'full'

export type Look = { theme: 'light' | 'dark'; width: 360 | 1280 | 1920 }
const usual: Look = { theme: 'light', width: 1280 }
const grid = ([360, 1280, 1920] as const).flatMap((width) => [
  { theme: 'light' as const, width },
  { theme: 'dark' as const, width },
])
/** Every look in which a page is opened. Outside the whole grid the open page is seen in the dark as well. */
export const looks: Look[] = isFull ? grid : [usual]

type Open = (path: string, options?: Partial<Look> & { signedIn?: boolean; tolerate?: RegExp }) => Promise<Page>

/** A page of the browser, the session that was last signed in there, and where it tells what it complains about. */
type Seat = { page: Page; look: Look; session?: string; complain: (text: string) => void }

export const test = base.extend<{ world: World; browser: Browser; seats: Seat[]; open: Open }>({
  world: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures from the pattern
    async ({}, use) => {
      const world = await openWorld()
      await use(world)
      await world.close()
    },
    { scope: 'file' },
  ],
  browser: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures from the pattern
    async ({}, use) => {
      const browser = await chromium.launch({ executablePath: findChromium(), args: chromiumFlags })
      await use(browser)
      await browser.close()
    },
    // each file has contexts of its own, so the files of one worker may share what takes longest to start
    { scope: 'worker' },
  ],
  /** Pages that no test uses. What a page has fetched and compiled stays with it; what a test left in it is taken away. */
  seats: [
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads the names of the fixtures from the pattern
    async ({}, use) => {
      const seats: Seat[] = []
      await use(seats)
      for (const { page } of seats) await page.context().close()
    },
    { scope: 'file' },
  ],
  /** Opens a page of the admin. Whatever the page complains about, the browser or its policy, fails the test. */
  open: async ({ world, browser, seats, task }, use) => {
    const taken: Seat[] = []
    const complaints: string[] = []
    await use(async (path, { signedIn = true, tolerate, theme = usual.theme, width = usual.width } = {}) => {
      const free = seats.findIndex(({ look }) => look.theme === theme && look.width === width)
      const [seat = await newSeat(browser, { theme, width })] = free === -1 ? [] : seats.splice(free, 1)
      taken.push(seat)
      seat.complain = (text) => tolerate?.test(text) || complaints.push(text)
      if (signedIn) await signIn(seat, world)
      await seat.page.goto(`${world.url}/admin${path}`)
      return seat.page
    })
    if (task.result?.state === 'fail') {
      mkdirSync(pictures, { recursive: true })
      for (const [index, { page }] of taken.entries())
        await page.screenshot({ path: join(pictures, `${task.name.replace(/\W+/g, '-')}-${index + 1}.png`) })
      process.stderr.write(`--- server\n${world.printed()}\n`)
      for (const { page } of taken) await page.context().close()
      return
    }
    for (const seat of taken) {
      await leave(seat, world)
      seats.push(seat)
    }
    expect(complaints, 'what the browser complained about').toEqual([])
  },
})

const remembered = 'remembered_as_signed_in'

async function newSeat(browser: Browser, look: Look): Promise<Seat> {
  const { theme, width } = look
  const context = await browser.newContext({
    viewport: { width, height: width === 360 ? 740 : 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'America/New_York',
  })
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const seat: Seat = { page, look, complain: () => undefined }
  page.on('console', (message) => {
    // asked for where a page of the api has been left, which names no icon
    const isIcon = message.location().url.endsWith('/favicon.ico')
    if (message.type() === 'error' && !isIcon) seat.complain(`console: ${message.text()}`)
  })
  page.on('pageerror', (error) => seat.complain(`page: ${error.stack ?? error.message}`))
  await page.exposeBinding('reportViolation', (_source, text: string) => seat.complain(`policy: ${text}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { reportViolation } = globalThis as unknown as { reportViolation(text: string): void }
      reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)
    })
  })
  await page.addInitScript((cookie) => {
    // an empty page has no cookies to ask for
    if (location.protocol === 'http:' && document.cookie.includes(cookie))
      localStorage.setItem('trunkline.signed-in', 'true')
  }, remembered)
  return seat
}

/**
 * Who is signed in has the server's cookie, and the page's own memory of it: that one is written as the page begins.
 * A session that the test before has not ended goes on: signing in costs what a password costs.
 */
async function signIn(seat: Seat, world: World): Promise<void> {
  if (!seat.session || !(await counts(world, seat.session))) seat.session = await world.signIn()
  const cookies = { trunkline_session: seat.session, [remembered]: 'true' }
  const url = world.url
  await seat.page.context().addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url })))
}

async function counts(world: World, session: string): Promise<boolean> {
  const { ok } = await fetch(`${world.url}/api/auth/me`, { headers: { authorization: `Bearer ${session}` } })
  return ok
}

/** Whoever comes next finds nothing of this test's. */
async function leave(seat: Seat, world: World): Promise<void> {
  const { page, look } = seat
  seat.complain = () => undefined
  const context = page.context()
  for (const other of context.pages()) if (other !== page) await other.close()
  await page.unrouteAll()
  await context.unrouteAll()
  await context.clearCookies()
  await page.evaluate(() => {
    localStorage.clear()
    sessionStorage.clear()
  })
  await page.emulateMedia({ colorScheme: look.theme })
  // not an empty page: the browser would begin a process for each page of ours that follows it
  await page.goto(`${world.url}/api/health`)
}

const aboutColours = ['color-contrast', 'link-in-text-block']
// they ask about the page as a whole, of which nothing but what floats is there while it floats
const aboutThePage = ['landmark-one-main', 'page-has-heading-one', 'region']

type Rules = { only?: string[]; without?: string[] }
type Found = { id: string; nodes: string[] }
type Node = { html: string; failureSummary?: string }
type AxeInPage = {
  axe: { run(root: Document, options: object): Promise<{ violations: { id: string; nodes: Node[] }[] }> }
}

const axeSource = readFileSync(
  createRequire(import.meta.resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'),
  'utf8',
)

/** Nobody is shut out, in either theme, and nothing is wider than the screen. */
export async function expectSoundLook(page: Page, { floating = false } = {}): Promise<void> {
  await expectNothingFound(page, floating ? { without: aboutThePage } : {})
  if (!isFull) await inTheDark(page, () => expectNothingFound(page, { only: aboutColours }))
  const tooWide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main, aside')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ tagName, scrollWidth, clientWidth }) => `${tagName} ${scrollWidth} > ${clientWidth}`),
  )
  expect(tooWide, 'what is wider than its place').toEqual([])
}

/** A reason that is too short is told at its field, which has the focus then, by the button and by Enter. */
export async function expectReasonAsked(
  dialog: Locator,
  { act, short, sentence }: { act: Locator; short: string; sentence: string },
): Promise<void> {
  const why = dialog.getByLabel('Why')
  const told = dialog.getByRole('alert').getByText(sentence, { exact: true })
  await why.fill(short)
  await act.click()
  await told.waitFor()
  expect(await why.evaluate((field) => field === document.activeElement)).toBe(true)
  await why.fill('long enough')
  expect(await dialog.getByRole('alert').count()).toBe(0)
  await why.fill(short)
  await why.press('Enter')
  await told.waitFor()
  await expectSoundLook(dialog.page(), { floating: true })
}

/** The dark page is the light one in other colours: somebody has chosen them in another tab. */
async function inTheDark(page: Page, look: () => Promise<void>): Promise<void> {
  const choose = (theme: 'dark' | null) =>
    page.evaluate((theme) => {
      if (theme === null) localStorage.removeItem('trunkline.theme')
      else localStorage.setItem('trunkline.theme', theme)
      dispatchEvent(new StorageEvent('storage', { key: 'trunkline.theme' }))
    }, theme)
  await choose('dark')
  await page.locator('html[data-theme=dark]').waitFor()
  await look()
  await choose(null)
  await page.locator('html[data-theme=light]').waitFor()
}

async function expectNothingFound(page: Page, { only, without = [] }: Rules): Promise<void> {
  if (!(await page.evaluate(() => 'axe' in globalThis))) await page.evaluate(`${axeSource};0`)
  const options = {
    ...(only && { runOnly: { type: 'rule', values: only } }),
    rules: Object.fromEntries(without.map((id) => [id, { enabled: false }])),
    // what passes is not described, and what is found is told by its markup
    resultTypes: ['violations'],
    selectors: false,
    // no rule that runs reads the style sheets
    preload: { assets: ['media'] },
  }
  const found = await page.evaluate(async (options): Promise<Found[]> => {
    const { violations } = await (globalThis as unknown as AxeInPage).axe.run(document, options)
    return violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    }))
  }, options)
  expect(found, 'what axe finds').toEqual([])
}
