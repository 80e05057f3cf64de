import { type Facts, firstOf, inOrder } from './facts.ts'

/** From «nothing has happened» to «it is over». A higher word replaces a lower one, never the other way round. */
export const callStatuses = [
  'queued',
  'initiated',
  'ringing',
  'in-progress',
  'canceled',
  'failed',
  'busy',
  'no-answer',
  'completed',
] as const
export type CallStatus = (typeof callStatuses)[number]

export const directions = ['inbound', 'outbound'] as const
export type Direction = (typeof directions)[number]

export const isTerminal = (status: CallStatus): boolean =>
  callStatuses.indexOf(status) >= callStatuses.indexOf('canceled')

/** One provider's statement about one call, in our words. Times are epoch milliseconds, money integer micro-dollars. */
export type CallFact = {
  /** When the provider said it; 0 where it does not say. Decides which of two statements of the same kind is newer. */
  at: number
  source: 'retell' | 'twilio' | 'telnyx'
  /** When the bytes reached us. */
  receivedAt: number
  webhookId: string
  /** Which version of our reading made it of the bytes; 1 where it says none. */
  reading?: number
  status?: CallStatus
  direction?: Direction
  from?: string
  to?: string
  agentId?: string
  /** Our own customer id, as Retell's `metadata.customer_id` carries it. */
  customerId?: string
  /** The hold under which the call was admitted, as Retell's `metadata.hold_id` carries it. */
  holdId?: string
  startedAt?: number
  endedAt?: number
  /** Retell's `duration_ms`. */
  durationMs?: number
  /** Twilio's `CallDuration`, or Telnyx's `billed_duration_secs`. */
  durationSeconds?: number
  costMicros?: number
  disconnectReason?: string
  recordingUrl?: string
  summary?: string
  sentiment?: string
}
export type CallFacts = Facts<CallFact>

/** What a webhook says of a call: which call (any of its names), which register, which fact. */
export type CallEvent = {
  kind: 'call'
  keys: readonly string[]
  register: string
  fact: CallFact
  transcript?: string
}

const authority = [
  'retell:call_analyzed',
  'retell:call_ended',
  'retell:call_started',
  'twilio:completed',
  'twilio:no-answer',
  'twilio:busy',
  'twilio:failed',
  'twilio:canceled',
  'twilio:in-progress',
  'twilio:ringing',
  'twilio:initiated',
  'twilio:queued',
  'telnyx:call.hangup',
  'telnyx:call.cost',
  'telnyx:call.answered',
  'telnyx:call.initiated',
]

export type CallSummary = {
  status: CallStatus
  direction: Direction | undefined
  from: string | undefined
  to: string | undefined
  agentId: string | undefined
  customerId: string | undefined
  holdId: string | undefined
  startedAt: number | undefined
  endedAt: number | undefined
  /** What is charged: undefined until a provider has reported a duration. */
  seconds: number | undefined
  secondsSource: CallFact['source'] | undefined
  costMicros: number | undefined
  disconnectReason: string | undefined
  recordingUrl: string | undefined
  summary: string | undefined
  sentiment: string | undefined
  /** When the call counts: its end, else its start, else its first arrival. */
  occurredAt: number
}

/** The later of the provider's statements decides; of two at the same time the one with more authority. */
function latestStating(facts: readonly CallFact[], states: (fact: CallFact) => number | undefined): number | undefined {
  let latest: CallFact | undefined
  for (const fact of facts) {
    if (states(fact) !== undefined && (latest === undefined || fact.at > latest.at)) latest = fact
  }
  return latest === undefined ? undefined : states(latest)
}

/**
 * Telnyx gives no length: from `call.answered` to `call.hangup`, a second begun counts. One that nobody answered took none.
 */
function secondsByTelnyx(facts: CallFacts): number | undefined {
  const { 'telnyx:call.answered': answered, 'telnyx:call.hangup': over } = facts
  if (over?.endedAt === undefined) return undefined
  if (answered?.startedAt !== undefined)
    return Math.min(longestCallSeconds, Math.max(0, Math.ceil((over.endedAt - answered.startedAt) / 1000)))
  return over.status !== undefined && over.status !== 'completed' ? 0 : undefined
}

/**
 * Everything shown and charged of a call, from all that is known of it. Seconds are Retell's `duration_ms` rounded up
 * where Retell reported, else the carrier's figure: one call, one charge, however many report it.
 */
export function summarizeCall(facts: CallFacts): CallSummary {
  const known = inOrder(facts, authority)
  const durationMs = latestStating(known, (fact) => fact.durationMs)
  const carrierSeconds = latestStating(known, (fact) => fact.durationSeconds)
  const measured = secondsByTelnyx(facts)
  const seconds = durationMs !== undefined ? Math.ceil(durationMs / 1000) : (measured ?? carrierSeconds)
  const carrier = measured !== undefined || firstOf(known, sourceOfSeconds) === 'telnyx' ? 'telnyx' : 'twilio'
  const startedAt = firstOf(known, (fact) => fact.startedAt)
  const endedAt = firstOf(known, (fact) => fact.endedAt)
  // Telnyx says how a leg ended, and not that somebody had talked
  const isTalkedOver = facts['telnyx:call.answered'] !== undefined && facts['telnyx:call.hangup'] !== undefined
  const stated = isTalkedOver
    ? [...known.map(({ status }) => status), 'completed' as const]
    : known.map(({ status }) => status)
  const rank = Math.max(0, ...stated.map((status) => (status === undefined ? 0 : callStatuses.indexOf(status))))
  return {
    status: callStatuses[rank] ?? 'queued',
    direction: firstOf(known, (fact) => fact.direction),
    from: firstOf(known, (fact) => fact.from),
    to: firstOf(known, (fact) => fact.to),
    agentId: firstOf(known, (fact) => fact.agentId),
    customerId: firstOf(known, (fact) => fact.customerId),
    holdId: firstOf(known, (fact) => fact.holdId),
    startedAt,
    endedAt,
    seconds,
    secondsSource: seconds === undefined ? undefined : durationMs !== undefined ? 'retell' : carrier,
    costMicros: latestStating(known, (fact) => fact.costMicros),
    disconnectReason: firstOf(known, (fact) => fact.disconnectReason),
    recordingUrl: firstOf(known, (fact) => fact.recordingUrl),
    summary: firstOf(known, (fact) => fact.summary),
    sentiment: firstOf(known, (fact) => fact.sentiment),
    occurredAt: endedAt ?? startedAt ?? Math.min(...known.map((fact) => fact.receivedAt)),
  }
}

/** Whether anybody has said which way it went. */
export const statesDirection = (facts: CallFacts): boolean =>
  Object.values(facts).some(({ direction }) => direction !== undefined)

const sourceOfSeconds = (fact: CallFact) => (fact.durationSeconds === undefined ? undefined : fact.source)

/** How a finished call is counted on charts: somebody talked, nobody answered, or it broke. */
export const callOutcomes = ['completed', 'missed', 'failed'] as const
export type CallOutcome = (typeof callOutcomes)[number]

export function callOutcome(status: CallStatus): CallOutcome | undefined {
  if (!isTerminal(status)) return undefined
  if (status === 'completed') return 'completed'
  return status === 'failed' ? 'failed' : 'missed'
}

const withheld = /^(anonymous|restricted|unavailable|unknown|private|blocked)$/i

/**
 * The numbers that may be a customer's, the likeliest first: the called one inbound, the calling one outbound, and either
 * where the provider does not say which it was. Who withholds his number has none.
 */
export function ownNumbers(call: {
  direction?: Direction | undefined
  from?: string | undefined
  to?: string | undefined
}): string[] {
  const sides = { inbound: [call.to], outbound: [call.from], unstated: [call.to, call.from] }
  return sides[call.direction ?? 'unstated'].flatMap((side) =>
    side === undefined || withheld.test(side.trim()) ? [] : [side],
  )
}

/** No provider keeps a call up for longer: Retell ends it after 2 h, Twilio after 24 h. A longer one is a broken figure. */
export const longestCallSeconds = 86_400

const firstInstant = Date.UTC(2010, 0, 1)

/**
 * A provider's epoch milliseconds, or undefined where they cannot be the time of anything that it tells us: before 2010, or
 * more than a day after it reached us. What has no time counts from when it was received.
 */
export function statedInstant(ms: number | undefined, receivedAt: number): number | undefined {
  if (ms === undefined || !(ms >= firstInstant && ms <= receivedAt + 86_400_000)) return undefined
  return Math.round(ms)
}
