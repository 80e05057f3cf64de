/** Attempts before a webhook waits for a person. */
export const maxAttempts = 8
/** Of what is the database’s own trouble: a day. */
export const maxTransientAttempts = 130

/**
 * Seconds until the next attempt after `attempts` failures: doubles from 2 s to 15 min, spread by `jitter` (0 ≤ j < 1)
 * so that what failed together does not return together. Undefined when it is `dead` now.
 */
export function nextAttemptSeconds(after: {
  attempts: number
  jitter: number
  isTransient: boolean
}): number | undefined {
  const { attempts, jitter, isTransient } = after
  if (attempts >= (isTransient ? maxTransientAttempts : maxAttempts)) return undefined
  const full = Math.min(900, 2 ** attempts)
  return full / 2 + (full / 2) * jitter
}

/** The database's own trouble (away, overloaded, a lost race): says nothing about the webhook, unless it befalls this one for a day. */
export function isTransient(sqlState: string | undefined): boolean {
  return sqlState !== undefined && /^(08|25|40|53|55|57|58|CONN|ECONN|EPIPE)/.test(sqlState)
}

/** SQLSTATE classes 22 (data) and 23 (constraint) fail again however often they are tried. */
export function isHopeless(sqlState: string | undefined): boolean {
  return sqlState !== undefined && /^2[23]/.test(sqlState)
}
