import { parseArgs } from 'node:util'
import { help } from './help.ts'
import { runStory } from './run-story.ts'
import { serve } from './serve.ts'
import { readSettings } from './settings.ts'
import { storyNames } from './stories/names.ts'

const stopping = new AbortController()
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort())
process.once('disconnect', () => stopping.abort())

try {
  await run(process.argv.slice(2), stopping.signal)
  process.exit(0)
} catch (error) {
  if (stopping.signal.aborted) process.exit(0)
  process.stderr.write(`sim: ${error instanceof Error ? error.message : String(error)}\n`)
  process.exit(1)
}

async function run(args: string[], signal: AbortSignal) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { seed: { type: 'string' }, minutes: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const [story, ...rest] = positionals
  if (rest.length > 0) throw new Error(`One story at a time, not ${positionals.join(' and ')}`)
  const settings = readSettings(process.env)
  if (story === undefined) return serve(settings, { seed: values.seed, signal })
  const name = storyNames.find((known) => known === story)
  if (!name) throw new Error(`There is no story ${story}. There are: ${storyNames.join(', ')}`)
  await runStory(settings, { name, seed: values.seed, minutes: readMinutes(values.minutes) }, signal)
}

function readMinutes(text: string | undefined) {
  if (text === undefined) return undefined
  const minutes = Number(text)
  if (!(minutes >= 0.1 && minutes <= 60)) throw new Error(`--minutes is a number from 0.1 to 60, not ${text}`)
  return minutes
}
