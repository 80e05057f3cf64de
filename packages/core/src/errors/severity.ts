import { type Severity, severities } from '../alerts/severity.ts'
import type { ErrorSource } from './fingerprint.ts'

// what a database or network that is away answers: a condition of the world, told by its own alert
const away =
  /^(?:08|53|57P0|25P03|40001|40P01|55P03|57014)|^E(?:CONNREFUSED|CONNRESET|TIMEDOUT|PIPE|NOTFOUND|AI_AGAIN)$|^CONNECT/

/** Whether the code says that a database or a network was away, not that something is wrong with what was asked. */
export const isAway = (code: string | undefined): boolean => code !== undefined && away.test(code)

/**
 * How much a bug matters before anybody has looked at it. What a stranger says is worth a row and wakes nobody; neither
 * does what a provider or a database that is away brings with it.
 */
export function severityOf(error: {
  source: ErrorSource
  type: string
  code: string | undefined
  /** Told by somebody who is not signed in. */
  isAnonymous: boolean
}): Severity {
  if (error.isAnonymous || error.type === 'ProviderError' || isAway(error.code)) return 'low'
  return error.source === 'web' ? 'medium' : 'high'
}

export function worse(one: Severity, other: Severity): Severity {
  return severities.indexOf(one) >= severities.indexOf(other) ? one : other
}

/** Whether a bug of this weight is worth an alert. */
export function wakes(severity: Severity): boolean {
  return severities.indexOf(severity) >= severities.indexOf('medium')
}
