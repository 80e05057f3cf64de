import { type Courier, hireCourier, sendAll, sendDrafts } from '../delivery/dispatch.ts'
import type { Tally } from '../delivery/tally.ts'
import { type Gap, gaps, plantGap } from '../gaps.ts'
import type { Progress } from '../progress.ts'
import { planMoney, planSubscriptions } from '../stripe/story.ts'
import { monthIn, waitUntil } from '../time.ts'
import { isThisMonth, planBackFill } from './back-fill.ts'
import { draftCustomerCall, mergeSpending, type Plan } from './plan.ts'
import { planApproach, planQuietMinute } from './quiet-day.ts'
import type { Stage } from './tell.ts'

/** Where a demo that nobody stops comes to rest. */
const largestRun = { requests: 40_000, bytes: 128 * 1024 * 1024 }

export type Life = {
  seed: string
  progress: Progress
  save: () => Promise<void>
  follow: (work: Promise<void>) => void
  signal: AbortSignal
}

/** Tells the past once, then lets quiet minutes go by until the run is large enough. Rejects when stopped. */
export async function live(stage: Stage, life: Life) {
  const { progress, save, signal } = life
  if (!progress.isBackFilled) {
    await backFill(stage, life)
    progress.isBackFilled = true
    await save()
  }
  const courier = hireCourier({ ...stage, signal, perSecond: 3 })
  const beganAt = Date.now()
  const seed = `${life.seed}:${beganAt}`
  begin(life, courier, stage, planApproach({ ...stage, seed, now: beganAt }))
  begin(life, courier, stage, { drafts: planMoney({ ...stage, seed, now: beganAt }), spent: {} })
  for (let minute = 0; !isLargeEnough(courier.tally); minute++) {
    const startsAt = beganAt + minute * 60_000
    turnMonth(stage, progress, startsAt)
    begin(life, courier, stage, planQuietMinute({ ...stage, seed, minute, startsAt }))
    const gap = minute % gapEveryMinutes === 0 ? gaps[(minute / gapEveryMinutes) % gaps.length] : undefined
    if (gap) leaveGap(life, courier, stage, { gap, seed: `${seed}:${minute}`, endsAt: startsAt })
    await save()
    await waitUntil(startsAt + 60_000, signal)
  }
}

/** Now and then a provider tells less, or more, than it lists, of a call that is long over. */
const gapEveryMinutes = 6
const settledMs = 7 * 3_600_000

function leaveGap(life: Life, courier: Courier, stage: Stage, call: { gap: Gap; seed: string; endsAt: number }) {
  const customer = stage.demo.customers.find(({ provider }) => provider === 'retell')
  const startedAt = call.endsAt - settledMs - 95_000
  if (!customer || !isThisMonth(customer.timezone, startedAt, call.endsAt)) return
  const drafts = draftCustomerCall(stage.demo, customer, {
    seed: `${call.seed}:gap`,
    startedAt,
    seconds: 95,
    direction: 'inbound',
  })
  life.follow(sendAll(courier, plantGap(stage.world, call.gap, drafts)))
}

function begin(life: Life, courier: Courier, stage: Stage, { drafts, spent }: Plan) {
  Object.assign(stage.spending, mergeSpending(stage.spending, spent))
  life.follow(sendDrafts(courier, drafts))
}

/** The past is planned from the first start, so that a back-fill that was broken off goes on with the same calls. */
async function backFill(stage: Stage, { seed, progress, signal }: Life) {
  const now = progress.firstStartedAt
  if (!isThisMonth('UTC', now, Date.now())) return
  const { drafts, spent } = planBackFill({ seed, demo: stage.demo, now })
  const money = planSubscriptions({ demo: stage.demo, now })
  await sendDrafts(hireCourier({ ...stage, signal, perSecond: 50 }), [...money, ...drafts])
  Object.assign(stage.spending, mergeSpending(stage.spending, spent))
}

function turnMonth({ spending }: Stage, progress: Progress, now: number) {
  const month = monthIn('UTC', now)
  if (month === progress.month) return
  progress.month = month
  for (const phoneNumber of Object.keys(spending)) delete spending[phoneNumber]
}

function isLargeEnough({ requests, bytes }: Tally) {
  return requests >= largestRun.requests || bytes >= largestRun.bytes
}
