import type { TailedWebhook } from '../tail.ts'
import { type Command, exits, json, plain, told } from './command.ts'
import { clientFor, filtersIn, progressOf, tailOptions } from './server.ts'

export const tailCommand: Command = {
  summary: 'Print webhooks as they come in',
  options: {
    ...tailOptions,
    bytes: { type: 'boolean', help: 'With address, headers and body (JSON only)' },
    json,
  },
  async run(world, values) {
    const filters = filtersIn(values)
    const client = await clientFor(world, values)
    const { begin, keep, end } = await progressOf(world, values)
    const webhooks = client.webhooks.tail({
      ...begin,
      filters,
      bytes: values.bytes === true,
    })
    for await (const webhook of webhooks) {
      // a line that nobody has taken is not done with
      if (!(await told(world, `${values.json ? JSON.stringify(webhook) : lineOf(webhook)}\n`))) break
      await keep(webhook.cursor)
    }
    await end()
    return exits.done
  },
}

/** A webhook as one line for a person. */
export function lineOf({ receivedAt, id, provider, door, eventType, state, phoneNumber }: TailedWebhook): string {
  return plain(
    [receivedAt, id, `${provider}/${door}`, eventType ?? 'unread', state, phoneNumber ?? ''].join(' ').trim(),
  )
}
