import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'

// `prepack` says by whom
const [packer] = process.argv.slice(2)
if (packer !== undefined && !packer.startsWith('pnpm/')) {
  // npm does not read what `publishConfig` and `catalog:` say
  process.stderr.write('Pack and publish it with pnpm: npm would leave in it what the workspace alone can read\n')
  process.exit(1)
}

const cwd = fileURLToPath(new URL('.', import.meta.url))
const { engines, version } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))
const common = {
  config: false,
  cwd,
  target: `node${engines.node.replace(/[^\d.]+/, '')}`,
  sourcemap: false,
  failOnWarn: true,
  logLevel: 'warn',
} as const

await build({
  ...common,
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  // the types are written out in the sources, and the contract stands beside them: no compiler and no server is asked
  dts: { generator: 'oxc' },
  // the event source is an ES module; import() reaches it from CommonJS on every Node
  outputOptions: (options, format) => ({ ...options, dynamicImportInCjs: format === 'cjs' }),
})

await build({
  ...common,
  entry: { cli: 'src/cli/main.ts' },
  format: 'esm',
  platform: 'node',
  dts: false,
  clean: false,
  define: { packageVersion: JSON.stringify(version) },
  fixedExtension: false,
  // how providers sign is the server's own code, taken along
  deps: { onlyBundle: ['@trunkline/api'] },
})
