import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const takesNothing = ['scripts/start.mjs', 'scripts/db-reset.ts'] as const
const programs = [
  ...takesNothing,
  'scripts/dev.ts',
  'scripts/check.ts',
  'scripts/chaos.ts',
  'scripts/screenshots.ts',
  'bench/main.ts',
] as const

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'trunkline-arguments-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))

const data = () => join(home, 'data')

function run(program: string, ...asked: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...asked], {
    cwd: root,
    encoding: 'utf8',
    timeout: 20_000,
    env: { PATH: process.env.PATH, TRUNKLINE_DATA_DIR: data() },
  })
  return { status, stdout, stderr, hasBegun: existsSync(data()) }
}

test.each(programs)('whoever asks %s for help is given it, and nothing is done', (program) => {
  expect(run(program, '--help')).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^usage: /),
    stderr: '',
    hasBegun: false,
  })
})

test.each(programs)('what %s does not know is named, and nothing is done', (program) => {
  expect(run(program, '--forse')).toEqual({
    status: 1,
    stdout: '',
    stderr: expect.stringMatching(/--forse.*\n(.*\n)*usage: /),
    hasBegun: false,
  })
})

test.each(takesNothing)('%s takes no word beside its name', (program) => {
  const { status, stderr, hasBegun } = run(program, 'demo')
  expect({ status, hasBegun }).toEqual({ status: 1, hasBegun: false })
  expect(stderr).toMatch(/^«demo» is not understood\nusage: /)
})
