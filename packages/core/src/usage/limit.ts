import { reaches } from './threshold.ts'

export const limitStates = ['ok', 'warned', 'limit', 'hard_stop', 'paused'] as const
export type LimitState = (typeof limitStates)[number]

/** One meter of one customer in the current period: whole seconds or whole segments. */
export type Allowance = {
  used: number
  reserved: number
  cap: number
  credit: number
  rollover: number
  grace: number
  paused: boolean
}

/** A customer's row of limits, as it rests. */
export type Limits = {
  callUsedSeconds: number
  callReservedSeconds: number
  callCapSeconds: number
  callCreditSeconds: number
  rolloverSeconds: number
  graceSeconds: number
  smsUsed: number
  smsReserved: number
  smsCap: number
  smsCredit: number
  smsGrace: number
  forcePause: boolean
}

export const callAllowance = (limits: Limits): Allowance => ({
  used: limits.callUsedSeconds,
  reserved: limits.callReservedSeconds,
  cap: limits.callCapSeconds,
  credit: limits.callCreditSeconds,
  rollover: limits.rolloverSeconds,
  grace: limits.graceSeconds,
  paused: limits.forcePause,
})

/** What rolled over of texts is credit. */
export const smsAllowance = (limits: Limits): Allowance => ({
  used: limits.smsUsed,
  reserved: limits.smsReserved,
  cap: limits.smsCap,
  credit: limits.smsCredit,
  rollover: 0,
  grace: limits.smsGrace,
  paused: limits.forcePause,
})

/** What counts as 100 %: cap, credit and roll-over. */
export const baseOf = (allowance: Allowance): number => allowance.cap + allowance.credit + allowance.rollover

/** Where admission ends: base plus grace. */
export const hardLimitOf = (allowance: Allowance): number => baseOf(allowance) + allowance.grace

export function limitState(allowance: Allowance): LimitState {
  if (allowance.paused) return 'paused'
  const base = baseOf(allowance)
  if (allowance.used >= hardLimitOf(allowance) && allowance.used > 0) return 'hard_stop'
  if (reaches(allowance.used, base, 100)) return 'limit'
  return reaches(allowance.used, base, 80) ? 'warned' : 'ok'
}

/** Units that may still be admitted before the hard stop. */
export function remaining(allowance: Allowance): number {
  return Math.max(0, hardLimitOf(allowance) - allowance.used - allowance.reserved)
}

/** Whole percent of the base that is used, rounded down so that 100 means reached. */
export function percentUsed(allowance: Allowance): number {
  const base = baseOf(allowance)
  if (base === 0) return allowance.used > 0 ? 100 : 0
  return Math.floor((allowance.used * 100) / base)
}

export const refusalReasons = [
  'within_limit',
  'hard_stop',
  'paused',
  'insufficient_allowance',
  'closed',
  'unknown_line',
  'unverified',
  'revoked',
  'no_consent',
] as const
export type AdmissionReason = (typeof refusalReasons)[number]

/** Why a request for `quantity` units is admitted or refused. The conditional UPDATE decides; this names the reason. */
export function admissionReason(allowance: Allowance, quantity: number): AdmissionReason {
  if (allowance.paused) return 'paused'
  if (allowance.used >= hardLimitOf(allowance)) return 'hard_stop'
  return remaining(allowance) >= quantity ? 'within_limit' : 'insufficient_allowance'
}

/** No call lasts longer: what a door tells the provider, and from when on a call that is still under way is flagged. */
export const longestCallSeconds = 7200

/** What a call may last that was taken, by what its customer has left with what is held for it. */
export const mayLast = (leftSeconds: number): number => Math.max(1, Math.min(longestCallSeconds, leftSeconds))

/** What is held for a call: what calls of this customer usually last, at least a minute and at most ten. */
export function heldLength(usualSeconds: number | null): number {
  return Math.min(600, Math.max(60, usualSeconds ?? 300))
}
