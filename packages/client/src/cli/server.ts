import { readFile, rename, writeFile } from 'node:fs/promises'
import { signatures } from '@trunkline/api/providers/signatures'
import { createClient, type TrunklineClient } from '../create-client.ts'
import type { RouterInputs } from '../index.ts'
import type { TailOptions } from '../tail.ts'
import { Misuse, type Option, textOf, type Values, type World } from './command.ts'
import { secretIn } from './secret.ts'

export const serverOptions: Record<string, Option> = {
  url: { type: 'string', value: 'URL', help: 'Where Trunkline answers (TRUNKLINE_URL)' },
  'key-file': { type: 'string', value: 'FILE', help: 'A file that holds the API key (TRUNKLINE_API_KEY)' },
}

export function addressIn(text: string, what: string): URL {
  const address = URL.canParse(text) ? new URL(text) : undefined
  if (address === undefined || !/^https?:$/.test(address.protocol))
    throw new Misuse(`${what} is no address of http or https`)
  return address
}

export async function clientFor(world: World, values: Values): Promise<TrunklineClient> {
  const url = textOf(values, 'url') ?? world.env.TRUNKLINE_URL
  if (!url) throw new Misuse('Say where Trunkline answers: --url or TRUNKLINE_URL')
  const { username, password } = addressIn(url, 'The url')
  if (username !== '' || password !== '')
    throw new Misuse('The url holds a name or password, which is not sent: the API key is who asks')
  const file = textOf(values, 'key-file')
  const token = file === undefined ? world.env.TRUNKLINE_API_KEY : await secretIn(world, file)
  if (!token) throw new Misuse('Say who asks: an API key in TRUNKLINE_API_KEY or --key-file')
  if (!/^[\x21-\x7e]+$/.test(token.trim())) throw new Misuse('The API key is one line of visible ASCII')
  return createClient({ url, token })
}

export type Provider = NonNullable<RouterInputs['webhooks']['tail']['provider']>
const providers = Object.keys(signatures) as Provider[]

export function providerIn(values: Values): Provider | undefined {
  const name = textOf(values, 'provider')
  if (name === undefined) return undefined
  const known = providers.find((provider) => provider === name)
  if (known === undefined) throw new Misuse(`--provider is one of ${providers.join(', ')}`)
  return known
}

export const providerOption: Option = { type: 'string', value: 'NAME', help: providers.join(', ') }

export const tailOptions: Record<string, Option> = {
  ...serverOptions,
  provider: providerOption,
  phone: { type: 'string', value: 'NUMBER', help: 'Of this number of ours' },
  type: { type: 'string', value: 'TEXT', help: 'Whose event type contains this' },
  refused: { type: 'boolean', help: 'Also what was refused at the door' },
  after: { type: 'string', value: 'CURSOR', help: 'Go on after the webhook of this cursor' },
  'cursor-file': { type: 'string', value: 'FILE', help: 'Go on where this file says, and keep it up to date' },
}

/** Where a tail begins, and how its progress is kept. */
type Progress = {
  begin: Pick<TailOptions, 'after' | 'signal' | 'onListening'>
  keep(cursor: string): Promise<void>
  /** Told after the last webhook; throws where the beginning could not be kept. */
  end(): Promise<void>
}

export async function progressOf(world: World, values: Values): Promise<Progress> {
  const file = textOf(values, 'cursor-file')
  const after = textOf(values, 'after')
  const onListening = (cursor: string) => void world.stderr.write(`listening after ${cursor}\n`)
  const nothing = async () => undefined
  if (file === undefined) return { begin: { after, signal: world.signal, onListening }, keep: nothing, end: nothing }
  if (after !== undefined) throw new Misuse('--after and --cursor-file both say where to begin')
  const kept = (await readFile(file, 'utf8').catch(absent)).trim()
  // never half a cursor, whenever the power fails
  const write = async (cursor: string) => {
    await writeFile(`${file}.new`, `${cursor}\n`)
    await rename(`${file}.new`, file)
  }
  const unkept = new AbortController()
  let begun = kept === '' ? undefined : Promise.resolve()
  const end = async () => {
    await begun
    unkept.signal.throwIfAborted()
  }
  return {
    begin: {
      ...(kept !== '' && { after: kept }),
      signal: AbortSignal.any([world.signal, unkept.signal]),
      onListening(cursor) {
        onListening(cursor)
        // whoever is ended before the first webhook comes goes on from here as well
        begun ??= write(cursor).catch((error: unknown) => unkept.abort(error))
      },
    },
    async keep(cursor) {
      await end()
      await write(cursor)
    },
    end,
  }
}

function absent(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}

function phoneIn(values: Values): string | undefined {
  const phone = textOf(values, 'phone')
  if (phone !== undefined && (!/\d/.test(phone) || /\p{L}/u.test(phone)))
    throw new Misuse('--phone is a number: digits, as in +13125550101')
  return phone
}

export function filtersIn(values: Values): NonNullable<TailOptions['filters']> {
  const provider = providerIn(values)
  const phone = phoneIn(values)
  const eventType = textOf(values, 'type')
  return {
    ...(provider && { provider }),
    ...(phone !== undefined && { phone }),
    ...(eventType !== undefined && { eventType }),
    ...(values.refused === true && { refused: true }),
  }
}
