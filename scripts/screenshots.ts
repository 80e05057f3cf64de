import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright-core'
import { misused, readArguments } from './lib/arguments.ts'
import { chromiumFlags, findChromium } from './lib/chromium.ts'

const folder = fileURLToPath(new URL('../docs/images', import.meta.url))

const shots = [
  { file: 'overview', path: '/admin', theme: 'light', width: 1440, height: 1000 },
  { file: 'overview-dark', path: '/admin', theme: 'dark', width: 1440, height: 1000 },
  { file: 'webhooks', path: '/admin/webhooks', theme: 'light', width: 1440, height: 900 },
  { file: 'alerts', path: '/admin/alerts', theme: 'light', width: 1440, height: 900 },
  { file: 'customers', path: '/admin/customers', theme: 'light', width: 1440, height: 900 },
  { file: 'overview-phone', path: '/admin', theme: 'light', width: 360, height: 800 },
] as const

const usage = 'usage: node scripts/screenshots.ts <url> <e-mail> <password> [folder]'

/** Takes the pictures of the documentation from a running demo. */
async function main([url, email, password, into = folder]: string[]): Promise<void> {
  if (url === undefined || email === undefined || password === undefined) {
    misused(usage)
  }
  await mkdir(into, { recursive: true })
  const executablePath = findChromium()
  if (executablePath === undefined) throw new Error('no Chromium is installed')
  const browser = await chromium.launch({ executablePath, args: chromiumFlags })
  try {
    for (const { file, path, theme, width, height } of shots) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: theme })
      const page = await context.newPage()
      await signIn(page, { url, email, password })
      await page.goto(url + path)
      await page.waitForLoadState('domcontentloaded')
      // the first figures and charts have arrived when the page says it is live
      await page.waitForTimeout(2500)
      await page.screenshot({ path: join(into, `${file}.png`) })
      await context.close()
    }
  } finally {
    await browser.close()
  }
}

async function signIn(page: Page, account: { url: string; email: string; password: string }): Promise<void> {
  const answer = await page.request.post(`${account.url}/api/auth/login`, {
    data: { email: account.email, password: account.password },
  })
  if (!answer.ok()) throw new Error(`sign-in was refused (${answer.status()})`)
}

await main(readArguments(usage, { most: 4 }).positionals)
