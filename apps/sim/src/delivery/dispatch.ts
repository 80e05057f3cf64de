import { setMaxListeners } from 'node:events'
import type { Account } from '../account.ts'
import { type Draft, signDraft } from '../draft.ts'
import { waitUntil } from '../time.ts'
import { recordDraft, type World } from '../world.ts'
import { deliver } from './deliver.ts'
import { createPace } from './pace.ts'
import {
  type DeliveryPolicy,
  oncePolicy,
  retellPolicy,
  standardPolicy,
  stripePolicy,
  telnyxPolicy,
  twilioPolicy,
} from './policy.ts'
import { openTally, type Tally } from './tally.ts'
import { type Tampering, tamper } from './tamper.ts'

/** Who carries webhooks from the providers to Trunkline, and how fast. */
export type Courier = {
  account: Account
  trunklineUrl: string
  /** Where the providers note what they tell, so that they can be asked later. */
  world: World
  tally: Tally
  signal: AbortSignal
  inTurn: ReturnType<typeof createPace>
}

export type Delivery = {
  /** When it is sent; the draft keeps the time at which things happened. */
  at: number
  draft: Draft
  /** Sent so many times at the same moment. */
  copies?: number
  tampering?: Tampering
}

export function hireCourier(
  options: Pick<Courier, 'account' | 'trunklineUrl' | 'world' | 'signal'> & { perSecond: number; atOnce?: number },
): Courier {
  const { perSecond, atOnce = 16, ...rest } = options
  // every delivery that waits for its time listens for the end
  setMaxListeners(0, options.signal)
  return { ...rest, tally: openTally(), inTurn: createPace({ perSecond, atOnce }) }
}

/** Sends each thing when its time has come, with the patience of its provider. Rejects only when stopped. */
export async function sendAll(courier: Courier, deliveries: readonly Delivery[]) {
  await Promise.all(deliveries.map((delivery) => sendOne(courier, delivery)))
}

export function sendDrafts(courier: Courier, drafts: readonly Draft[]) {
  return sendAll(
    courier,
    drafts.map((draft) => ({ at: draft.at, draft })),
  )
}

async function sendOne(courier: Courier, { at, draft, copies = 1, tampering }: Delivery) {
  const { account, trunklineUrl, world, tally, signal } = courier
  await waitUntil(at, signal)
  if (!tampering || tampering === 'unreadable') recordDraft(world, draft)
  const options = { tally, signal, policy: policyFor(draft, tampering) }
  const sign = () => {
    const signed = signDraft(draft, account, Date.now())
    return tampering ? tamper(signed, { tampering, draft, account, atMs: Date.now() }) : signed
  }
  const work = () => deliver(`${trunklineUrl}${draft.path}`, sign, options)
  await Promise.all(Array.from({ length: copies }, () => courier.inTurn(signal, work)))
}

const policies = {
  retell: retellPolicy,
  twilio: twilioPolicy,
  stripe: stripePolicy,
  telnyx: telnyxPolicy,
  standard: standardPolicy,
} as const satisfies Record<Draft['provider'], DeliveryPolicy>

function policyFor(draft: Draft, tampering: Tampering | undefined): DeliveryPolicy {
  if (tampering) return oncePolicy
  return policies[draft.provider]
}
