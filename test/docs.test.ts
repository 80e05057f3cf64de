import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { apiBuild, nodeFlags } from '../scripts/lib/build.ts'
import { providerSecrets, readSettings } from '../scripts/lib/settings.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'CHANGELOG.md',
  'packages/client/CHANGELOG.md',
  'bench/README.md',
  'docs/reliability.md',
]
const runbooks = readdirSync(join(root, 'docs/runbooks')).map((name) => `docs/runbooks/${name}`)
const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** The anchors of a page, as its headings make them. */
const anchorsOf = (text: string) =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    (heading ?? '')
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  )

describe('the documentation', () => {
  test.each([...pages, ...runbooks])('every link of %s leads somewhere', (file) => {
    const links = [...read(file).matchAll(/\]\(([^)#]+?)(?:#[^)]*)?\)/g)].map(([, target]) => target ?? '')
    const local = links.filter((target) => !/^[a-z]+:/.test(target))
    expect(local.filter((target) => !existsSync(join(root, dirname(file), target)))).toEqual([])
  })

  test('every command that is named exists', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> }
    const named = [...pages, ...runbooks].flatMap((file) =>
      [...read(file).matchAll(/`(?:pnpm|npm run) ([a-z:]+)/g)].map(([, name]) => name ?? ''),
    )
    expect(named.filter((name) => scripts[name] === undefined && !['install', 'start', 'test'].includes(name))).toEqual(
      [],
    )
  })

  test('the example of an environment names every variable that is read, and none that nobody reads', () => {
    const named = [...read('.env.example').matchAll(/^#?([A-Z_]+)=/gm)].map(([, name]) => name ?? '')
    const ofServer = [...read('apps/api/src/platform/env.ts').matchAll(/^ {2}([A-Z_]+): /gm)].map(([, name]) => name)
    const ofLauncher = ['TEST_DATABASE_URL']
    expect(ofServer.length).toBeGreaterThan(20)
    expect(new Set(named)).toEqual(new Set([...ofServer, ...ofLauncher]))
  })

  test('the demo is kept from no keys but those that the server would use', () => {
    const shell = { OPENAI_API_KEY: 'somebody uses it elsewhere', GEMINI_API_KEY: 'and this one' }
    expect(readSettings(shell)).toMatchObject({ demo: true })
    for (const name of providerSecrets) expect(read('apps/api/src/platform/env.ts')).toContain(`  ${name}: `)
  })

  test('every alert that is raised ends with a runbook that exists', () => {
    const sources = readdirSync(join(root, 'apps/api/src'), { recursive: true, encoding: 'utf8' }).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    )
    const texts = sources.map((file) => read(`apps/api/src/${file}`)).join('\n')
    const named = [...texts.matchAll(/docs\/runbooks\/([\w-]+\.md)#([\w-]+|\$\{[^}]+\})/g)]
    expect(named.length).toBeGreaterThan(0)
    for (const [, file, anchor] of named) {
      const anchors = anchorsOf(read(`docs/runbooks/${file}`))
      const wanted = [...(anchor ?? '').matchAll(/'([\w-]+)'/g)].map(([, word]) => word ?? '')
      expect(anchors).toEqual(expect.arrayContaining(wanted.length > 0 ? wanted : [anchor]))
    }
  })
})

test('the image starts Node as `npm start` does', () => {
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(read('Dockerfile')) ?? []
  expect(JSON.parse(command)).toEqual(['node', ...nodeFlags, apiBuild.result])
})
