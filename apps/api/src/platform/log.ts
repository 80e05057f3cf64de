import { maskText } from '@trunkline/core/platform/mask'
import { DrizzleQueryError } from 'drizzle-orm'
import { type DestinationStream, type Logger, pino } from 'pino'

export type { Logger }

/**
 * The only logger. Every line passes the mask as its last step, so that a number, credential or known secret is gone
 * wherever in the line it stands. Bodies are never given to it.
 */
export function openLog(options: {
  level: string
  secrets: readonly string[]
  destination?: DestinationStream
}): Logger {
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }) },
      hooks: { streamWrite: (line) => maskText(line, options.secrets) },
      serializers: { error: errorFacts, err: errorFacts },
    },
    options.destination ?? pino.destination({ fd: 1, sync: false }),
  )
}

/** What a reader needs of an error. Libraries hang clients, statements and parameters on theirs: those stay out. */
function errorFacts(error: unknown): object {
  if (!(error instanceof Error)) {
    // the job queue copies its errors into plain objects
    const isCopy = typeof error === 'object' && error !== null && 'message' in error
    return { message: String(isCopy ? error.message : error) }
  }
  const { name, message, stack, cause } = error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  // Drizzle puts the statement's parameters, which may be a body, into its message
  const text = error instanceof DrizzleQueryError ? 'The statement failed' : message
  const lines = stack?.split('\n').filter((line) => /^\s+at /.test(line))
  return {
    type: name,
    message: text,
    code,
    stack: lines?.slice(0, 12).join('\n'),
    cause: cause === undefined ? undefined : errorFacts(cause),
  }
}
