import { type Command, exits, json, Misuse, required, textOf, told } from './command.ts'
import { forward } from './forward.ts'
import { addressIn, clientFor, filtersIn, progressOf, tailOptions } from './server.ts'
import { lineOf } from './tail.ts'

export const listenCommand: Command = {
  summary: 'Post each webhook that comes in, byte for byte, to an address of yours',
  options: {
    forward: { type: 'string', value: 'URL', help: 'Where each is posted to' },
    timeout: { type: 'string', value: 'SECONDS', help: 'How long an answer is waited for; 30 unless told' },
    ...tailOptions,
    json,
  },
  notes: [
    'One after the other, in the order in which they were stored; one that is not taken is reported and passed over.',
    'With --cursor-file it goes on where it was ended: what is in the middle of being posted then is posted again.',
    'Twilio signs the address: verify against the one that it was told.',
  ],
  async run(world, values) {
    const to = addressIn(required(values, 'forward'), '--forward')
    if (to.username !== '' || to.password !== '')
      throw new Misuse('--forward holds a name or password, which is not sent: a webhook has its own headers')
    const seconds = Number(textOf(values, 'timeout') ?? 30)
    if (!(seconds > 0 && seconds <= 3600)) throw new Misuse('--timeout is a number of seconds up to 3600')
    const filters = filtersIn(values)
    const client = await clientFor(world, values)
    const { begin, keep, end } = await progressOf(world, values)
    const webhooks = client.webhooks.tail({
      ...begin,
      filters,
      bytes: true,
    })
    for await (const webhook of webhooks) {
      const began = performance.now()
      const answer = await forward(to, webhook, { timeoutMs: seconds * 1000, signal: world.signal })
      // interrupted: nobody knows whether it arrived, so it is not said to be done
      if (world.signal.aborted && 'error' in answer) break
      const ms = Math.round(performance.now() - began)
      const { id, cursor, provider, eventType } = webhook
      const outcome = 'status' in answer ? answer.status : `not delivered: ${answer.error}`
      // posted, whoever reads of it
      await keep(cursor)
      const line = values.json
        ? JSON.stringify({ id, cursor, provider, eventType, ...answer, ms })
        : `${lineOf(webhook)} -> ${outcome} (${ms} ms)`
      if (!(await told(world, `${line}\n`))) break
    }
    await end()
    return exits.done
  },
}
