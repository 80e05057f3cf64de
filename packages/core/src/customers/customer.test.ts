import { expect, test } from 'vitest'
import { countrySchema, timezoneSchema } from './customer.ts'

test.each(['UTC', 'America/New_York', 'Asia/Kolkata', 'Australia/Lord_Howe'])('%s is a time zone', (zone) => {
  expect(timezoneSchema.parse(zone)).toBe(zone)
})

test.each(['', 'Mars/Olympus', 'New York', 'x'.repeat(65)])('«%s» is no time zone, and says so', (zone) => {
  expect(timezoneSchema.safeParse(zone).success).toBe(false)
})

test('a country is one that there is, in two capital letters', () => {
  for (const code of ['US', 'GB', 'AX', 'ZW']) expect(countrySchema.parse(code)).toBe(code)
  for (const wrong of ['us', 'USA', '', 'U1', 'ZZ', 'UK', 'EU', 'US GB'])
    expect(countrySchema.safeParse(wrong).success).toBe(false)
})
