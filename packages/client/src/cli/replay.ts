import { type Command, exits, json, Misuse, plain } from './command.ts'
import { clientFor, serverOptions } from './server.ts'

export const replayCommand: Command = {
  summary: 'Process the stored bytes of a webhook again',
  takes: '<webhook id>',
  options: { ...serverOptions, json },
  notes: ['Usage is not counted twice, and a second replay changes nothing.'],
  async run(world, values, positionals) {
    const [id, ...more] = positionals
    if (id === undefined || more.length > 0 || !/^whk_[0-9a-f]{32}$/.test(id))
      throw new Misuse('Name one webhook: whk_ and 32 hexadecimal digits')
    const client = await clientFor(world, values)
    const { state, effects } = await client.webhooks.replay.mutate({ id }, { signal: world.signal })
    const said = effects.text.length > 0 ? effects.text : ['Nothing changed.']
    world.stdout.write(
      values.json
        ? `${JSON.stringify({ id, state, effects })}\n`
        : `${id} ${state}\n${said.map((text) => `  ${plain(text)}\n`).join('')}`,
    )
    return state === 'processed' ? exits.done : exits.denied
  },
}
