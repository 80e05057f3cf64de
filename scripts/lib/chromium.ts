import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium } from 'playwright-core'
import { Fault } from './fault.ts'

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'chrome']
const bundles = [
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** For a container without user namespaces or a graphics card; and no traffic of the browser's own. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The Chromium or Chrome of this machine that runs, Playwright's download included. */
export function findChromium(): string | undefined {
  const onPath = (process.env.PATH ?? '').split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [...onPath, chromium.executablePath(), ...bundles].find(
    (file) => existsSync(file) && runs(file, ['--version']),
  )
}

/** Finds a browser, or brings one: Playwright's download first, then Debian's package where we may install it. */
export function ensureChromium(root: string, tell: (line: string) => void): string {
  const found = findChromium()
  if (found) return found
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const { name, steps } of sources(root)) {
    tell(`There is no Chromium here; trying ${name}`)
    const brought = steps.every(
      ([command, ...args]) => spawnSync(command, args, { stdio: 'inherit', env }).status === 0,
    )
    const chromium = brought ? findChromium() : undefined
    if (chromium) return chromium
  }
  throw new Fault(
    'the browser tests need Chromium: none is installed, and none could be; install chromium and run again',
  )
}

type Source = { name: string; steps: [command: string, ...args: string[]][] }

function sources(root: string): Source[] {
  const download = [join(root, 'node_modules/.bin/playwright-core'), 'install', 'chromium'] satisfies [
    string,
    ...string[],
  ]
  const playwright: Source = { name: "Playwright's download", steps: [download] }
  const mayInstall = process.getuid?.() === 0 && runs('apt-get', ['--version'])
  if (!mayInstall) return [playwright]
  const install = ['apt-get', 'install', '-qqy', '--no-install-recommends', 'chromium'] satisfies [string, ...string[]]
  return [playwright, { name: "Debian's package", steps: [['apt-get', 'update', '-qq'], install] }]
}

function runs(command: string, args: string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore', timeout: 20_000 }).status === 0
}
