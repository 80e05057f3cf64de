import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { broken, sound } from './architecture/plants.ts'
import { violationsIn } from './architecture/rules.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const asFiles = (files: Record<string, string>) => Object.entries(files).map(([path, text]) => ({ path, text }))

describe('the checker', () => {
  test.each(broken)('reports when $title ($rule)', ({ rule, files }) => {
    const path = Object.keys(files)[0]

    expect(violationsIn(asFiles(files)).map((found) => `${found.path}: ${found.rule}`)).toEqual([`${path}: ${rule}`])
  })

  test('has nothing to say about a sound house', () => {
    expect(violationsIn(asFiles(sound))).toEqual([])
  })

  test('names the line', () => {
    const text = "\n\n// a verb\nimport { meterCall } from '../usage/meter.ts'\n"

    expect(violationsIn([{ path: 'apps/api/src/alerts/raise.ts', text }])).toEqual([
      {
        path: 'apps/api/src/alerts/raise.ts',
        line: 4,
        rule: 'river',
        text: 'alerts imports ../usage/meter.ts, which is not to its right',
      },
    ])
  })
})

describe('the house', () => {
  const paths = globSync('{apps,packages}/*/{*,{src,test,bench}/**/*}.{ts,tsx}', { cwd: root }).filter(
    (path) => !path.endsWith('.d.ts'),
  )
  const files = paths.map((path) => ({ path, text: readFileSync(`${root}/${path}`, 'utf8') }))

  test('has rooms to look into', () => {
    expect(files.map(({ path }) => path)).toContain('apps/api/src/main.ts')
  })

  test('keeps its own rules', () => {
    const report = violationsIn(files).map(({ path, line, rule, text }) => `${path}:${line} ${rule}: ${text}`)

    expect(report.sort()).toEqual([])
  })
})
