import { packageOf, resolve } from './house.ts'
import { isTest, type Node, nameOf, pathOf, type Source, type Violation } from './source.ts'

const allowedInCore = /^(?:zod|libphonenumber-js)(?:\/|$)/
const allowedInTests = /^(?:zod|libphonenumber-js|fast-check|vitest|node:\w+)(?:\/|$)/
const ambient = ['crypto', 'performance', 'process', 'globalThis', 'navigator', 'console']
const impureCalls = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'fetch', 'Date']

/** Core decides from what it is given: no clock, no randomness, no input or output. */
export function purityViolations(source: Source): Violation[] {
  if (packageOf(source.path) !== 'core') return []
  const allowed = isTest(source.path) ? allowedInTests : allowedInCore
  const imports = source.imports
    .filter(({ specifier }) => !allowed.test(specifier) && packageOf(resolve(source.path, specifier)) === undefined)
    .map(({ specifier, line }) => ({ line, text: `imports ${specifier}` }))
  const impure = isTest(source.path) ? [] : impurities(source)
  return [...imports, ...impure].map((found) => ({ path: source.path, rule: 'core is pure', ...found }))
}

function impurities(source: Source): { line: number; text: string }[] {
  const own = declaredNames(source)
  return source.nodes.flatMap((node) => {
    const text = impurity(node, own)
    return text ? [{ line: source.lineOf(node), text }] : []
  })
}

function impurity(node: Node, own: Set<string>): string | undefined {
  if (node.type === 'NewExpression' && nameOf(node.callee) === 'Date' && (node.arguments as Node[]).length === 0)
    return 'reads the clock by new Date()'
  if (node.type === 'CallExpression') {
    const name = nameOf(node.callee)
    if (name && impureCalls.includes(name) && !own.has(name)) return `calls ${name}()`
  }
  if (node.type !== 'MemberExpression') return undefined
  const path = pathOf(node)
  if (path.join('.') === 'Date.now' || path.join('.') === 'Math.random') return `uses ${path.join('.')}`
  return path.length === 2 && ambient.includes(path[0] ?? '') && !own.has(path[0] ?? '')
    ? `uses ${path.join('.')}`
    : undefined
}

/** A parameter named `process` is not the process. */
function declaredNames(source: Source): Set<string> {
  const names = new Set<string>()
  const add = (pattern: unknown) => {
    const node = pattern as Node | null
    const name = nameOf(node)
    if (name) names.add(name)
    else if (node?.type === 'ObjectPattern')
      for (const property of node.properties as Node[]) add(property.value ?? property.argument)
    else if (node?.type === 'ArrayPattern') for (const element of node.elements as Node[]) add(element)
    else if (node?.type === 'AssignmentPattern') add(node.left)
    else if (node?.type === 'RestElement') add(node.argument)
  }
  for (const node of source.nodes) {
    if (node.type === 'VariableDeclarator') add(node.id)
    if (/Function/.test(node.type)) {
      add(node.id)
      for (const parameter of (Array.isArray(node.params) ? node.params : []) as Node[]) add(parameter)
    }
  }
  return names
}
