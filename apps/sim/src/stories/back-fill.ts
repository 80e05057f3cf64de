import { customerNearCap, type Demo, type DemoCustomer, tierCaps, tierWeights } from '../demo-file.ts'
import type { Draft } from '../draft.ts'
import { createRandom, type Random } from '../random.ts'
import { draftBooking } from '../standard/story.ts'
import { hourIn, monthIn } from '../time.ts'
import {
  addSpending,
  draftCustomerCall,
  draftCustomerText,
  draftStrangerCall,
  draftTelnyxCustomerCall,
  type Plan,
  type Spending,
} from './plan.ts'

const calls = 300
/** A text's callbacks carry no time of their own: each counts when it arrives, so the past can hold only a few. */
const texts = 24
const hourMs = 3_600_000

/** How busy a business is at each hour of its day. */
const busyness = [1, 1, 1, 1, 1, 2, 4, 9, 14, 16, 15, 13, 11, 13, 15, 14, 12, 9, 6, 4, 3, 2, 2, 1]

/** How full the small customer is when the watching begins. */
const nearCapShare = 0.74

/** The last day as it would have been: calls and texts of the current month alone, oldest first. */
export function planBackFill({ seed, demo, now }: { seed: string; demo: Demo; now: number }): Plan {
  const random = createRandom(`back-fill:${seed}`)
  const spent: Spending = {}
  const drafts: Draft[] = []
  const nearCap = customerNearCap(demo)
  const calm = demo.customers.filter((customer) => customer !== nearCap)

  for (let index = 0; index < calls; index++) {
    const customer = calm.length > 0 ? random.pickWeighted(calm, ({ tier }) => tierWeights[tier]) : nearCap
    const startedAt = chooseTime(random, customer, now)
    // only the carrier says when a call rang that nobody answered; Retell gives it no start
    const seconds = customer.provider === 'twilio' && random.chance(0.35) ? 0 : chooseSeconds(random)
    const direction = random.chance(0.25) ? 'outbound' : 'inbound'
    const isCarrierReporting = random.chance(0.3)
    if (startedAt === undefined) continue
    drafts.push(
      ...draftCustomerCall(demo, customer, {
        seed: `${seed}:past:${index}`,
        startedAt,
        seconds,
        direction,
        isCarrierReporting,
      }),
    )
    addSpending(spent, customer.phoneNumber, { seconds })
  }
  drafts.push(...fillNearCap(random, demo, { seed, now, spent }))
  for (let index = 0; index < 3; index++) {
    const startedAt = now - random.integer(1, 20) * hourMs
    const seconds = random.integer(12, 70)
    if (isThisMonth('UTC', startedAt, now)) {
      drafts.push(
        ...draftStrangerCall(demo, { seed: `${seed}:stranger:${index}`, startedAt, seconds, direction: 'inbound' }),
      )
    }
  }
  for (let index = 0; index < texts; index++) {
    const customer = random.pickWeighted(demo.customers, ({ tier }) => tierWeights[tier])
    const direction = random.chance(0.65) ? 'outbound' : 'inbound'
    const sentAt = chooseTime(random, customer, now)
    if (sentAt === undefined) continue
    const text = draftCustomerText(demo, customer, { seed: `${seed}:past:${index}`, sentAt, direction })
    drafts.push(...text.drafts)
    addSpending(spent, customer.phoneNumber, { segments: text.segments })
  }
  drafts.push(...planBeside(demo, { seed, now, spent }))
  return { drafts: drafts.sort((one, other) => one.at - other.at), spent }
}

/** What came over Telnyx, and from a calendar. */
function planBeside(demo: Demo, { seed, now, spent }: { seed: string; now: number; spent: Spending }): Draft[] {
  const random = createRandom(`back-fill-beside:${seed}`)
  const reached = demo.customers.filter(({ provider }) => provider === 'twilio')
  const drafts: Draft[] = []
  for (let index = 0; index < 8; index++) {
    const { businessName } = random.pick(demo.customers)
    drafts.push(
      draftBooking({ seed: `${seed}:past:${index}`, businessName, at: now - random.integer(1, 240) * 60_000 }),
    )
    if (reached.length === 0) continue
    const customer = random.pick(reached)
    const startedAt = chooseTime(random, customer, now)
    const seconds = random.integer(18, 140)
    if (startedAt === undefined) continue
    drafts.push(...draftTelnyxCustomerCall(customer, { seed: `${seed}:past:${index}`, startedAt, seconds }))
    addSpending(spent, customer.phoneNumber, { seconds })
  }
  return drafts
}

/** Long calls of the one customer that is near its cap, up to the share it starts with. */
function fillNearCap(random: Random, demo: Demo, { seed, now, spent }: { seed: string; now: number; spent: Spending }) {
  const customer = customerNearCap(demo)
  const goal = tierCaps[customer.tier].seconds * nearCapShare
  const drafts: Draft[] = []
  for (let index = 0; index < 60; index++) {
    const left = goal - (spent[customer.phoneNumber]?.seconds ?? 0)
    if (left < 20) break
    const startedAt = chooseTime(random, customer, now)
    if (startedAt === undefined) continue
    const seconds = Math.min(Math.floor(left), random.integer(120, 480))
    drafts.push(
      ...draftCustomerCall(demo, customer, { seed: `${seed}:near:${index}`, startedAt, seconds, direction: 'inbound' }),
    )
    addSpending(spent, customer.phoneNumber, { seconds })
  }
  return drafts
}

function chooseSeconds(random: Random) {
  return random.chance(0.2) ? random.integer(150, 420) : random.integer(18, 140)
}

/** A moment of the last day, in the customer's hours; none when it would fall into last month. */
function chooseTime(random: Random, customer: DemoCustomer, now: number) {
  const hours = Array.from({ length: 24 }, (_, ago) => ago)
  const ago = random.pickWeighted(hours, (hour) => busyness[hourIn(customer.timezone, now - hour * hourMs)] ?? 1)
  // ten minutes of distance, so that every call is over
  const at = now - ago * hourMs - random.integer(10 * 60_000, hourMs)
  return isThisMonth(customer.timezone, at, now) ? at : undefined
}

export function isThisMonth(timeZone: string, at: number, now: number) {
  return ['UTC', timeZone].every((zone) => monthIn(zone, at) === monthIn(zone, now))
}
