import type { Random } from '../random.ts'
import { areaCodes } from '../twilio/places.ts'

const firstNames = [
  'Maria', 'James', 'Aisha', 'Robert', 'Linda', 'Kenji', 'Patricia', 'Omar', 'Susan', 'David',
  'Grace', 'Hector', 'Nina', 'Walter', 'Priya', 'Tom', 'Elena', 'Marcus', 'Ruth', 'Andre',
] // biome-ignore format: a list of names
const lastNames = [
  'Alvarez', 'Bennett', 'Chowdhury', 'Dawson', 'Eriksen', 'Fontaine', 'Grady', 'Holloway', 'Ibrahim', 'Jansen',
  'Kowalski', 'Lindqvist', 'Moreno', 'Nakamura', 'Okafor', 'Pruitt', 'Quigley', 'Rosario', 'Sandoval', 'Tran',
] // biome-ignore format: a list of names
const streets = [
  'Maple Street',
  'Fulton Avenue',
  'Birch Lane',
  'Harbor Road',
  'Linden Court',
  'Ninth Street',
  'Orchard Drive',
  'Prospect Avenue',
]
const times = [
  'tomorrow at nine',
  'Thursday at two thirty',
  'this afternoon at four',
  'Monday at eight',
  'Friday at eleven',
  'tomorrow between one and three',
]

export type Caller = { phoneNumber: string; firstName: string; lastName: string; street: string; time: string }

/** Somebody with a number of the range 555-0100 to 555-0199, which belongs to no one. */
export function inventCaller(random: Random): Caller {
  return {
    phoneNumber: `+1${random.pick(areaCodes)}55501${String(random.integer(0, 99)).padStart(2, '0')}`,
    firstName: random.pick(firstNames),
    lastName: random.pick(lastNames),
    street: `${random.integer(12, 980)} ${random.pick(streets)}`,
    time: random.pick(times),
  }
}
