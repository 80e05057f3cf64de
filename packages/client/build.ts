import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'

const cwd = fileURLToPath(new URL('.', import.meta.url))
const { engines } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'))

await build({
  config: false,
  cwd,
  entry: { index: 'src/index.ts' },
  format: ['esm', 'cjs'],
  platform: 'neutral',
  target: `node${engines.node.replace(/\D+/, '')}`,
  // the types are written out in the sources, and the contract stands beside them: no compiler and no server is asked
  dts: { generator: 'oxc' },
  sourcemap: false,
  failOnWarn: true,
  logLevel: 'warn',
  // the event source is an ES module; import() reaches it from CommonJS on every Node
  outputOptions: (options, format) => ({ ...options, dynamicImportInCjs: format === 'cjs' }),
})
