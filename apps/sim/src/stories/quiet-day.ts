import { customerNearCap, type Demo, tierCaps, tierWeights } from '../demo-file.ts'
import type { Draft } from '../draft.ts'
import { createRandom, type Random } from '../random.ts'
import { draftBooking } from '../standard/story.ts'
import { isThisMonth } from './back-fill.ts'
import {
  addSpending,
  draftCustomerCall,
  draftCustomerText,
  draftStrangerCall,
  draftTelnyxCustomerCall,
  hasRoomForCalls,
  hasRoomForTexts,
  mergeSpending,
  type Plan,
  type Spending,
} from './plan.ts'

type Minute = {
  seed: string
  demo: Demo
  /** Which minute of the story this is, from 0. */
  minute: number
  startsAt: number
  spending: Spending
  /** When everything has to be over. */
  endsAt?: number
}

/** One minute of steady traffic; the rate swells and ebbs over seven minutes. */
export function planQuietMinute(input: Minute): Plan {
  const { seed, minute, startsAt } = input
  const random = createRandom(`quiet-day:${seed}:${minute}`)
  const tide = 0.5 + 0.5 * Math.cos((minute / 7) * 2 * Math.PI)
  const spent: Spending = {}
  const drafts: Draft[] = []
  const moment = () => startsAt + random.integer(0, 59_000)

  const calls = 4 + Math.round(tide * 6) + random.integer(0, 1)
  for (let index = 0; index < calls; index++) {
    drafts.push(...planCall(random, input, { seed: `${seed}:${minute}:${index}`, startedAt: moment(), spent }))
  }
  const texts = 2 + Math.round(tide * 5) + random.integer(0, 1)
  for (let index = 0; index < texts; index++) {
    drafts.push(...planText(random, input, { seed: `${seed}:${minute}:${index}`, sentAt: moment(), spent }))
  }
  if (minute % 4 === 0) {
    const call = { seed: `${seed}:${minute}:stranger`, startedAt: startsAt + 4_000, seconds: random.integer(6, 24) }
    drafts.push(...draftStrangerCall(input.demo, { ...call, direction: 'inbound' }))
  }
  drafts.push(...planBeside(input, spent))
  return { drafts, spent }
}

/** What comes over Telnyx, and from a calendar: one call a minute, and a booking every second one. */
function planBeside({ seed, demo, minute, startsAt, endsAt, ...input }: Minute, spent: Spending): Draft[] {
  const random = createRandom(`beside:${seed}:${minute}`)
  const spending = mergeSpending(input.spending, spent)
  const reached = demo.customers.filter(
    (customer) => customer.provider === 'twilio' && hasRoomForCalls(demo, spending, customer),
  )
  const drafts: Draft[] = []
  if (reached.length > 0) {
    const customer = random.pick(reached)
    const startedAt = startsAt + random.integer(9_000, 50_000)
    const longest = endsAt === undefined ? 90 : Math.floor((endsAt - startedAt) / 1000)
    const seconds = random.chance(0.15) || longest < 5 ? 0 : Math.min(random.integer(14, 90), longest)
    drafts.push(...draftTelnyxCustomerCall(customer, { seed: `${seed}:${minute}`, startedAt, seconds }))
    addSpending(spent, customer.phoneNumber, { seconds })
  }
  if (minute % 2 === 0) {
    const { businessName } = random.pick(demo.customers)
    drafts.push(draftBooking({ seed: `${seed}:${minute}`, businessName, at: startsAt + random.integer(1_000, 30_000) }))
  }
  return drafts
}

function planCall(random: Random, input: Minute, call: { seed: string; startedAt: number; spent: Spending }): Draft[] {
  const { demo, endsAt } = input
  const spending = mergeSpending(input.spending, call.spent)
  const withRoom = demo.customers.filter((customer) => hasRoomForCalls(demo, spending, customer))
  const customer = random.pickWeighted(withRoom.length > 0 ? withRoom : demo.customers, ({ tier }) => tierWeights[tier])
  const direction = random.chance(0.3) ? 'outbound' : 'inbound'
  const isCarrierReporting = random.chance(0.3)
  const isMissed = random.chance(0.15) || withRoom.length === 0
  const chosen = random.chance(0.2) ? random.integer(90, 170) : random.integer(14, 90)
  const longest = endsAt === undefined ? chosen : Math.floor((endsAt - call.startedAt) / 1000) - 12
  const seconds = isMissed || longest < 5 ? 0 : Math.min(chosen, longest)
  addSpending(call.spent, customer.phoneNumber, { seconds })
  return draftCustomerCall(demo, customer, { ...call, seconds, direction, isCarrierReporting })
}

function planText(random: Random, input: Minute, text: { seed: string; sentAt: number; spent: Spending }): Draft[] {
  const spending = mergeSpending(input.spending, text.spent)
  const withRoom = input.demo.customers.filter((customer) => hasRoomForTexts(spending, customer))
  const direction = random.chance(0.6) ? 'outbound' : 'inbound'
  if (withRoom.length === 0) return []
  const customer = random.pickWeighted(withRoom, ({ tier }) => tierWeights[tier])
  const isOptingOut = direction === 'inbound' && random.chance(0.04)
  const body = isOptingOut ? { body: 'STOP' } : {}
  const { drafts, segments } = draftCustomerText(input.demo, customer, { ...text, direction, ...body })
  addSpending(text.spent, customer.phoneNumber, { segments })
  return drafts
}

/**
 * The small customer's month runs out: long calls that began some minutes ago end one after the other,
 * the first to cross 80 % within the first minute, the last to cross 100 % within the second.
 */
export function planApproach(input: { seed: string; demo: Demo; now: number; spending: Spending }): Plan {
  const { seed, demo, now } = input
  const random = createRandom(`approach:${seed}`)
  const customer = customerNearCap(demo)
  const cap = tierCaps[customer.tier].seconds
  const spent: Spending = {}
  const drafts: Draft[] = []
  let used = input.spending[customer.phoneNumber]?.seconds ?? 0
  for (let index = 0; index < 14 && used < cap; index++) {
    const seconds = random.integer(580, 690)
    const endsAt = now + 20_000 + index * 22_000
    const startedAt = endsAt - seconds * 1000
    if (!isThisMonth(customer.timezone, startedAt, now)) break
    drafts.push(
      ...draftCustomerCall(demo, customer, {
        seed: `${seed}:near-now:${index}`,
        startedAt,
        seconds,
        direction: 'inbound',
      }),
    )
    addSpending(spent, customer.phoneNumber, { seconds })
    used += seconds
  }
  return { drafts, spent }
}
