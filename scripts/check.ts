import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readArguments } from './lib/arguments.ts'
import { migrationsDir, schemaFile, schemaHeader } from './schema-sql.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules/.bin')

/** Empty when all is well, else what to tell. */
type Complaint = string
type Step = { name: string; run: () => Promise<Complaint> }

function command(program: string, ...args: string[]): () => Promise<Complaint> {
  return () =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...(process.stdout.isTTY ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }) },
      })
      const output: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => output.push(chunk))
      child.on('error', reject)
      child.on('close', (code, signal) =>
        resolve(
          code === 0
            ? ''
            : `${Buffer.concat(output).toString().trim() || 'it said nothing'}\n(${signal ?? `exit code ${code}`})`,
        ),
      )
    })
}

async function schemaIsFresh(): Promise<Complaint> {
  const expected = schemaHeader(migrationsDir)
  const written = existsSync(schemaFile) ? readFileSync(schemaFile, 'utf8').split('\n', 1)[0] : 'nothing'
  if (written === expected) return ''
  return `packages/db/schema.sql was not written for these migrations: npm test writes it.\nexpected ${expected}\nfound    ${written}`
}

// what follows in a row needs the declarations that the first one writes
const rows: Step[][] = [
  [
    { name: 'types', run: command(join(bin, 'tsc'), '-b') },
    { name: 'contract.d.ts is fresh', run: command(process.execPath, join(root, 'scripts/contract.ts'), '--check') },
  ],
  [{ name: 'biome', run: command(join(bin, 'biome'), 'check', '--error-on-warnings', '.') }],
  [{ name: 'oxlint', run: command(join(bin, 'oxlint'), '--type-aware', '--deny-warnings') }],
  [{ name: 'knip', run: command(join(bin, 'knip')) }],
  [
    {
      name: 'architecture',
      run: command(join(bin, 'vitest'), 'run', '--project', 'unit', 'test/architecture.test.ts', '--reporter', 'dot'),
    },
  ],
  [{ name: 'schema.sql is fresh', run: schemaIsFresh }],
]

async function runRow(row: Step[]): Promise<boolean> {
  for (const [at, { name, run }] of row.entries()) {
    const start = performance.now()
    const complaint = await run().catch(String)
    const seconds = ((performance.now() - start) / 1000).toFixed(1).padStart(5)
    process.stdout.write(`${complaint ? '✗' : '✓'} ${seconds} s  ${name}\n${complaint ? `\n${complaint}\n\n` : ''}`)
    if (!complaint) continue
    for (const { name } of row.slice(at + 1)) process.stdout.write(`-          ${name}: not looked at\n`)
    return false
  }
  return true
}

readArguments(
  'usage: pnpm check\nEverything that needs no database: format, lint, types, dead code, architecture, schema.sql and contract.',
)
const passed = await Promise.all(rows.map(runRow))
process.exitCode = passed.every(Boolean) ? 0 : 1
