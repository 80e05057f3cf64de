/** From left to right: a domain imports only what stands to its right and speaks to the left by leaving a job. */
export const river = [
  'webhooks',
  'outreach',
  'onboarding',
  'reconciliation',
  'health',
  'insights',
  'monitors',
  'calls',
  'events',
  'billing',
  'usage',
  'numbers',
  'incidents',
  'errors',
  'alerts',
  'maintenance',
  'sessions',
  'customers',
  'compliance',
  'flags',
  'providers',
]

/** What every domain stands on: it knows none of them. */
export const ground = 'platform'

/** Workspace packages that each package may import, and those it may know by `import type` alone. */
export const packages: Record<string, { folder: string; values: string[]; types: string[] }> = {
  core: { folder: 'packages/core', values: ['core'], types: [] },
  db: { folder: 'packages/db', values: ['core', 'db'], types: [] },
  api: { folder: 'apps/api', values: ['core', 'db', 'api'], types: [] },
  admin: { folder: 'apps/admin', values: ['core', 'admin'], types: ['api'] },
  client: { folder: 'packages/client', values: ['client'], types: ['api'] },
  sim: { folder: 'apps/sim', values: ['sim'], types: [] },
}

export const packageOf = (path: string) =>
  Object.keys(packages).find((name) => path.startsWith(`${packages[name]?.folder}/`))

/** The folder below `src`, `''` for a file that stands in `src` itself. */
export const domainOf = (path: string) => /^(?:apps|packages)\/\w+\/src\/(?:([^/]+)\/)?/.exec(path)?.[1] ?? ''

/** `apps/api/src/alerts/raise.ts` for `../alerts/raise.ts` seen from `apps/api/src/usage/meter.ts`. */
export function resolve(from: string, specifier: string): string {
  const workspace = /^@trunkline\/(\w+)(?:\/(.+))?$/.exec(specifier)
  const folder = workspace?.[1] && packages[workspace[1]]?.folder
  if (folder) return `${folder}/src/${workspace[2] ?? 'index'}.ts`
  if (!specifier.startsWith('.')) return specifier
  const parts = from.split('/').slice(0, -1)
  for (const part of specifier.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

export const isDoor = (path: string) => /^apps\/api\/src\/(?:[^/]+\/)*(?:http|router|jobs)\.ts$/.test(path)
