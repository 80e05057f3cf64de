import { expect, test } from 'vitest'
import { unknownName } from './unknown.ts'

const event = {
  numbers: ['+13125550101', '+14155550123'],
  agentId: 'agent_1',
  names: ['retell:call_1'],
  isCharged: true,
}

test('what nobody owns waits under its number, else under its agent, else, where it costs something, under its own name', () => {
  expect(unknownName(event)).toBe('+13125550101')
  expect(unknownName({ ...event, numbers: ['trunk-7.carrier.example'] })).toBe('trunk-7.carrier.example')
  expect(unknownName({ ...event, numbers: [] })).toBe('agent:agent_1')
  expect(unknownName({ ...event, numbers: [], agentId: undefined })).toBe('retell:call_1')
  expect(unknownName({ ...event, numbers: [], agentId: undefined, isCharged: false })).toBeUndefined()
})
