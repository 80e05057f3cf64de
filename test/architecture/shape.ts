import { domainOf, ground, packageOf, river } from './house.ts'
import { isTest, type Node, nameOf, pathOf, type Source, stringOf, type Violation } from './source.ts'

type Check = (source: Source) => { line: number; rule: string; text: string }[]

const at = (source: Source, node: Node, rule: string, text: string) => ({ line: source.lineOf(node), rule, text })

const folders: Check = ({ path }) => {
  const domain = domainOf(path)
  const isHouse = /^(?:apps\/api|packages\/core)\/src\//.test(path)
  if (!isHouse || domain === '' || [...river, ground, 'testing'].includes(domain)) return []
  return [{ line: 1, rule: 'folders are domains', text: `${domain} is no domain of the river` }]
}

const vague = ['utils', 'util', 'helpers', 'helper', 'common', 'misc']

const names: Check = ({ path }) =>
  path.split('/').flatMap((part) => {
    const words = part.split(/[-.]/)
    const word = words.find((word) => vague.includes(word))
    if (word) return [{ line: 1, rule: 'a name says what', text: `"${word}" names nothing` }]
    if (/-(?:v\d+|new|enhanced)(?:\.|$)/.test(part))
      return [{ line: 1, rule: 'a name says what', text: 'git keeps the old version' }]
    return []
  })

const barrel: Check = ({ path, program }) => {
  const body = program.body as Node[]
  const isReexport = (node: Node) =>
    node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && Boolean(node.source))
  if (path === 'packages/client/src/index.ts' || !body.some(isReexport)) return []
  if (!body.every((node) => isReexport(node) || node.type === 'ImportDeclaration')) return []
  return [{ line: 1, rule: 'no barrels', text: 'only passes on what others export' }]
}

const longest = 250

const length: Check = ({ path, text }) => {
  const lines = text.trimEnd().split('\n').length
  const isCounted = path.includes('/src/') && !isTest(path) && !/\/migrations\/|\.gen\.tsx?$/.test(path)
  return isCounted && lines > longest
    ? [{ line: longest, rule: 'files fit the head', text: `${lines} lines, at most ${longest}` }]
    : []
}

const environmentHomes =
  /^apps\/api\/src\/platform\/env\.ts$|^apps\/sim\/src\/main\.ts$|^(?:apps|packages)\/\w+\/[\w.]+\.config\.ts$|\/testing\/|\.test\.tsx?$/

const environment: Check = (source) => {
  if (environmentHomes.test(source.path)) return []
  const uses = source.nodes
    .filter(
      (node) => node.type === 'MemberExpression' && /^(?:globalThis\.)?process\.env$/.test(pathOf(node).join('.')),
    )
    .map((node) => at(source, node, 'one file reads the environment', 'reads process.env'))
  const imports = source.imports
    .filter(({ specifier, names }) => /^(?:node:)?process$/.test(specifier) && [...names.values()].includes('env'))
    .map(({ line }) => ({ line, rule: 'one file reads the environment', text: 'imports env from process' }))
  return [...uses, ...imports]
}

const network: Check = (source) => {
  if (
    !source.path.startsWith('apps/api/src/') ||
    isTest(source.path) ||
    source.path === 'apps/api/src/providers/call.ts'
  )
    return []
  const rule = 'one file calls out'
  const calls = source.nodes
    .filter((node) => node.type === 'CallExpression' && /^(?:globalThis\.)?fetch$/.test(pathOf(node.callee).join('.')))
    .map((node) => at(source, node, rule, 'calls fetch'))
  const clients = source.imports
    .filter(({ specifier, typeOnly, names }) => {
      if (typeOnly) return false
      if (/^(?:undici|node:https|https)$/.test(specifier)) return true
      return (
        /^(?:node:)?http$/.test(specifier) && [...names.values()].some((name) => name === 'request' || name === 'get')
      )
    })
    .map(({ line, specifier }) => ({ line, rule, text: `imports ${specifier} to call out` }))
  return [...calls, ...clients]
}

const procedures: Check = (source) =>
  !/^apps\/api\/src\/(?:.+\/)?router\.ts$/.test(source.path)
    ? []
    : source.nodes
        .filter((node) => node.type === 'TryStatement')
        .map((node) => at(source, node, 'a procedure is one breath', 'catches what one middleware maps'))

// words that a screen part cannot need: "alert", "call", "event" and "number" also mean something to a browser
const domainWords =
  /^(?:webhooks?|customers?|callers?|operators?|agents?|alerts|incidents?|onboarding|reconciliation|outreach|billing|tiers?|sms|retell|twilio|telnyx|stripe|trpc)$/i

const ui: Check = (source) => {
  if (!source.path.startsWith('apps/admin/src/ui/')) return []
  const rule = 'no domain words in ui'
  const imports = source.imports
    .filter(({ specifier }) => /^@trunkline\/|^\.\.\/\w/.test(specifier))
    .map(({ line, specifier }) => ({ line, rule, text: `imports ${specifier}` }))
  const file = wordsOf(source.path.slice('apps/admin/src/ui/'.length)).filter((word) => domainWords.test(word))
  const inside = isTest(source.path)
    ? []
    : source.nodes.flatMap((node) => {
        const said = nameOf(node) ?? (node.type === 'JSXText' ? String(node.value) : stringOf(node))
        const word =
          said === undefined || isSpecifier(source, said)
            ? undefined
            : wordsOf(said).find((word) => domainWords.test(word))
        return word ? [at(source, node, rule, `says "${word}"`)] : []
      })
  return [...file.map((word) => ({ line: 1, rule, text: `is named after ${word}` })), ...imports, ...inside]
}

const isSpecifier = (source: Source, said: string) => source.imports.some(({ specifier }) => specifier === said)

// a browser's user agent is nobody's agent
const wordsOf = (name: string) =>
  name
    .replace(/user-?agent/gi, '')
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)

const checks = [folders, names, barrel, length, environment, network, procedures, ui]

export const shapeViolations = (source: Source): Violation[] =>
  packageOf(source.path) === undefined
    ? []
    : checks.flatMap((check) => check(source).map((found) => ({ path: source.path, ...found })))
