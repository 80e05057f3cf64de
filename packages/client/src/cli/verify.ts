import { signatures } from '@trunkline/api/providers/signatures'
import { type Command, exits, json, Misuse, required, textOf, type Values, type World } from './command.ts'
import { bytesIn, momentIn, secretOptions, signedInput } from './secret.ts'
import { providerIn, providerOption } from './server.ts'

export const verifyCommand: Command = {
  summary: 'Say whether a delivery is genuine',
  options: {
    provider: providerOption,
    headers: { type: 'string', value: 'FILE', help: 'Its headers: lines of name: value, or JSON' },
    header: { type: 'string', short: 'H', value: 'LINE', multiple: true, help: 'One of its headers, name: value' },
    ...secretOptions,
    address: { type: 'string', value: 'URL', help: 'Where the provider posted it (Twilio signs that)' },
    at: { type: 'string', value: 'TIME', help: 'When it arrived; now unless told' },
    json,
  },
  async run(world, values) {
    required(values, 'provider')
    const provider = providerIn(values)
    if (provider === undefined) throw new Misuse('--provider is missing')
    const address = textOf(values, 'address') ?? ''
    if (provider === 'twilio' && address === '') throw new Misuse('Twilio signs the address: say it with --address')
    const headers = await headersIn(world, values)
    const { secrets, body } = await signedInput(world, values)
    const { verdict, secretId } = signatures[provider].verify(
      { door: '', url: address, headers, body, receivedAt: momentIn(values) },
      secrets.map((text, index) => ({ id: String(index + 1), text })),
    )
    const genuine = verdict === 'verified'
    const secret = secretId === undefined ? null : Number(secretId)
    const which = secret !== null && secrets.length > 1 ? ` by secret ${secret} of ${secrets.length}` : ''
    world.stdout.write(values.json ? `${JSON.stringify({ verdict, genuine, secret })}\n` : `${verdict}${which}\n`)
    return genuine ? exits.done : exits.denied
  },
}

async function headersIn(world: World, values: Values): Promise<Record<string, string>> {
  const file = textOf(values, 'headers')
  if (file === '-') throw new Misuse('Headers come from a file: stdin is for the body or the secret')
  const text = file === undefined ? '' : new TextDecoder().decode(await bytesIn(world, file))
  const given = Array.isArray(values.header) ? values.header.map(String) : []
  return Object.fromEntries([...pairsOf(text), ...given.flatMap(pairsOf)])
}

function pairsOf(text: string): [string, string][] {
  if (/^\s*[[{]/.test(text)) return jsonPairs(text)
  return text.split(/\r?\n/).flatMap((line): [string, string][] => {
    if (line.trim() === '') return []
    const colon = line.indexOf(':')
    if (colon < 1) throw new Misuse('A header is a line of name: value')
    return [[line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]]
  })
}

function jsonPairs(text: string): [string, string][] {
  let read: unknown
  try {
    read = JSON.parse(text)
  } catch {
    throw new Misuse('The headers are neither lines nor JSON')
  }
  const entries: unknown[] = Array.isArray(read) ? read : Object.entries(read as object)
  return entries.map((entry): [string, string] => {
    const [name, value] = Array.isArray(entry) ? (entry as unknown[]) : []
    if (typeof name !== 'string' || typeof value !== 'string') throw new Misuse('A header has a name and a text')
    return [name.toLowerCase(), value]
  })
}
