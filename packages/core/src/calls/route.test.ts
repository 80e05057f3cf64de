import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apologies, type KnownLine, routeCall } from './route.ts'

const phone = fc.constantFrom('+13125550101', '+14155550123')
const line: fc.Arbitrary<KnownLine> = fc.oneof(
  fc.constant('unknown' as const),
  fc.constant('unsure' as const),
  fc.record({
    customerId: fc.constant('customer'),
    businessName: fc.string(),
    timezone: fc.constant('UTC'),
    agentId: fc.option(fc.string()),
    contactPhone: fc.option(phone),
    isCustomerActive: fc.boolean(),
    isLineActive: fc.boolean(),
  }),
)
const call = fc.record({
  line,
  comesFrom: fc.array(fc.option(phone, { nil: undefined }), { maxLength: 2 }),
  streamUrl: fc.constantFrom(undefined, 'wss://voice.example/stream'),
  isInMaintenance: fc.boolean(),
})

test('every call is connected or told why not, in words', () => {
  fc.assert(
    fc.property(call, (call) => {
      const route = routeCall(call)
      if (route.to === 'words') expect(apologies[route.why].length).toBeGreaterThan(20)
      else if (route.to === 'forward') expect(call.comesFrom).not.toContain(route.phoneNumber)
      else expect(route.url).toBe(call.streamUrl)
    }),
  )
})

test('a line that is nobody’s, suspended or being worked on is never connected', () => {
  fc.assert(
    fc.property(call, (call) => {
      const { line, isInMaintenance } = call
      const mayConnect = line === 'unsure' || (line !== 'unknown' && line.isCustomerActive && line.isLineActive)
      if (!mayConnect || isInMaintenance) expect(routeCall(call).to).toBe('words')
      if (isInMaintenance && line !== 'unknown') expect(routeCall(call)).toMatchObject({ why: 'maintenance' })
    }),
  )
})
