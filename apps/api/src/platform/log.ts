import { maskText } from '@trunkline/core/platform/mask'
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
      serializers: { error: pino.stdSerializers.errWithCause, err: pino.stdSerializers.errWithCause },
    },
    options.destination ?? pino.destination({ fd: 1, sync: false }),
  )
}
