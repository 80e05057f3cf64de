import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The declarations of every package, as `tsc -b` leaves them. */
const declarations: Record<string, string> = { core: 'packages/core', db: 'packages/db', api: 'apps/api' }

/** What a user of the client has installed; whatever else a type needs must stand in the contract itself. */
const installedWithClient = /^@trpc\/server(?:\/unstable-core-do-not-import)?$/

const header = '// The type of every procedure, written by `pnpm contract` from apps/api/src/public.ts.\n'

type Build = (options: object) => Promise<unknown>

/** The contract of the API in this tree: PublicRouter and all it is made of, in one declaration file. */
export async function buildContract(root: string): Promise<string> {
  if (!existsSync(join(root, 'apps/api/src/public.ts')))
    throw new Error('there is no apps/api/src/public.ts to take the contract from')
  run(root, 'node_modules/.bin/tsc', '-b', 'apps/api')
  const client = join(root, 'packages/client')
  // inside the client's node_modules, so that the result meets the packages its users have
  const folder = mkdtempSync(join(client, 'node_modules/.contract-'))
  try {
    const text = header + (await bundle(root, client, folder))
    refuseForeignImports(text)
    writeFileSync(join(folder, 'contract.ts'), text)
    run(root, 'node_modules/.bin/tsc', '--noEmit', '--ignoreConfig', ...strict, join(folder, 'contract.ts'))
    return text
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const strict = ['--strict', '--skipLibCheck', '--target', 'es2024', '--module', 'nodenext', '--types', '']

async function bundle(root: string, client: string, outDir: string): Promise<string> {
  const tsdown = createRequire(join(client, 'package.json')).resolve('tsdown')
  const { build }: { build: Build } = await import(pathToFileURL(tsdown).href)
  const inDeclarations = {
    name: 'declarations',
    resolveId: { order: 'pre', handler: (specifier: string, importer?: string) => locate(root, specifier, importer) },
  }
  await build({
    config: false,
    cwd: client,
    entry: { contract: join(root, 'apps/api/node_modules/.types/public.d.ts') },
    outDir,
    clean: false,
    format: 'esm',
    platform: 'neutral',
    logLevel: 'error',
    dts: { dtsInput: true, emitDtsOnly: true },
    treeshake: { moduleSideEffects: false },
    // before the bundler's own resolver, which would follow package doors to the sources
    inputOptions: (options: { plugins: unknown }) => ({ ...options, plugins: [inDeclarations, options.plugins] }),
  })
  return readFileSync(join(outDir, 'contract.d.ts'), 'utf8')
}

function locate(root: string, specifier: string, importer: string | undefined) {
  if (!importer) return null
  const [, name, path] = /^@trunkline\/(\w+)\/(.+)$/.exec(specifier) ?? []
  const home = name && declarations[name]
  if (home) return join(root, home, 'node_modules/.types', `${path}.d.ts`)
  if (specifier.startsWith('.'))
    return fileURLToPath(new URL(specifier.replace(/\.ts$/, '.d.ts'), pathToFileURL(importer)))
  return { id: specifier, external: true, moduleSideEffects: false }
}

/** A server type that slipped into a procedure would make users install the server. */
export function refuseForeignImports(contract: string): void {
  const specifiers = contract.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*|\brequire\s*\(\s*)["']([^"']+)["']/g)
  const foreign = new Set(
    [...specifiers].map(([, specifier]) => specifier ?? '').filter((specifier) => !installedWithClient.test(specifier)),
  )
  if (foreign.size > 0)
    throw new Error(
      `the contract needs ${[...foreign].join(', ')}, which users of the client do not have: give that procedure an output type of its own`,
    )
}

function run(cwd: string, command: string, ...args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(join(cwd, command), args, { cwd, encoding: 'utf8' })
  if (error) throw error
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`.trim())
}

if (import.meta.main) {
  const root = fileURLToPath(new URL('..', import.meta.url))
  const committed = join(root, 'packages/client/contract.d.ts')
  try {
    const text = await buildContract(root)
    if (!process.argv.includes('--check')) writeFileSync(committed, text)
    else if (!existsSync(committed) || readFileSync(committed, 'utf8') !== text)
      throw new Error(
        'packages/client/contract.d.ts is not what the API says: run pnpm contract and read the difference',
      )
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
    process.exitCode = 1
  }
}
