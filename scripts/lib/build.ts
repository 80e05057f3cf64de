import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { Fault } from './fault.ts'

/** A thing that is built from sources: built again when they, or its result, are not what the last build left. */
export type Build = { name: string; package: string; sources: string[]; result: string }

export const adminBuild: Build = {
  name: 'admin',
  package: '@trunkline/admin',
  sources: [
    'apps/admin/{package.json,vite.config.ts,index.html}',
    'apps/admin/{src,public}/**',
    'packages/core/src/**',
    'pnpm-lock.yaml',
  ],
  result: 'apps/admin/dist/index.html',
}

/** The server in few files: what its 1500 modules cost to find and to read is paid once, not at every start. */
export const apiBuild: Build = {
  name: 'api',
  package: '@trunkline/api',
  sources: [
    'package.json',
    'apps/api/{package.json,build.ts}',
    'apps/api/src/**',
    'packages/{core,db}/src/**',
    'pnpm-lock.yaml',
  ],
  result: 'apps/api/dist/main.js',
}

/**
 * How Node is started with it. Most of what a batch makes is dead when it ends: with more room for what is new, less of it
 * is copied first. Twice as much again gains little and costs whoever takes a long export 100 MB.
 */
export const nodeFlags = ['--max-semi-space-size=32']

export const clientBuild: Build = {
  name: 'client',
  package: '@trunkline/client',
  sources: [
    'packages/client/{package.json,build.ts,contract.d.ts}',
    'packages/client/src/**',
    'packages/core/src/**',
    'apps/api/src/**',
    'pnpm-lock.yaml',
  ],
  result: 'packages/client/dist/index.js',
}

/** Answers whether there was anything to build. */
export async function buildWhenStale(root: string, build: Build, signal?: AbortSignal): Promise<boolean> {
  const stamp = join(root, 'node_modules/.cache/trunkline', `${build.name}.hash`)
  const hash = hashOf(root, build.sources)
  const result = join(root, build.result)
  if (existsSync(result) && existsSync(stamp) && readFileSync(stamp, 'utf8') === `${hash} ${statSync(result).mtimeMs}`)
    return false
  const output = await run(root, build, signal)
  if (!existsSync(result)) throw new Fault(`building ${build.name} left no ${build.result}\n${output}`)
  mkdirSync(dirname(stamp), { recursive: true })
  writeFileSync(stamp, `${hash} ${statSync(result).mtimeMs}`)
  return true
}

function hashOf(root: string, patterns: string[]): string {
  const hash = createHash('sha256')
  const files = globSync(patterns, { cwd: root }).filter((file) => !/\.test\.tsx?$/.test(file))
  for (const file of files.sort())
    if (statSync(join(root, file)).isFile())
      hash
        .update(`${file}\0`)
        .update(readFileSync(join(root, file)))
        .update('\0')
  return hash.digest('hex')
}

function run(root: string, build: Build, signal: AbortSignal | undefined): Promise<string> {
  const pnpm = join(root, 'node_modules/.bin/pnpm')
  const child = spawn(pnpm, ['--filter', build.package, 'build'], {
    cwd: root,
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) =>
      code === 0 ? resolve(output) : reject(new Fault(`the ${build.name} could not be built:\n${output.trim()}`)),
    )
  })
}
