import type { Answer } from './send.ts'

export type Failure = '4xx' | '5xx' | 'ct' | 'rt'

/** How patiently a provider delivers, and what it tries again. */
export type DeliveryPolicy = {
  connectTimeoutMs: number
  answerTimeoutMs: number
  /** The pause before each further attempt. */
  retryDelaysMs: readonly number[]
  retriesOn: readonly Failure[]
}

export const retellPolicy: DeliveryPolicy = {
  connectTimeoutMs: 10_000,
  answerTimeoutMs: 10_000,
  retryDelaysMs: [1_000, 2_000, 4_000],
  retriesOn: ['4xx', '5xx', 'ct', 'rt'],
}

/** Out of the box Twilio repeats a request once, and only when it could not connect. */
export const twilioPolicy: DeliveryPolicy = {
  connectTimeoutMs: 5_000,
  answerTimeoutMs: 15_000,
  retryDelaysMs: [200],
  retriesOn: ['ct'],
}

/** Stripe repeats whatever is not answered by a 2xx; the pauses, which grow to hours, are cut short. */
export const stripePolicy: DeliveryPolicy = { ...retellPolicy, retryDelaysMs: [1_000, 5_000, 20_000] }

/** Telnyx waits two seconds, and three times in all, for whatever is not answered by a 2xx. */
export const telnyxPolicy: DeliveryPolicy = { ...retellPolicy, answerTimeoutMs: 2_000, retryDelaysMs: [1_000, 2_000] }

/** The pauses of Standard Webhooks, which grow to hours, are cut short. */
export const standardPolicy: DeliveryPolicy = {
  ...retellPolicy,
  answerTimeoutMs: 15_000,
  retryDelaysMs: [5_000, 20_000],
}

export const oncePolicy: DeliveryPolicy = { ...retellPolicy, retryDelaysMs: [] }

const failures: readonly Failure[] = ['4xx', '5xx', 'ct', 'rt']

/** Twilio reads its policy from the fragment of the URL it is given: `#ct=2000&rc=3&rp=all`. */
export function readTwilioPolicy(url: string): DeliveryPolicy {
  const overrides = new URLSearchParams(url.split('#')[1] ?? '')
  const within = (name: string, lowest: number, highest: number, usual: number) => {
    const value = Number.parseInt(overrides.get(name) ?? '', 10)
    return Number.isNaN(value) ? usual : Math.min(highest, Math.max(lowest, value))
  }
  const chosen = overrides.get('rp')?.split(',') ?? ['ct']
  const retries = within('rc', 0, 5, 1)
  return {
    connectTimeoutMs: within('ct', 100, 10_000, twilioPolicy.connectTimeoutMs),
    answerTimeoutMs: within('rt', 100, 15_000, twilioPolicy.answerTimeoutMs),
    retryDelaysMs: Array.from({ length: retries }, () => 200),
    retriesOn: chosen.includes('all') ? failures : failures.filter((failure) => chosen.includes(failure)),
  }
}

export function failureOf(answer: Answer): Failure | undefined {
  if (answer.kind === 'unreachable') return 'ct'
  if (answer.kind !== 'answered') return 'rt'
  if (answer.status >= 200 && answer.status < 300) return undefined
  return answer.status >= 500 ? '5xx' : '4xx'
}
