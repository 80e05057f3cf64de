import { parseArgs } from 'node:util'
import { isTrunklineError } from '../error.ts'
import { type Command, type Exit, exits, Misuse, parserOptions, plain, type World } from './command.ts'
import { listenCommand } from './listen.ts'
import { replayCommand } from './replay.ts'
import { signCommand } from './sign.ts'
import { tailCommand } from './tail.ts'
import { verifyCommand } from './verify.ts'

/** Written in by the build. */
declare const packageVersion: string

const commands: Record<string, Command> = {
  tail: tailCommand,
  listen: listenCommand,
  replay: replayCommand,
  verify: verifyCommand,
  sign: signCommand,
}

const exitHelp = `Exit codes: 0 done · 1 the server, the network or a file failed · 2 not understood · 3 not genuine, or not processed`

/** One call of the program, from its words to how it ended. */
export async function runCommand(world: World, words: readonly string[]): Promise<Exit> {
  const [name = '', ...rest] = words
  if (name === 'help' && rest[0] !== undefined) return runCommand(world, [rest[0], '--help'])
  if (name === '' || name === '--help' || name === '-h' || name === 'help') {
    const to = name === '' ? world.stderr : world.stdout
    to.write(helpOfAll())
    return name === '' ? exits.misused : exits.done
  }
  if (name === '--version') {
    world.stdout.write(`${packageVersion}\n`)
    return exits.done
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) {
    world.stderr.write(`trunkline: there is no such command\n\n${helpOfAll()}`)
    return exits.misused
  }
  try {
    const { values, positionals } = read(command, rest)
    if (values.help) {
      world.stdout.write(helpOf(name, command))
      return exits.done
    }
    return await command.run(world, values, positionals)
  } catch (error) {
    world.stderr.write(`trunkline ${name}: ${sayOf(error)}\n`)
    return error instanceof Misuse || isInvalid(error) ? exits.misused : exits.failed
  }
}

function read(command: Command, words: string[]) {
  for (const word of words) {
    if (/^--(?:secret|key|api-key|token)(?:=|$)/.test(word))
      throw new Misuse('A secret is never an argument, where others can see it: use the environment, a file or stdin')
  }
  try {
    const options = { ...parserOptions(command), help: { type: 'boolean' as const, short: 'h' } }
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: command.takes !== undefined })
    return { values, positionals }
  } catch (error) {
    throw new Misuse(refusalOf(error))
  }
}

/** In words of ours: the parser's repeat what was typed, and that may be a secret in the wrong place. */
function refusalOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string }
  if (code === 'ERR_PARSE_ARGS_UNEXPECTED_POSITIONAL') return 'It takes options only. --help shows them'
  const [, option] = /'(?:-\w, )?(--?[a-z][a-z-]*)/.exec(message) ?? []
  if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') return 'There is no such option. --help shows them'
  return `${option ?? 'An option'} is not used like this. --help shows how`
}

function sayOf(error: unknown): string {
  if (!isTrunklineError(error)) return plain(error instanceof Error ? error.message : String(error))
  // a program does not sign in
  const reason =
    error.refusal === 'unauthenticated' ? 'The API key is not known, has expired or was revoked' : error.message
  const fields = Object.entries(error.fields ?? {}).map(([name, fault]) => `${name} ${fault}`)
  const id = error.requestId === undefined ? '' : ` (request ${error.requestId})`
  return plain([`${error.refusal}: ${reason}${id}`, ...fields.filter((field) => !reason.includes(field))].join('; '))
}

const isInvalid = (error: unknown) => isTrunklineError(error) && error.refusal === 'invalid'

function helpOfAll(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(8)}${summary}`)
  return `Usage: trunkline <command> [options]

${lines.join('\n')}

trunkline <command> --help shows its options, trunkline --version which one this is.
TRUNKLINE_URL and TRUNKLINE_API_KEY say where Trunkline answers and who asks; the key needs the scope webhooks:read, and
webhooks:replay to replay. TRUNKLINE_SECRET is what verify and sign use.
${exitHelp}
`
}

function helpOf(name: string, command: Command): string {
  const options = { ...command.options, help: { type: 'boolean' as const, short: 'h', help: 'This text' } }
  const rows = Object.entries<Command['options'][string]>(options).map(([option, { short, value, help }]) => ({
    face: `${short === undefined ? '' : `-${short}, `}--${option}${value === undefined ? '' : ` ${value}`}`,
    help,
  }))
  const width = Math.max(...rows.map(({ face }) => face.length)) + 2
  const takes = command.takes === undefined ? '' : ` ${command.takes}`
  return `Usage: trunkline ${name}${takes} [options]

${command.summary}.

${rows.map(({ face, help }) => `  ${face.padEnd(width)}${help}`).join('\n')}
${(command.notes ?? []).map((note) => `\n${note}`).join('')}

${exitHelp}
`
}
