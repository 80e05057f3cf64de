import type { Account } from '../account.ts'
import { type Courier, type Delivery, hireCourier, sendAll } from '../delivery/dispatch.ts'
import type { Tally } from '../delivery/tally.ts'
import type { Demo } from '../demo-file.ts'
import type { Draft } from '../draft.ts'
import { waitUntil } from '../time.ts'
import type { World } from '../world.ts'
import { planBackFill } from './back-fill.ts'
import { type FaultChange, planBadNight } from './bad-night.ts'
import type { StoryName } from './names.ts'
import { mergeSpending, type Spending } from './plan.ts'
import { planApproach, planQuietMinute } from './quiet-day.ts'
import { type Truth, truthOf } from './truth.ts'

/** What a story is told on. */
export type Stage = {
  demo: Demo
  account: Account
  trunklineUrl: string
  world: World
  /** What the customers have used before the story; it is added to. */
  spending: Spending
}

export type Telling = {
  name: StoryName
  seed: string
  minutes: number
  state: 'running' | 'done' | 'stopped'
  truth: Truth
  tally: Tally
}

const usualMinutes: Record<StoryName, number> = { 'quiet-day': 2, 'bad-night': 2, 'back-fill': 0.5 }
const requestsPerSecond: Record<StoryName, number> = { 'quiet-day': 3, 'bad-night': 120, 'back-fill': 50 }

/** Tells a story once, from now on; `finished` resolves when it is over or stopped. */
export function tellStory(
  stage: Stage,
  request: { name: StoryName; seed?: string | undefined; minutes?: number | undefined },
  signal: AbortSignal,
): { telling: Telling; finished: Promise<void> } {
  const { name, seed = String(Date.now()), minutes = usualMinutes[name] } = request
  const { deliveries, faults, spent } = planStory(stage, { name, seed, minutes })
  Object.assign(stage.spending, mergeSpending(stage.spending, spent))
  const courier = hireCourier({
    ...stage,
    signal,
    perSecond: requestsPerSecond[name],
    atOnce: name === 'bad-night' ? 32 : 16,
  })
  const telling: Telling = { name, seed, minutes, state: 'running', truth: truthOf(deliveries), tally: courier.tally }
  return { telling, finished: perform(courier, telling, { deliveries, faults }) }
}

async function perform(courier: Courier, telling: Telling, story: { deliveries: Delivery[]; faults: FaultChange[] }) {
  try {
    await Promise.all([sendAll(courier, story.deliveries), changeFaults(courier, story.faults)])
    telling.state = 'done'
  } catch (error) {
    telling.state = 'stopped'
    if (!courier.signal.aborted) throw error
  } finally {
    if (story.faults.length > 0) courier.world.faults.twilio = { mode: 'ok' }
  }
}

async function changeFaults({ world, signal }: Courier, faults: readonly FaultChange[]) {
  for (const { at, vendor, fault } of faults) {
    await waitUntil(at, signal)
    world.faults[vendor] = { ...fault }
  }
}

function planStory(
  { demo, spending }: Stage,
  { name, seed, minutes }: { name: StoryName; seed: string; minutes: number },
): { deliveries: Delivery[]; faults: FaultChange[]; spent: Spending } {
  const now = Date.now()
  if (name === 'bad-night') return { ...planBadNight({ seed, demo, now, minutes, spending }), spent: {} }
  if (name === 'back-fill') {
    const { drafts, spent } = planBackFill({ seed, demo, now })
    return { deliveries: atTheirTime(drafts), faults: [], spent }
  }
  const approach = planApproach({ seed, demo, now, spending })
  const drafts = [...approach.drafts]
  let spent = approach.spent
  for (let minute = 0; minute < minutes; minute++) {
    const startsAt = now + minute * 60_000
    const planned = planQuietMinute({
      seed,
      demo,
      minute,
      startsAt,
      spending: mergeSpending(spending, spent),
      endsAt: now + minutes * 60_000,
    })
    drafts.push(...planned.drafts)
    spent = mergeSpending(spent, planned.spent)
  }
  return { deliveries: atTheirTime(drafts), faults: [], spent }
}

function atTheirTime(drafts: readonly Draft[]): Delivery[] {
  return [...drafts].sort((one, other) => one.at - other.at).map((draft) => ({ at: draft.at, draft }))
}

export function describeTruth(truth: Truth) {
  const { calls, seconds, messages, segments, forged, unreadable } = truth
  const lines = [
    `What really happened: ${calls} calls of ${seconds} s together, ${messages} messages of ${segments} segments`,
  ]
  if (forged > 0) lines.push(`  ${String(forged).padStart(6)} forged requests that must not count`)
  if (unreadable > 0) lines.push(`  ${String(unreadable).padStart(6)} genuine requests that nobody can read`)
  return lines.join('\n')
}
