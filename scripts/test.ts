import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { adminBuild, apiBuild, buildWhenStale, clientBuild } from './lib/build.ts'
import { ensureChromium } from './lib/chromium.ts'
import { Fault } from './lib/fault.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const report = join(root, 'node_modules/.cache/trunkline', `test-report-${process.pid}.json`)
const isFull = process.argv.includes('--full')
// names of files, --project and the like go to vitest
const selection = process.argv.slice(2).filter((argument) => argument !== '--full')

type Counts = { passed: number; failed: number }

const counts = await run()
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed\n`)
process.exitCode = counts.failed === 0 && counts.passed > 0 ? 0 : 1

async function run(): Promise<Counts> {
  try {
    if (selection.length === 0 || selection.some((argument) => /e2e|browser/.test(argument))) ensureChromium(root, tell)
    for (const build of [adminBuild, apiBuild, clientBuild])
      if (await buildWhenStale(root, build)) tell(`The ${build.name} was built`)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    tell(error.message)
    return { passed: 0, failed: 1 }
  }
  return await runVitest()
}

async function runVitest(): Promise<Counts> {
  mkdirSync(join(root, 'node_modules/.cache/trunkline'), { recursive: true })
  const child = spawn(
    process.execPath,
    [
      join(root, 'node_modules/vitest/vitest.mjs'),
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...selection,
    ],
    { cwd: root, stdio: 'inherit', env: environment() },
  )
  // Ctrl-C reaches the whole group; vitest ends by itself and we count what it got to
  process.on('SIGINT', () => undefined)
  process.on('SIGTERM', () => child.kill('SIGTERM'))
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('exit', resolve))
  const counts = existsSync(report) ? count(JSON.parse(readFileSync(report, 'utf8'))) : { passed: 0, failed: 0 }
  rmSync(report, { force: true })
  // a file that cannot be loaded or an error outside every test fails the run without failing a test
  return code === 0 ? counts : { passed: counts.passed, failed: Math.max(counts.failed, 1) }
}

type Report = {
  numPassedTests: number
  numFailedTests: number
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

function count({ numPassedTests, numFailedTests, testResults }: Report): Counts {
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  )
  return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length }
}

/** Ours, without the variables of the product: a test must never meet the database or the keys of whoever runs it. */
function environment(): NodeJS.ProcessEnv {
  const example = readFileSync(join(root, '.env.example'), 'utf8')
  const product = [...example.matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name)
  const kept = Object.entries(process.env).filter(([name]) => name === 'TEST_DATABASE_URL' || !product.includes(name))
  return { ...Object.fromEntries(kept), ...(isFull && { TRUNKLINE_TEST_GRID: 'full' }) }
}

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}
