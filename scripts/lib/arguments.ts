import { parseArgs } from 'node:util'
import { lineOf } from './fault.ts'

type Options = Record<string, { type: 'string' | 'boolean' }>
type Asked<Asks extends Options> = {
  values: { [Name in keyof Asks]?: Asks[Name]['type'] extends 'string' ? string : boolean }
  positionals: string[]
}

/**
 * What the command line asks for. Where it asks for help it is given, and where it cannot be understood it is told what is
 * wrong: in both cases the program ends before it has done anything.
 */
export function readArguments<Asks extends Options>(
  usage: string,
  { options, most = 0 }: { options?: Asks; most?: number } = {},
): Asked<Asks> {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: { ...options, help: { type: 'boolean', short: 'h' } },
    })
    if (values.help === true) {
      process.stdout.write(`${usage}\n`)
      process.exit(0)
    }
    const surplus = positionals[most]
    if (surplus === undefined) return { values, positionals } as Asked<Asks>
    return misused(usage, `«${surplus}» is not understood`)
  } catch (error) {
    return misused(usage, lineOf(error))
  }
}

/** Ends the program, which has been asked for what it cannot do. */
export function misused(usage: string, why?: string): never {
  process.stderr.write(why === undefined ? `${usage}\n` : `${why}\n${usage}\n`)
  process.exit(1)
}
