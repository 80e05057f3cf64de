export const vendors = ['retell', 'twilio', 'telnyx', 'stripe'] as const
export type Vendor = (typeof vendors)[number]

export const faultModes = ['ok', 'timeout', 'error_500', 'error_429', 'refuse', 'accept_then_drop'] as const
export type FaultMode = (typeof faultModes)[number]

/** `times` is for how many requests it lasts; without it until something else is set. */
export type Fault = { mode: FaultMode; times?: number }
export type Faults = Record<Vendor, Fault>

export function openFaults(): Faults {
  return { retell: { mode: 'ok' }, twilio: { mode: 'ok' }, telnyx: { mode: 'ok' }, stripe: { mode: 'ok' } }
}

/** What befalls the next request before anybody reads it, counting it. */
export function takeFault(faults: Faults, vendor: Vendor): Exclude<FaultMode, 'accept_then_drop'> {
  const { mode } = faults[vendor]
  if (mode === 'ok' || mode === 'accept_then_drop') return 'ok'
  countOne(faults, vendor)
  return mode
}

/** Whether the answer to something just accepted gets lost, counting it. */
export function takeDrop(faults: Faults, vendor: Vendor) {
  if (faults[vendor].mode !== 'accept_then_drop') return false
  countOne(faults, vendor)
  return true
}

function countOne(faults: Faults, vendor: Vendor) {
  const { mode, times } = faults[vendor]
  if (times !== undefined) faults[vendor] = times > 1 ? { mode, times: times - 1 } : { mode: 'ok' }
}
