import { type ChildProcess, spawn } from 'node:child_process'
import { globSync } from 'node:fs'
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

const home = fileURLToPath(new URL('../..', import.meta.url))
const bin = join(home, '../../node_modules/.bin')

/** A project outside the workspace that has installed the packed client. */
export type Consumer = {
  folder: string
  /** The client as it would be published. */
  tarball: string
  /** What `npm install` is given in place of the client's name. */
  installArguments: string[]
  /** The environment in which a program finds what the oldest promised Node has, and no more. */
  oldestNode: Record<string, string>
  write(file: string, text: string): Promise<string>
  remove(): Promise<void>
}

type Ended = { code: number | null; output: string; errors: string }
/** A program that runs: what it has said so far, and how it ends. */
export type Running = { process: ChildProcess; output(): string; errors(): string; ended: Promise<Ended> }

/** What Node has learned since the oldest version that the package promises. */
const learnedSince = [
  'URL.parse',
  'Array.fromAsync',
  'Object.groupBy',
  'Map.groupBy',
  'Promise.withResolvers',
  'Promise.try',
  'RegExp.escape',
  'Set.prototype.union',
  'Set.prototype.intersection',
  'Set.prototype.difference',
  'Iterator',
  'WebSocket',
  'navigator',
  'process.getBuiltinModule',
]

/** Runs a program in a folder with the least of an environment. */
export function start(cwd: string, command: string, args: string[], env: Record<string, string> = {}): Running {
  const { HOME = tmpdir(), PATH = '' } = process.env
  const child = spawn(command, args, {
    cwd,
    env: { HOME, PATH: `${bin}${delimiter}${PATH}`, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, output, errors }))
  })
  return { process: child, output: () => output, errors: () => errors, ended }
}

/** Runs a program to its end, which must be a good one. */
export async function run(cwd: string, command: string, args: string[]): Promise<string> {
  const { code, output, errors } = await start(cwd, command, args).ended
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${output}${errors}`)
  return output
}

/**
 * Packs the client and, from what the workspace has installed, everything it depends on. So the consumer needs no
 * registry, and meets the very versions that were tested.
 */
export async function packForConsumer(): Promise<Consumer> {
  const root = await mkdtemp(join(tmpdir(), 'trunkline-consumer-'))
  const folder = join(root, 'project')
  await mkdir(folder)
  await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
  const oldest = join(folder, 'oldest-node.mjs')
  await writeFile(oldest, learnedSince.map((name) => `delete globalThis.${name}\n`).join(''))
  const eventsource = await realpath(join(home, 'node_modules/eventsource'))
  const dependencies = [
    eventsource,
    await realpath(join(dirname(eventsource), 'eventsource-parser')),
    await realpath(join(home, 'node_modules/@trpc/client')),
    await realpath(join(home, 'node_modules/@trpc/server')),
  ]
  await run(home, 'pnpm', ['pack', '--pack-destination', root])
  for (const dependency of dependencies)
    await run(dependency, 'npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', root])
  const tarballs = globSync('*.tgz', { cwd: root }).map((name) => join(root, name))
  return {
    folder,
    tarball: tarballs.find((path) => path.includes('trunkline-client-')) ?? '',
    installArguments: [
      '--offline',
      '--ignore-scripts',
      '--legacy-peer-deps',
      '--cache',
      join(root, 'cache'),
      ...tarballs,
    ],
    oldestNode: { NODE_OPTIONS: `--no-experimental-require-module --import=${pathToFileURL(oldest)}` },
    async write(file, text) {
      await writeFile(join(folder, file), text)
      return join(folder, file)
    },
    remove: () => rm(root, { recursive: true, force: true }),
  }
}
