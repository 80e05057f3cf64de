import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { Misuse, type Option, textOf, type Values, type World } from './command.ts'

/** The bytes of a file, or of standard input where the name is `-`. */
export async function bytesIn(world: World, file: string): Promise<Uint8Array> {
  return file === '-' ? await buffer(world.stdin) : await readFile(file)
}

export async function secretIn(world: World, file: string): Promise<string> {
  return new TextDecoder().decode(await bytesIn(world, file)).trim()
}

export const secretOptions: Record<string, Option> = {
  'secret-env': {
    type: 'string',
    value: 'NAME',
    help: 'The variable that holds the secret; TRUNKLINE_SECRET unless told',
  },
  'secret-file': {
    type: 'string',
    value: 'FILE',
    help: 'A file that holds it, one a line while it rotates; - for stdin',
  },
  body: { type: 'string', value: 'FILE', help: 'The bytes of the body; stdin unless told' },
}

/** The secrets and the body: never both from standard input, never a secret from the command line. */
export async function signedInput(world: World, values: Values): Promise<{ secrets: string[]; body: Uint8Array }> {
  const file = textOf(values, 'secret-file')
  const name = textOf(values, 'secret-env') ?? 'TRUNKLINE_SECRET'
  const from = textOf(values, 'body') ?? '-'
  if (file === '-' && from === '-') throw new Misuse('Body and secret cannot both come from stdin')
  const text = file === undefined ? (world.env[name] ?? '') : await secretIn(world, file)
  const secrets = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean)
  if (secrets.length === 0)
    throw new Misuse(
      file === undefined ? 'No secret: set TRUNKLINE_SECRET, or name a variable or file' : 'The secret file is empty',
    )
  return { secrets, body: await bytesIn(world, from) }
}

/** A moment as the command line says it: nothing is now. */
export function momentIn(values: Values): number {
  const text = textOf(values, 'at')
  const at = text === undefined ? Date.now() : Date.parse(text)
  if (Number.isNaN(at)) throw new Misuse('--at is a time such as 2026-03-02T10:00:00Z')
  return at
}
