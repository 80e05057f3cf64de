import type { Readable, Writable } from 'node:stream'
import type { ParseArgsOptionsConfig } from 'node:util'

/** How it ended, as a shell is told. */
export const exits = {
  done: 0,
  /** The server, the network or a file did not do what was asked. */
  failed: 1,
  /** The command, an option or what was put in is not understood. */
  misused: 2,
  /** `verify`: not genuine. `replay`: not processed. */
  denied: 3,
} as const
export type Exit = (typeof exits)[keyof typeof exits]

/** What a command reaches of the world. */
export type World = {
  env: Record<string, string | undefined>
  stdin: Readable
  stdout: Writable
  stderr: Writable
  /** Fires when somebody asks the command to stop. */
  signal: AbortSignal
}

export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>

export type Option = { type: 'string' | 'boolean'; short?: string; multiple?: true; value?: string; help: string }

export type Command = {
  summary: string
  /** What stands after the name, as in `<webhook id>`. */
  takes?: string
  options: Record<string, Option>
  notes?: readonly string[]
  run(world: World, values: Values, positionals: readonly string[]): Promise<Exit>
}

/** Whoever calls it has made a mistake; the message says which, and never repeats what may be a secret. */
export class Misuse extends Error {}

export const textOf = (values: Values, name: string): string | undefined => {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}

export function required(values: Values, name: string): string {
  const value = textOf(values, name)
  if (value === undefined || value === '') throw new Misuse(`--${name} is missing`)
  return value
}

export function parserOptions(command: Command): ParseArgsOptionsConfig {
  return Object.fromEntries(
    Object.entries(command.options).map(([name, { type, short, multiple }]) => [
      name,
      { type, ...(short && { short }), ...(multiple && { multiple }) },
    ]),
  )
}

/** Writes, and waits until whoever reads has taken it. False where nobody takes it any more, or somebody asked to stop meanwhile. */
export function told({ stdout, signal }: World, text: string): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false)
  return new Promise((resolve) => {
    const stopped = () => resolve(false)
    signal.addEventListener('abort', stopped, { once: true })
    stdout.write(text, (error) => {
      signal.removeEventListener('abort', stopped)
      resolve(!error)
    })
  })
}

/** Text of somebody else's, as a terminal may be given it. */
export const plain = (text: string): string => text.replaceAll(/\p{Cc}/gu, '\ufffd')

export const json: Option = { type: 'boolean', help: 'One JSON value a line' }
