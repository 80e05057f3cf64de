import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'tsdown'

const cwd = fileURLToPath(new URL('.', import.meta.url))
const output = join(cwd, 'dist')
const { engines } = JSON.parse(readFileSync(join(cwd, '../../package.json'), 'utf8'))
const isLibrary = (id: string) => id.includes('/node_modules/')
const isOurs = (id: string) => id.endsWith('.ts') && !isLibrary(id)

const [built] = await build({
  config: false,
  cwd,
  // what start.ts imports is read at every start; what is imported later stays apart from it
  entry: { main: 'src/main.ts', start: 'src/start.ts' },
  format: 'esm',
  platform: 'node',
  target: `node${engines.node.replace(/[^\d.]+/, '')}`,
  dts: false,
  fixedExtension: false,
  hash: false,
  sourcemap: 'hidden',
  failOnWarn: true,
  logLevel: 'warn',
  deps: { alwaysBundle: [/./], onlyBundle: false, onlyImport: [] },
  outputOptions: {
    codeSplitting: { groups: [{ name: 'libraries', test: isLibrary, tags: ['$initial'] }] },
  },
  plugins: [
    {
      // files are looked for from where the source stands
      name: 'source places',
      transform: {
        filter: { id: /\.ts$/, code: 'import.meta.url' },
        handler(code, id) {
          if (!isOurs(id)) return
          const text = code.replaceAll(
            'import.meta.url',
            `new URL(${JSON.stringify(relative(output, id))}, import.meta.url).href`,
          )
          return { code: text, map: null }
        },
      },
    },
  ],
})

// stacks are read back to our places; what libraries' maps tell is not worth reading them at every start
for (const chunk of built?.chunks ?? []) {
  if (chunk.type !== 'chunk') continue
  const file = join(output, chunk.fileName)
  if (chunk.moduleIds.some((id) => isOurs(id))) {
    const map = JSON.parse(readFileSync(`${file}.map`, 'utf8'))
    // names in it are those that callers use: a function's own says which bug it is
    writeFileSync(`${file}.map`, JSON.stringify({ ...map, names: [], sourcesContent: undefined }))
    appendFileSync(file, `\n//# sourceMappingURL=${chunk.fileName}.map\n`)
  } else rmSync(`${file}.map`, { force: true })
}
