export const circuits = ['closed', 'open', 'half_open'] as const
export type Circuit = (typeof circuits)[number]

export const providerStates = ['healthy', 'degraded', 'down', 'not_configured'] as const

/** Failures in a row, each within `windowSeconds` of the one before, that open the circuit. */
export const breakerRule = { failures: 5, windowSeconds: 300, cooldownSeconds: 30, maxCooldownSeconds: 300 } as const

export type Breaker = {
  circuit: Circuit
  failures: number
  lastFailureAt: number | undefined
  cooldownUntil: number | undefined
  openings: number
}

export const closedBreaker: Breaker = {
  circuit: 'closed',
  failures: 0,
  lastFailureAt: undefined,
  cooldownUntil: undefined,
  openings: 0,
}

/** Whether a call may go out now. An open circuit lets one probe through when its cooldown has passed or is not known. */
export function mayCall(breaker: Breaker, now: number): 'yes' | 'probe' | 'no' {
  if (breaker.circuit === 'closed') return 'yes'
  return breaker.cooldownUntil === undefined || now >= breaker.cooldownUntil ? 'probe' : 'no'
}

/** The breaker after a call. Old failures age out, so that three in a month open nothing; a failed probe waits twice as long. */
export function afterCall(breaker: Breaker, call: { succeeded: boolean; now: number }): Breaker {
  if (call.succeeded) return closedBreaker
  const isFresh =
    breaker.lastFailureAt !== undefined && call.now - breaker.lastFailureAt <= breakerRule.windowSeconds * 1000
  const failures = isFresh ? breaker.failures + 1 : 1
  const opens = breaker.circuit === 'half_open' || (breaker.circuit === 'closed' && failures >= breakerRule.failures)
  // calls that were under way when it opened say nothing new
  if (!opens) return { ...breaker, failures, lastFailureAt: call.now }
  const cooldown = Math.min(breakerRule.maxCooldownSeconds, breakerRule.cooldownSeconds * 2 ** breaker.openings)
  return {
    circuit: 'open',
    failures,
    lastFailureAt: call.now,
    cooldownUntil: call.now + cooldown * 1000,
    openings: breaker.openings + 1,
  }
}
