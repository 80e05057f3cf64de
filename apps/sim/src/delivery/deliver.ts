import { setTimeout as sleep } from 'node:timers/promises'
import { type DeliveryPolicy, failureOf } from './policy.ts'
import { type Answer, type Parcel, sendParcel } from './send.ts'
import { countAnswer, type Tally } from './tally.ts'

/** Delivers with the patience of a provider; every attempt is signed anew. Never rejects. */
export async function deliver(
  url: string,
  sign: () => Parcel,
  options: { policy: DeliveryPolicy; signal: AbortSignal; tally: Tally },
): Promise<Answer> {
  const { policy, signal, tally } = options
  let answer = await attempt(url, sign(), options)
  for (const delay of policy.retryDelaysMs) {
    const failure = failureOf(answer)
    if (signal.aborted || !failure || !policy.retriesOn.includes(failure)) return answer
    const isWoken = await sleep(delay, true, { signal }).catch(() => false)
    if (!isWoken) return answer
    tally.retries += 1
    answer = await attempt(url, sign(), options)
  }
  return answer
}

async function attempt(
  url: string,
  parcel: Parcel,
  { policy, signal, tally }: { policy: DeliveryPolicy; signal: AbortSignal; tally: Tally },
) {
  tally.bytes += parcel.body.length
  const answer = await sendParcel(url, parcel, { ...policy, signal })
  if (!signal.aborted) countAnswer(tally, answer)
  return answer
}
