import { expect, test } from 'vitest'
import { draftCall } from './calls/story.ts'
import { type Gap, plantGap } from './gaps.ts'
import { listCallsSchema, listRetellCalls } from './retell/list-calls.ts'
import { openWorld, recordDraft } from './world.ts'

const account = {
  retellApiKey: 'key_gap',
  twilioAccountSid: `AC${'0'.repeat(32)}`,
  twilioAuthToken: 'token',
  stripeSecretKey: 'sk_test_gap',
  stripeWebhookSecret: 'whsec_gap',
  publicUrl: 'http://127.0.0.1',
}

function plant(gap: Gap) {
  const world = openWorld({ account })
  const drafts = draftCall({
    seed: gap,
    customerNumber: '+13125550101',
    agentId: 'agent_gap',
    direction: 'inbound',
    seconds: 60,
    provider: 'retell',
    startedAt: Date.UTC(2026, 2, 1),
    twilioAccountSid: account.twilioAccountSid,
  })
  const deliveries = plantGap(world, gap, drafts)
  for (const { draft } of deliveries) recordDraft(world, draft)
  const { items } = listRetellCalls(world, listCallsSchema.parse({}))
  return {
    told: deliveries.reduce((sum, { copies = 1 }) => sum + copies, 0),
    listed: items.map((call) => call.duration_ms),
  }
}

test('a planted gap is a call that is listed and not told, told twice, or listed longer than told', () => {
  const [unsent, twice, longer] = [plant('unsent'), plant('told_twice'), plant('longer_in_list')]

  expect(unsent).toMatchObject({ told: 0, listed: [expect.any(Number)] })
  expect(twice).toMatchObject({ told: 6, listed: [expect.any(Number)] })
  expect(longer.told).toBe(3)
  expect((longer.listed[0] ?? 0) - 60_000).toBeGreaterThan(70_000)
})
