import { domainOf, ground, isDoor, packageOf, packages, resolve, river } from './house.ts'
import { type Import, isTest, type Source, type Violation } from './source.ts'

type Found = { rule: string; text: string }

/** Every rule about who may know whom. */
export const importViolations = (source: Source): Violation[] =>
  source.imports.flatMap((entry) =>
    [package_(source, entry), boss(source, entry), flow(source, entry), door(source, entry), vendorSdk(source, entry)]
      .filter((found) => found !== undefined)
      .map((found) => ({ path: source.path, line: entry.line, ...found })),
  )

function package_(source: Source, entry: Import): Found | undefined {
  const own = packageOf(source.path)
  if (!own) return undefined
  const target = packageOf(resolve(source.path, entry.specifier))
  const text = `${own} imports ${entry.specifier}`
  if (entry.specifier.startsWith('.') && target !== own) return { rule: 'package door', text }
  if (!target || packages[own]?.values.includes(target)) return undefined
  // the client's tests ask a real server
  if (own === 'client' && target === 'api' && isTest(source.path)) return undefined
  // how providers sign is carried along by the program that verifies at home
  if (own === 'client' && entry.specifier === '@trunkline/api/providers/signatures' && isProgram(source.path))
    return undefined
  if (packages[own]?.types.includes(target))
    return entry.typeOnly ? undefined : { rule: 'import type only', text: `${text} for more than its types` }
  return { rule: 'package order', text }
}

const isProgram = (path: string) => path.startsWith('packages/client/src/cli/')

const bossHomes = ['apps/api/src/platform/job.ts', 'packages/db/src/migrate.ts']

function boss(source: Source, entry: Import): Found | undefined {
  if (!/^pg-boss(\/|$)/.test(entry.specifier) || bossHomes.includes(source.path)) return undefined
  return { rule: 'one module knows the queue', text: `imports ${entry.specifier}` }
}

function flow(source: Source, entry: Import): Found | undefined {
  const own = packageOf(source.path)
  if ((own !== 'api' && own !== 'core') || isTest(source.path)) return undefined
  const target = resolve(source.path, entry.specifier)
  if (packageOf(target) !== own || isTest(target)) return undefined
  const from = domainOf(source.path)
  const to = domainOf(target)
  const text = `${from || source.path} imports ${entry.specifier}`
  if (from === to) return vendors(source.path, target) ? { rule: 'river', text } : undefined
  if (own === 'api' && from === '') return undefined
  if (to === '') return own === 'api' ? { rule: 'river', text: `${text}, which wires the domains together` } : undefined
  if (to === ground) return undefined
  if (from === ground || from === '') return { rule: 'river', text: `${text}, but stands below every domain` }
  return river.indexOf(from) < river.indexOf(to)
    ? undefined
    : { rule: 'river', text: `${text}, which is not to its right` }
}

/** One vendor's folder knows nothing of another's. */
function vendors(path: string, target: string): boolean {
  const vendor = (file: string) => /\/src\/providers\/([^/]+)\//.exec(file)?.[1]
  const [from, to] = [vendor(path), vendor(target)]
  return from !== undefined && to !== undefined && from !== to
}

function door(source: Source, entry: Import): Found | undefined {
  if (!isDoor(source.path)) return undefined
  if (!/^(drizzle-orm|postgres)(\/|$)|^@trunkline\/db\/schema\//.test(entry.specifier)) return undefined
  return { rule: 'door without SQL', text: `imports ${entry.specifier}` }
}

function vendorSdk(source: Source, entry: Import): Found | undefined {
  if (isTest(source.path) || !/^(twilio|retell-sdk|stripe)(\/|$)/.test(entry.specifier)) return undefined
  return { rule: 'providers are called with fetch', text: `imports ${entry.specifier} outside a test` }
}
