import { randomUUID } from 'node:crypto'
import { signatures } from '@trunkline/api/providers/signatures'
import { type Command, exits, json, Misuse, required, textOf } from './command.ts'
import { momentIn, secretOptions, signedInput } from './secret.ts'
import { providerIn, providerOption } from './server.ts'

export const signCommand: Command = {
  summary: 'Print the headers with which a provider would send a body',
  options: {
    provider: providerOption,
    ...secretOptions,
    address: { type: 'string', value: 'URL', help: 'Where it will be posted to (Twilio signs that)' },
    id: { type: 'string', value: 'TEXT', help: 'The id of the message (Standard Webhooks); a new one unless told' },
    at: { type: 'string', value: 'TIME', help: 'When it is sent; now unless told' },
    json,
  },
  notes: [
    'Telnyx signs with a private key: base64 of its 32 bytes. Standard Webhooks with a whsec_, or a whsk_ of a key pair.',
    'curl takes the lines as they are: -H @headers --data-binary @body',
  ],
  async run(world, values) {
    required(values, 'provider')
    const provider = providerIn(values)
    if (provider === undefined) throw new Misuse('--provider is missing')
    const url = textOf(values, 'address') ?? ''
    if (provider === 'twilio' && url === '') throw new Misuse('Twilio signs the address: say it with --address')
    const named = textOf(values, 'id')
    // it stands in a header, and what is printed is lines of headers
    if (named !== undefined && !/^[\x21-\x7e]+$/.test(named)) throw new Misuse('--id is one word of visible ASCII')
    const { secrets, body } = await signedInput(world, values)
    const [text, ...more] = secrets
    if (text === undefined || more.length > 0) throw new Misuse('One secret signs, not several')
    const id = named ?? `msg_${randomUUID().replaceAll('-', '')}`
    const headers = signed(() => signatures[provider].sign({ url, body, at: momentIn(values), id }, { id: '1', text }))
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\n`)
    world.stdout.write(values.json ? `${JSON.stringify(headers)}\n` : lines.join(''))
    return exits.done
  },
}

/** A text that is no key of its provider is a mistake of whoever gave it. */
function signed(sign: () => Record<string, string>): Record<string, string> {
  try {
    return sign()
  } catch (error) {
    if (error instanceof TypeError) throw new Misuse(error.message)
    throw error
  }
}
