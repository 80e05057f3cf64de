import { createHmac, createPrivateKey, createPublicKey, verify } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { type Demo, tierCaps } from '../demo-file.ts'
import { type Draft, signDraft } from '../draft.ts'
import { signRetell } from '../retell/sign.ts'
import { startSim } from '../server.ts'
import { account, demo } from '../testing/demo.ts'
import { eventually, openReceiver } from '../testing/receiver.ts'
import { monthIn } from '../time.ts'
import { planBackFill } from './back-fill.ts'
import { planBadNight } from './bad-night.ts'
import { mergeSpending, type Spending } from './plan.ts'
import { planApproach, planQuietMinute } from './quiet-day.ts'
import { truthOf } from './truth.ts'

const now = Date.UTC(2026, 2, 18, 19, 5)
const core = '+13125550101'

const callsOf = (drafts: Draft[]) =>
  new Set(
    drafts.map((draft) => {
      if (draft.provider === 'retell') return draft.payload.call.telephony_identifier?.twilio_call_sid
      return draft.provider === 'twilio' ? draft.params.CallSid : undefined
    }),
  )
const asDeliveries = (drafts: Draft[]) => drafts.map((draft) => ({ at: draft.at, draft }))

function quietMinutes(count: number, spending: Spending = {}) {
  let spent = spending
  const drafts: Draft[] = []
  for (let minute = 0; minute < count; minute++) {
    const planned = planQuietMinute({ seed: 'q', demo, minute, startsAt: now + minute * 60_000, spending: spent })
    drafts.push(...planned.drafts)
    spent = mergeSpending(spent, planned.spent)
  }
  return { drafts, spent }
}

describe('the back-fill', () => {
  test('is the last day: about 300 calls and a few messages, nothing of tomorrow', () => {
    const { drafts } = planBackFill({ seed: 'a', demo, now })
    const truth = truthOf(asDeliveries(drafts))
    expect(truth.calls).toBeGreaterThan(280)
    expect(truth.calls).toBeLessThan(380)
    expect(truth.messages).toBe(24)
    expect(Math.max(...drafts.map(({ at }) => at))).toBeLessThanOrEqual(now)
    expect(Math.min(...drafts.map(({ at }) => at))).toBeGreaterThan(now - 26 * 3_600_000)
  })

  test('leaves the small customer just below 80 % and everybody else calm', () => {
    const { spent } = planBackFill({ seed: 'a', demo, now })
    expect((spent[core]?.seconds ?? 0) / tierCaps.core.seconds).toBeGreaterThan(0.7)
    for (const { phoneNumber, tier } of demo.customers) {
      expect((spent[phoneNumber]?.seconds ?? 0) / tierCaps[tier].seconds).toBeLessThan(0.8)
      expect((spent[phoneNumber]?.segments ?? 0) / tierCaps[tier].segments).toBeLessThan(0.8)
    }
  })

  test('stays within the current month, in UTC and where the customer is', () => {
    const early = Date.UTC(2026, 2, 1, 9)
    const { drafts } = planBackFill({ seed: 'a', demo, now: early })
    expect(drafts.length).toBeGreaterThan(0)
    for (const { at } of drafts) {
      // ringing precedes the call itself by some seconds
      expect(monthIn('UTC', at + 10_000)).toBe('2026-03')
    }
  })

  test('is the same for the same seed and moment', () => {
    expect(planBackFill({ seed: 'a', demo, now })).toEqual(planBackFill({ seed: 'a', demo, now }))
  })
})

describe('a quiet day', () => {
  test('brings the small customer over 80 % within a minute and over 100 % within two', () => {
    const { spent } = planBackFill({ seed: 'a', demo, now })
    const { drafts } = planApproach({ seed: 'a', demo, now, spending: spent })
    const usedBy = (at: number) =>
      (spent[core]?.seconds ?? 0) + truthOf(asDeliveries(drafts.filter((draft) => draft.at <= at))).seconds
    expect(usedBy(now)).toBeLessThan(tierCaps.core.seconds * 0.8)
    expect(usedBy(now + 60_000)).toBeGreaterThanOrEqual(tierCaps.core.seconds * 0.8)
    expect(usedBy(now + 60_000)).toBeLessThan(tierCaps.core.seconds)
    expect(usedBy(now + 120_000)).toBeGreaterThanOrEqual(tierCaps.core.seconds)
  })

  test('does nothing more to a customer whose month has run out', () => {
    const spending = { [core]: { seconds: tierCaps.core.seconds, segments: 0 } }
    expect(planApproach({ seed: 'a', demo, now, spending }).drafts).toEqual([])
  })

  test('stays below three webhooks a second and varies over time', () => {
    const perMinute = Array.from(
      { length: 28 },
      (_, minute) => planQuietMinute({ seed: 'q', demo, minute, startsAt: now, spending: {} }).drafts.length,
    )
    expect(Math.max(...perMinute)).toBeLessThan(180)
    expect(Math.max(...perMinute)).toBeGreaterThan(Math.min(...perMinute) * 1.5)
    expect(Math.min(...perMinute)).toBeGreaterThan(5)
  })

  test('knows all customers, both directions and now and then a stranger', () => {
    const { drafts, spent } = quietMinutes(60)
    expect(Object.keys(spent).sort()).toEqual(demo.customers.map(({ phoneNumber }) => phoneNumber).sort())
    const directions = drafts.flatMap((draft) => (draft.provider === 'retell' ? [draft.payload.call.direction] : []))
    expect(new Set(directions)).toEqual(new Set(['inbound', 'outbound']))
    const strangers = drafts.filter(
      (draft) => draft.provider === 'retell' && draft.payload.call.to_number === demo.strangerNumber,
    )
    expect(callsOf(strangers).size).toBe(15)
  })

  test('is told by Telnyx and a calendar too: signed as they sign, and what Telnyx bills is what was talked', () => {
    const { drafts, spent } = quietMinutes(12)
    const beside = drafts.filter((draft) => draft.provider === 'telnyx' || draft.provider === 'standard')
    expect(new Set(beside.map(({ path }) => path))).toEqual(
      new Set(['/webhooks/telnyx', '/webhooks/standard/calendar']),
    )
    const der = Buffer.concat([
      Buffer.from('302e020100300506032b657004220420', 'hex'),
      Buffer.from(demo.telnyxSigningKey, 'base64'),
    ])
    const publicKey = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }))
    for (const draft of beside) {
      const { headers, body } = signDraft(draft, account, now)
      if (draft.provider === 'standard') {
        const key = Buffer.from(demo.calendarSecret.slice('whsec_'.length), 'base64')
        const said = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
        expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(said).digest('base64')}`)
        continue
      }
      const signed = Buffer.from(`${headers['telnyx-timestamp']}|${body}`)
      expect(verify(null, signed, publicKey, Buffer.from(headers['telnyx-signature-ed25519'] ?? '', 'base64'))).toBe(
        true,
      )
    }
    const telnyx = drafts.filter((draft) => draft.provider === 'telnyx')
    const legs = new Set(telnyx.map(({ payload }) => payload.data.payload.call_leg_id))
    expect(legs.size).toBe(12)
    const carried = drafts.filter(({ provider }) => provider !== 'telnyx')
    const billed = truthOf(asDeliveries(telnyx)).seconds
    expect(truthOf(asDeliveries(drafts)).seconds).toBe(truthOf(asDeliveries(carried)).seconds + billed)
    expect(Object.values(spent).reduce((sum, { seconds }) => sum + seconds, 0)).toBeGreaterThan(billed)
  })

  test('does not wear a customer out, however long it goes on', () => {
    const nearlyFull = Object.fromEntries(
      demo.customers.map(({ phoneNumber, tier }) => [
        phoneNumber,
        { seconds: tierCaps[tier].seconds * 0.699, segments: Math.floor(tierCaps[tier].segments * 0.699) },
      ]),
    )
    const { spent } = quietMinutes(240, nearlyFull)
    for (const { phoneNumber, tier } of demo.customers) {
      expect((spent[phoneNumber]?.seconds ?? 0) / tierCaps[tier].seconds).toBeLessThan(0.8)
      expect((spent[phoneNumber]?.segments ?? 0) / tierCaps[tier].segments).toBeLessThan(0.8)
    }
  })

  test('is over when it has to be', () => {
    const { drafts } = planQuietMinute({
      seed: 'q',
      demo,
      minute: 1,
      startsAt: now,
      spending: {},
      endsAt: now + 60_000,
    })
    expect(Math.max(...drafts.map(({ at }) => at))).toBeLessThan(now + 75_000)
  })

  test('is the same for the same seed', () => {
    expect(quietMinutes(3)).toEqual(quietMinutes(3))
  })
})

describe('a bad night', () => {
  const night = (seed: string) => planBadNight({ seed, demo, now, minutes: 2, spending: {} })

  test('has duplicates, forgeries, unreadable bytes, a burst and a provider that fails, within bounds', () => {
    const { deliveries, faults } = night('n')
    expect(deliveries.some(({ copies = 1 }) => copies > 1)).toBe(true)
    expect(new Set(deliveries.map(({ tampering }) => tampering)).size).toBe(7)
    expect(faults.at(-1)?.fault).toEqual({ mode: 'ok' })
    const requests = deliveries.reduce((sum, { copies = 1 }) => sum + copies, 0)
    expect(requests).toBeGreaterThan(400)
    expect(requests).toBeLessThan(1_000)
    expect(Math.max(...deliveries.map(({ at }) => at))).toBeLessThan(now + 2 * 60_000 + 5_000)
  })

  test('tells the end of some calls long after they ended, and some in the wrong order', () => {
    const { deliveries } = night('n')
    expect(deliveries.some(({ at, draft }) => at - draft.at > 4 * 60_000)).toBe(true)
    const firstTold = new Map<string, string>()
    for (const { draft } of deliveries) {
      if (draft.provider !== 'retell') continue
      const { event, call } = draft.payload
      if (call.call_id && !firstTold.has(call.call_id)) firstTold.set(call.call_id, event)
    }
    expect([...firstTold.values()]).toContain('call_analyzed')
  })

  test('has only happened by the time it is told', () => {
    for (const { at, draft } of night('n').deliveries) expect(draft.at).toBeLessThanOrEqual(at)
  })

  test('is the same for the same seed', () => {
    expect(night('n')).toEqual(night('n'))
    expect(night('m')).not.toEqual(night('n'))
  })
})

describe('told to a running system', () => {
  const closing: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const close of closing.splice(0)) await close()
  })

  async function stage(smallDemo: Demo) {
    const receiver = await openReceiver()
    const setting = { demo: smallDemo, account, trunklineUrl: receiver.url, spending: {} }
    const sim = await startSim({ account, port: 0, trunklineUrl: receiver.url, setting })
    closing.push(sim.stop, receiver.close)
    const tell = (name: string, body: object) =>
      fetch(`${sim.url}/sim/stories/${name}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const last = async () =>
      (
        (await (await fetch(`${sim.url}/sim/stories`)).json()) as {
          last: { state: string; tally: { requests: number } }
        }
      ).last
    return { receiver, sim, tell, last }
  }

  test('a bad night is played to its end and signed as it is sent', { timeout: 30_000 }, async () => {
    const { receiver, sim, tell, last } = await stage(demo)
    expect((await tell('bad-night', { seed: 'n', minutes: 0.1 })).status).toBe(202)
    expect((await tell('bad-night', {})).status).toBe(409)
    while ((await last()).state === 'running') await new Promise((resolve) => setTimeout(resolve, 100))
    expect(await last()).toMatchObject({ state: 'done', tally: { requests: receiver.received.length, unreachable: 0 } })
    expect(sim.world.faults.twilio).toEqual({ mode: 'ok' })
    const verdicts = receiver.received
      .filter(({ path }) => path === '/webhooks/retell')
      .map(({ headers, body, at }) => {
        const shown = String(headers['x-retell-signature'] ?? '')
        const signedAt = Number(/^v=(\d+)/.exec(shown)?.[1])
        return shown === signRetell(body, account.retellApiKey, signedAt) && Math.abs(at - signedAt) < 60_000
      })
    expect(verdicts.filter((isGenuine) => !isGenuine).length).toBeGreaterThan(10)
    expect(verdicts.filter((isGenuine) => isGenuine).length).toBeGreaterThan(200)
  })

  test('a story is stopped when told to', async () => {
    const { receiver, sim, tell, last } = await stage(demo)
    await tell('quiet-day', { seed: 'q', minutes: 5 })
    await eventually(() => receiver.received.length > 0)
    await fetch(`${sim.url}/sim/stories`, { method: 'DELETE' })
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect((await last()).state).toBe('stopped')
  })
})
