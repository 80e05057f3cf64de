import { setTimeout as pause } from 'node:timers/promises'
import { signDraft } from '../../apps/sim/src/draft.ts'
import type { RetellEventName } from '../../apps/sim/src/retell/webhook.ts'
import type { Stage } from '../../test/process/open-stage.ts'
import { type PlannedCall, planCall, post, retellEvent } from '../../test/process/provider.ts'

type Told = { call: PlannedCall; event: RetellEventName }

/** What was told of one line, and what the doors said to it. */
export type Tellings = {
  /** By identity: what a door answered with 200, and how often. */
  acknowledged: Map<string, Told & { times: number }>
  /** Tries that nobody answered, or that were refused: the provider came again. */
  again: number
}

const eventNames: readonly RetellEventName[] = ['call_started', 'call_ended', 'call_analyzed']
const duplicateShare = 0.2
const burst = 24
const burstEveryMs = 100
/** After so many the bursts are small: what is slow to start again is waited for under load, but not by ever more. */
const fullBursts = 40
const smallBurst = 3
/** While nobody answers, no more than so many wait: a provider's own queue is bounded too. */
const mostUnderWay = 400
const longestWaitMs = 90_000
const againAfterMs = 50

export const identityOf = ({ call, event }: Told) => `${event} ${call.id}`
export const newTellings = (): Tellings => ({ acknowledged: new Map(), again: 0 })

export type Telling = { stage: Stage; doors: () => readonly { url: string }[]; aheadMs: () => number }

/** Tells one thing, at the doors in turn, until it is acknowledged. */
export async function tellUntilTaken(
  { stage, doors, aheadMs }: Telling,
  tellings: Tellings,
  told: Told,
  first: number,
): Promise<void> {
  const givesUpAt = performance.now() + longestWaitMs
  for (let tries = 0; performance.now() < givesUpAt; tries++) {
    const open = doors()
    const door = open[(first + tries) % open.length]
    const draft = retellEvent(told.event, told.call)
    const answer = door && (await post(door, signDraft(draft, stage.account, Date.now() + aheadMs())))
    if (answer?.status === 200) {
      const identity = identityOf(told)
      const times = (tellings.acknowledged.get(identity)?.times ?? 0) + 1
      return void tellings.acknowledged.set(identity, { ...told, times })
    }
    tellings.again++
    await pause(againAfterMs)
  }
  throw new Error(`${identityOf(told)} was not acknowledged in ${longestWaitMs / 1000} s`)
}

/**
 * Calls of one line, from now until it is stopped: in bursts, out of order, every fifth delivery once more. `stop` waits until
 * all of it is acknowledged, however often that must be tried.
 */
export function beginLoad(telling: Telling, options: { phoneNumber: string; random: () => number }) {
  const { phoneNumber, random } = options
  const tellings = newTellings()
  const underWay = new Set<Promise<void>>()
  let waiting: Told[] = []
  let isOver = false
  const faults: Error[] = []

  const tell = (told: Told) => {
    const one: Promise<void> = tellUntilTaken(telling, tellings, told, Math.floor(random() * 2))
      .catch((error: unknown) => {
        faults.push(error instanceof Error ? error : new Error(String(error)))
      })
      .finally(() => underWay.delete(one))
    underWay.add(one)
  }
  const plan = () => {
    while (waiting.length < burst * 2) {
      const call = planCall(phoneNumber, 30 + Math.floor(random() * 90))
      const events = eventNames.map((event) => ({ call, event }))
      waiting.push(...events, ...events.filter(() => random() < duplicateShare))
    }
    waiting = shuffled(waiting, random)
  }
  const running = (async () => {
    for (let nth = 0; !isOver; nth++) {
      if (underWay.size < mostUnderWay) {
        plan()
        for (const told of waiting.splice(0, nth < fullBursts ? burst : smallBurst)) tell(told)
      }
      await pause(burstEveryMs)
    }
    for (const told of waiting.splice(0)) tell(told)
    while (underWay.size > 0) await Promise.all(underWay)
  })()

  return {
    tellings,
    async stop(): Promise<Tellings> {
      isOver = true
      await running
      if (faults[0] !== undefined) throw faults[0]
      return tellings
    },
  }
}

function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  return items
    .map((item) => ({ item, place: random() }))
    .sort((a, b) => a.place - b.place)
    .map(({ item }) => item)
}

/** Numbers below one, the same ones for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
