import { afterEach, beforeEach, expect, test } from 'vitest'
import { isRunning } from '../packages/db/src/local/process.ts'
import { type House, openHouse } from './launching.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
})
afterEach(() => house.leave())

test('the second start keeps the data and prints no password', async () => {
  const first = house.launch({}, 'npm', ['start'])
  await first.ready()
  const [, password = ''] = /Password: +(\S+)/.exec(first.output()) ?? []
  const [, email = ''] = /First admin: +(\S+)/.exec(first.output()) ?? []
  expect(await house.signIn(email, password)).toBe(200)
  first.interrupt()
  await first.exited
  expect(house.parts().filter(isRunning)).toEqual([])

  const second = house.launch({}, 'npm', ['start'])
  await second.ready()

  expect(second.output()).not.toContain('Password')
  expect(await house.signIn(email, password)).toBe(200)
})
