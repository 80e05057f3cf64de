import type { Delivery } from '../delivery/dispatch.ts'
import { forgeries } from '../delivery/tamper.ts'
import { customerNearCap, type Demo, type DemoCustomer, tierCaps } from '../demo-file.ts'
import type { Draft } from '../draft.ts'
import type { Fault, Vendor } from '../faults.ts'
import { createRandom, type Random } from '../random.ts'
import { isThisMonth } from './back-fill.ts'
import { draftCustomerCall, draftCustomerText, type Spending } from './plan.ts'

export type FaultChange = { at: number; vendor: Vendor; fault: Fault }

export type BadNight = { deliveries: Delivery[]; faults: FaultChange[] }

type Input = { seed: string; demo: Demo; now: number; minutes: number; spending: Spending }

/** What goes wrong in a night, act after act; about 700 requests whatever its length. */
export function planBadNight(input: Input): BadNight {
  const random = createRandom(`bad-night:${input.seed}`)
  const inventCall = callsOf(random, input)
  const moment = momentsOf(random, input)
  const deliveries = [
    ...duplicate(random, inventCall, moment),
    ...reorder(random, inventCall, moment),
    ...forge(random, inventCall, moment),
    ...garble(inventCall, moment),
    ...delay(inventCall, moment),
    ...runOverCap(random, input, moment),
    ...burst(random, inventCall, input, moment),
  ]
  return {
    deliveries: deliveries.sort((one, other) => one.at - other.at),
    faults: failTwilio(moment),
  }
}

type InventCall = (name: string, provider?: 'retell') => Draft[]
type Moment = (from: number, until?: number) => number

/** A short call of some minutes ago, so that everything about it has already happened. */
function callsOf(random: Random, { seed, demo, now }: Input): InventCall {
  const onRetell = demo.customers.filter(({ provider }) => provider === 'retell')
  return (name, provider) => {
    const customer = random.pick(provider && onRetell.length > 0 ? onRetell : demo.customers)
    const startedAt = now - random.integer(4 * 60_000, 25 * 60_000)
    const seconds = random.integer(8, 55)
    return draftCustomerCall(demo, customer, { seed: `${seed}:${name}`, startedAt, seconds, direction: 'inbound' })
  }
}

function momentsOf(random: Random, { now, minutes }: Input): Moment {
  return (from, until = from) => now + Math.round(minutes * 60_000 * (from + random.fraction() * (until - from)))
}

const times = <Item>(count: number, make: (index: number) => Item) =>
  Array.from({ length: count }, (_, index) => make(index))

function duplicate(random: Random, inventCall: InventCall, moment: Moment): Delivery[] {
  return times(20, (index) => inventCall(`duplicate:${index}`)).flatMap((drafts) => {
    const at = moment(0, 0.15)
    return drafts.flatMap((draft, step) => [
      { draft, at: at + step * 150, copies: random.integer(2, 4) },
      { draft, at: moment(0.2, 0.9) },
    ])
  })
}

function reorder(random: Random, inventCall: InventCall, moment: Moment): Delivery[] {
  return times(20, (index) => inventCall(`reorder:${index}`)).flatMap((drafts) => {
    const at = moment(0.15, 0.3)
    return random.shuffle(drafts).map((draft, step) => ({ draft, at: at + step * 300 }))
  })
}

/** Forged first; for every other one the genuine delivery of the same event follows. */
function forge(random: Random, inventCall: InventCall, moment: Moment): Delivery[] {
  return times(30, (index) => {
    const draft = random.pick(inventCall(`forge:${index}`))
    const tampering = forgeries[index % forgeries.length] ?? 'wrong_key'
    const at = moment(0.3, 0.45)
    const forged: Delivery = { draft, at, tampering }
    return index % 2 === 0 ? [forged, { draft, at: at + 1_000 }] : [forged]
  }).flat()
}

function garble(inventCall: InventCall, moment: Moment): Delivery[] {
  return times(12, (index) => inventCall(`garble:${index}`, 'retell').slice(0, 1))
    .flat()
    .filter(({ provider }) => provider === 'retell')
    .map((draft) => ({ draft, at: moment(0.4, 0.5), tampering: 'unreadable' }))
}

/** The end of a call is told long after it ended, its analysis later still. */
function delay(inventCall: InventCall, moment: Moment): Delivery[] {
  return times(10, (index) => inventCall(`delay:${index}`, 'retell')).flatMap((drafts) =>
    drafts.map((draft, step) => ({
      draft,
      at: step === 0 ? moment(0.05, 0.1) : moment(0.6 + step * 0.1, 0.65 + step * 0.1),
    })),
  )
}

function failTwilio(moment: Moment): FaultChange[] {
  return [
    { at: moment(0.5), vendor: 'twilio', fault: { mode: 'error_500' } },
    { at: moment(0.58), vendor: 'twilio', fault: { mode: 'timeout' } },
    { at: moment(0.65), vendor: 'twilio', fault: { mode: 'error_429' } },
    { at: moment(0.7), vendor: 'twilio', fault: { mode: 'accept_then_drop', times: 2 } },
    { at: moment(0.78), vendor: 'twilio', fault: { mode: 'ok' } },
  ]
}

/** A customer crosses 80 and 100 % while texts cannot be sent. */
function runOverCap(random: Random, { seed, demo, now, spending }: Input, moment: Moment): Delivery[] {
  const customer = customerToExhaust(demo)
  const deliveries: Delivery[] = []
  let left = tierCaps[customer.tier].seconds * 1.03 - (spending[customer.phoneNumber]?.seconds ?? 0)
  for (let index = 0; index < 30 && left > 0; index++) {
    const seconds = random.integer(900, 1_500)
    const startedAt = now - (seconds + random.integer(300, 5 * 3_600)) * 1000
    if (!isThisMonth(customer.timezone, startedAt, now)) continue
    const at = moment(0.5, 0.56)
    const call = { seed: `${seed}:cap:${index}`, startedAt, seconds, direction: 'inbound' as const }
    deliveries.push(...draftCustomerCall(demo, customer, call).map((draft, step) => ({ draft, at: at + step * 200 })))
    left -= seconds
  }
  return deliveries
}

/** Not the customer whose cap the quiet day exhausts, when there is another. */
function customerToExhaust(demo: Demo): DemoCustomer {
  const others = demo.customers.filter((customer) => customer !== customerNearCap(demo))
  return others.length > 0 ? customerNearCap({ ...demo, customers: others }) : customerNearCap(demo)
}

function burst(random: Random, inventCall: InventCall, { seed, demo, now }: Input, moment: Moment): Delivery[] {
  const at = moment(0.85)
  const calls = times(60, (index) => inventCall(`burst:${index}`)).flat()
  const texts = times(30, (index) => {
    const direction = random.chance(0.5) ? 'inbound' : 'outbound'
    const text = { seed: `${seed}:burst:${index}`, sentAt: now - 60_000, direction } as const
    return draftCustomerText(demo, random.pick(demo.customers), text).drafts
  }).flat()
  return random.shuffle([...calls, ...texts]).map((draft) => ({ draft, at }))
}
