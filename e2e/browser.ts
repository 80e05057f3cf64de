/* oxlint-disable no-empty-pattern -- vitest reads the names of the fixtures from the pattern */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AxeBuilder } from '@axe-core/playwright'
import { type Browser, chromium, type Page } from 'playwright-core'
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

export const test = base.extend<{ world: World; browser: Browser; open: Open }>({
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
    // each page has a context of its own, so the files of one worker may share what takes longest to start
    { scope: 'worker' },
  ],
  /** Opens a page of the admin. Whatever the page complains about, the browser or its policy, fails the test. */
  open: async ({ world, browser, task }, use) => {
    const pages: { page: Page; complaints: string[] }[] = []
    await use(async (path, { signedIn = true, tolerate, ...wanted } = {}) => {
      const opened = await openPage(world, browser, { ...usual, ...wanted, signedIn, tolerate })
      pages.push(opened)
      await opened.page.goto(`${world.url}/admin${path}`)
      return opened.page
    })
    if (task.result?.state === 'fail') {
      mkdirSync(pictures, { recursive: true })
      for (const [index, { page }] of pages.entries())
        await page.screenshot({ path: join(pictures, `${task.name.replace(/\W+/g, '-')}-${index + 1}.png`) })
      process.stderr.write(`--- server\n${world.printed()}\n`)
    }
    for (const { page, complaints } of pages) {
      await page.context().close()
      expect(complaints, 'what the browser complained about').toEqual([])
    }
  },
})

async function openPage(
  world: World,
  browser: Browser,
  { theme, width, signedIn, tolerate }: Look & { signedIn: boolean; tolerate: RegExp | undefined },
) {
  const context = await browser.newContext({
    viewport: { width, height: width === 360 ? 740 : 900 },
    colorScheme: theme,
    reducedMotion: 'reduce',
    timezoneId: 'America/New_York',
  })
  if (signedIn) {
    await context.addCookies([{ name: 'trunkline_session', value: await world.signIn(), url: world.url }])
    await context.addInitScript(() => localStorage.setItem('trunkline.signed-in', 'true'))
  }
  const page = await context.newPage()
  page.setDefaultTimeout(15_000)
  const complaints: string[] = []
  const complain = (text: string) => {
    if (!tolerate?.test(text)) complaints.push(text)
  }
  page.on('console', (message) => message.type() === 'error' && complain(`console: ${message.text()}`))
  page.on('pageerror', (error) => complain(`page: ${error.stack ?? error.message}`))
  await page.exposeBinding('reportViolation', (_source, text: string) => complain(`policy: ${text}`))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (event) => {
      const { reportViolation } = globalThis as unknown as { reportViolation(text: string): void }
      reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`)
    })
  })
  return { page, complaints }
}

const aboutColours = ['color-contrast', 'link-in-text-block']
// they ask about the page as a whole, of which nothing but what floats is there while it floats
const aboutThePage = ['landmark-one-main', 'page-has-heading-one', 'region']

/** Nobody is shut out, in either theme, and nothing is wider than the screen. */
export async function expectSoundLook(page: Page, { floating = false } = {}): Promise<void> {
  const axe = new AxeBuilder({ page }).setLegacyMode()
  await expectNothingFound(floating ? axe.disableRules(aboutThePage) : axe)
  if (!isFull) await inTheDark(page, () => expectNothingFound(axe.withRules(aboutColours)))
  const tooWide = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll('main, aside')]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ tagName, scrollWidth, clientWidth }) => `${tagName} ${scrollWidth} > ${clientWidth}`),
  )
  expect(tooWide, 'what is wider than its place').toEqual([])
}

/** The dark page is the light one in other colours. */
async function inTheDark(page: Page, look: () => Promise<void>): Promise<void> {
  await page.emulateMedia({ colorScheme: 'dark' })
  await page.locator('html[data-theme=dark]').waitFor()
  await look()
  await page.emulateMedia({ colorScheme: 'light' })
  await page.locator('html[data-theme=light]').waitFor()
}

async function expectNothingFound(axe: AxeBuilder): Promise<void> {
  const { violations } = await axe.analyze()
  expect(
    violations.map(({ id, nodes }) => ({
      id,
      nodes: nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`),
    })),
    'what axe finds',
  ).toEqual([])
}
