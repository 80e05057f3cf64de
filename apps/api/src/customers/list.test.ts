import { afterAll, beforeAll, expect, test } from 'vitest'
import { openWorld, type World } from '../testing/world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.close())

test('who is sought by a name that has digits is not found by the digits of a number', async () => {
  await world.customer({ businessName: 'Brim Bakery 1280' })
  await world.customer({ businessName: 'Calm Clinic', phoneNumber: '+13128008849' })
  const token = await world.signIn('operator')
  const found = async (q: string) => {
    const { body } = await world.rest('GET', `/api/admin/customers?q=${encodeURIComponent(q)}`, { token })
    return body.items.map(({ businessName }: { businessName: string }) => businessName)
  }

  expect(await found('Brim Bakery 1280')).toEqual(['Brim Bakery 1280'])
  expect(await found('1280')).toEqual(['Brim Bakery 1280', 'Calm Clinic'])
  expect(await found('(312) 800-8849')).toEqual(['Calm Clinic'])
  expect(await found('+1 312 800 88')).toEqual(['Calm Clinic'])
})
