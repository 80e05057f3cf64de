/** A line as whoever answers it must know it. */
export type Line = {
  customerId: string
  businessName: string
  timezone: string
  agentId: string | null
  /** Where the business is reached itself: never at a line of ours, which would answer in its place. */
  contactPhone: string | null
  isCustomerActive: boolean
  isLineActive: boolean
}

/** `unsure`: nobody could look. */
export type KnownLine = Line | 'unknown' | 'unsure'

export const apologies = {
  unknown: 'The number you have called is not in service. Please check the number and call again.',
  suspended: 'The business you have called cannot be reached on this number at the moment. Please try again later.',
  maintenance: 'This line is being worked on at the moment. Please call again later.',
  full: 'Nobody can take your call at the moment. Please try again later.',
  unsure: 'We cannot connect your call at this moment. Please call again in a few minutes.',
} as const
export type Apology = keyof typeof apologies

export type Route =
  | { to: 'stream'; url: string }
  | { to: 'forward'; phoneNumber: string }
  | { to: 'words'; why: Apology }

/**
 * Where a call goes, if it may be answered at all: to the agent's stream, else to the business itself, else to words. Never to silence.
 * While everything is being worked on, whoever calls a number of ours hears so.
 */
export function routeCall(input: {
  line: KnownLine
  /** Whoever calls, and the phone that sent the call on. */
  comesFrom: readonly (string | undefined)[]
  streamUrl: string | undefined
  isInMaintenance: boolean
}): Route {
  const { line, comesFrom, streamUrl, isInMaintenance } = input
  if (isInMaintenance && line !== 'unknown') return { to: 'words', why: 'maintenance' }
  const stream = streamUrl === undefined ? undefined : ({ to: 'stream', url: streamUrl } as const)
  if (line === 'unsure') return stream ?? { to: 'words', why: 'unsure' }
  if (line === 'unknown') return { to: 'words', why: 'unknown' }
  if (!line.isCustomerActive) return { to: 'words', why: 'suspended' }
  if (!line.isLineActive) return { to: 'words', why: 'maintenance' }
  if (stream !== undefined) return stream
  // whoever calls his own line from there would be rung up himself; a phone that sends its calls here would send this one back
  if (line.contactPhone !== null && !comesFrom.includes(line.contactPhone))
    return { to: 'forward', phoneNumber: line.contactPhone }
  return { to: 'words', why: 'full' }
}
